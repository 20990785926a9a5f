"""Lines with a half-width in GeoJSON; points with a radius are in test_geojson."""

import functools
import math
from typing import Any

import pytest
from shapely.geometry import LineString

from geo.corridor import corridor
from geo.errors import InvalidShape
from geo.geojson import parse_feature, parse_geometry
from tests.geo.test_geojson import GROUND, POLYGON, feature, refusal

LINE: dict[str, Any] = {"type": "LineString", "coordinates": [[-98.5, 29.4], [-97.7, 30.3]]}
LINES: dict[str, Any] = {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}


@pytest.mark.parametrize("line", [LINE, LINES])
def test_a_line_with_a_half_width_is_a_corridor(line: dict[str, Any]) -> None:
    drawn = feature(line, half_width_m=5_000)
    expected = corridor(LineString(LINE["coordinates"]), 5_000)
    assert parse_geometry(drawn).shape.equals(expected)
    assert parse_feature(drawn, allow_corridor=True).shape.equals(expected)
    collection = {"type": "FeatureCollection", "features": [drawn, feature(POLYGON)]}
    assert parse_geometry(collection).shape.equals(expected.union(GROUND))


@pytest.mark.parametrize("line", [LINE, LINES])
def test_a_corridor_is_no_neighborhood(line: dict[str, Any]) -> None:
    drawn = feature(line, half_width_m=5_000)
    for read in (parse_feature, functools.partial(parse_geometry, allow_corridor=False)):
        with pytest.raises(InvalidShape, match="must be Polygon or MultiPolygon") as refused:
            read(drawn)
        assert (refused.value.code, refused.value.where) == ("unknown_type", "/geometry/type")


@pytest.mark.parametrize("width", [None, True, "5000", 0, -5, 0.5, math.nan, math.inf, 10**400])
def test_a_line_needs_a_half_width_in_range(width: object) -> None:
    error = refusal(feature(LINE, half_width_m=width))
    assert (error.code, error.where) == ("half_width", "/properties/half_width_m")


@pytest.mark.parametrize(
    ("coordinates", "code", "where"),
    [
        (None, "not_an_array", "/geometry/coordinates"),
        ([], "empty", "/geometry/coordinates"),
        ([[1, 1]], "too_few_positions", "/geometry/coordinates"),
        ([[1, 1], [1, "a"]], "not_a_number", "/geometry/coordinates/1"),
        ([[1, 1], [1, math.nan]], "not_finite", "/geometry/coordinates/1"),
        ([[1, 1], [40, -100]], "out_of_range", "/geometry/coordinates/1"),
        ([[1, 1], [300, 1]], "out_of_range", "/geometry/coordinates/1"),
        ([[1, 1], [1, 1]], "no_length", "/geometry"),
        ([[0, 0], [0, 0]], "null_island", "/geometry"),
    ],
)
def test_a_refused_line_names_the_field(coordinates: object, code: str, where: str) -> None:
    line = {"type": "LineString", "coordinates": coordinates}
    error = refusal(feature(line, half_width_m=500))
    assert (error.code, error.where) == (code, where)


@pytest.mark.parametrize(
    ("coordinates", "where"),
    [
        ([LINE["coordinates"], [[1, 1], [1, 95]]], "/geometry/coordinates/1/1"),
        ([LINE["coordinates"], 5], "/geometry/coordinates/1"),
    ],
)
def test_a_refused_part_of_a_line_is_named(coordinates: object, where: str) -> None:
    lines = {"type": "MultiLineString", "coordinates": coordinates}
    assert refusal(feature(lines, half_width_m=500)).where == where
