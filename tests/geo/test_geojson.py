"""GeoJSON in, with errors that name the field; GeoJSON out, by RFC 7946."""

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box, shape

from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.geojson import parse_feature, parse_geometry, to_geometry
from geo.geojson_rings import UNCLOSED
from geo.measure import area_km2
from geo.polygon import ground
from tests.geo.shapes import stars

SQUARE = [[-100, 40], [-99, 40], [-99, 41], [-100, 41], [-100, 40]]
POLYGON: dict[str, Any] = {"type": "Polygon", "coordinates": [SQUARE]}
POINT: dict[str, Any] = {"type": "Point", "coordinates": [-100, 40]}
GROUND = box(-100, 40, -99, 41)


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def ring(*positions: object) -> dict[str, Any]:
    return feature({"type": "Polygon", "coordinates": [list(positions)]})


def refusal(value: object) -> GeoError:
    with pytest.raises(GeoError) as caught:
        parse_geometry(value)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        POLYGON,
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        feature(POLYGON),
        {"type": "GeometryCollection", "geometries": [POLYGON]},
        {"type": "FeatureCollection", "features": [feature(POLYGON), feature(POLYGON)]},
        feature({"type": "GeometryCollection", "geometries": [POLYGON]}),
        ring(*[[*position, 250.0] for position in SQUARE]),
    ],
)
def test_every_way_of_drawing_a_square_is_read(value: object) -> None:
    assert parse_geometry(value).shape.equals(GROUND)


@settings(max_examples=60, deadline=None)
@given(stars)
def test_what_is_written_reads_back(star: Polygon) -> None:
    kept = ground(star).shape
    again = parse_geometry(json.loads(json.dumps(to_geometry(kept, digits=9)))).shape
    assert again.symmetric_difference(kept).area <= 1e-8 * kept.length


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "geometry", "coordinates", "properties", "radius_m"]), inner
        )
    ),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(
    json_values
    | st.builds(feature, json_values)
    | st.builds(
        lambda kind, inner: feature({"type": kind, "coordinates": inner}, radius_m=5),
        st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection"]),
        json_values,
    )
)
def test_no_json_ends_in_a_traceback(value: object) -> None:
    with contextlib.suppress(GeoError):
        assert parse_geometry(value).shape.is_valid


def test_an_unclosed_ring_is_closed_and_said() -> None:
    read = parse_feature(ring(*SQUARE[:-1]))
    assert read.shape.equals(GROUND)
    assert read.notes == (UNCLOSED,)


def test_a_ring_drawn_over_the_seam_is_cut() -> None:
    read = parse_feature(ring([179, 0], [181, 0], [181, 1], [179, 1], [179, 0]))
    assert read.shape.bounds == (-180, 0, 180, 1)


@pytest.mark.parametrize(
    ("value", "code", "where"),
    [
        (None, "not_an_object", ""),
        ([POLYGON], "not_an_object", ""),
        ({}, "unknown_type", "/type"),
        ({"type": "LineString", "coordinates": SQUARE}, "unknown_type", "/type"),
        ({"type": ["Polygon"], "coordinates": [SQUARE]}, "unknown_type", "/type"),
        (POINT, "unknown_type", "/type"),
        (feature(None), "not_an_object", "/geometry"),
        ({"type": "Feature"}, "not_an_object", "/geometry"),
        (feature({"type": "Polygon"}), "not_an_array", "/geometry/coordinates"),
        (feature({"type": "Polygon", "coordinates": []}), "empty", "/geometry/coordinates"),
        (feature({"type": "MultiPolygon", "coordinates": []}), "empty", "/geometry"),
        (ring(), "empty", "/geometry/coordinates/0"),
        (ring("abc"), "not_an_array", "/geometry/coordinates/0/0"),
        (ring([1], *SQUARE), "too_few_positions", "/geometry/coordinates/0/0"),
        (ring([0, 0], [1, 0], [0, 0]), "too_few_positions", "/geometry/coordinates/0"),
        (ring([True, 0], *SQUARE), "not_a_number", "/geometry/coordinates/0/0"),
        (ring(*SQUARE[:2], ["1", "2"]), "not_a_number", "/geometry/coordinates/0/2"),
        (ring([None, 0], *SQUARE), "not_a_number", "/geometry/coordinates/0/0"),
        (ring([math.nan, 0], *SQUARE), "not_finite", "/geometry/coordinates/0/0"),
        (ring([0, math.inf], *SQUARE), "not_finite", "/geometry/coordinates/0/0"),
        (ring([10**400, 0], *SQUARE), "out_of_range", "/geometry/coordinates/0/0"),
        (ring([0, 0], [0, 0], [0, 0], [0, 0]), "null_island", "/geometry"),
        (ring([1, 1], [2, 2], [3, 3], [1, 1]), "no_area", "/geometry"),
        ({"type": "FeatureCollection", "features": []}, "empty", ""),
        ({"type": "FeatureCollection", "features": [POLYGON]}, "unknown_type", "/features/0/type"),
    ],
)
def test_a_refusal_names_the_field(value: object, code: str, where: str) -> None:
    error = refusal(value)
    assert (error.code, error.where) == (code, where)


def test_the_vertex_of_a_multipolygon_is_named() -> None:
    bad = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[*SQUARE[:3], [100, 95], [0, 0]]]]}
    error = refusal(feature(bad))
    assert str(error) == "latitude 95 is not between -90 and 90"
    assert error.where == "/geometry/coordinates/1/0/3"


def test_the_pointer_starts_where_the_caller_says() -> None:
    with pytest.raises(InvalidShape) as caught:
        parse_geometry({"type": "Polygon"}, "/area")
    assert caught.value.where == "/area/coordinates"


def test_swapped_axes_are_pointed_out() -> None:
    with pytest.raises(OutOfRange, match="GeoJSON order is longitude, latitude"):
        parse_feature(ring([40, -100], [40, -99], [41, -99], [40, -100]))


@pytest.mark.parametrize("lon", [200, -190, 359])
def test_a_longitude_beyond_the_seam_is_refused_unless_the_ring_crosses(lon: float) -> None:
    assert refusal(ring([lon, 40], [lon + 1, 40], [lon, 41])).code == "out_of_range"
    assert refusal(ring([-100, 40], [lon, 40], [100, 41])).code == "out_of_range"


def test_a_point_with_a_radius_is_a_circle() -> None:
    shape_ = parse_feature(feature(POINT, radius_m=1_000)).shape
    assert area_km2(shape_) == pytest.approx(math.pi, rel=0.005)
    assert shape_.intersects(Point(-100, 40))
    bare = parse_geometry(POINT, allow_point_radius_m=1_000).shape
    assert bare.equals(shape_)


@pytest.mark.parametrize("radius_m", [None, True, "500", 0, -5, math.nan, math.inf, 500_001])
def test_a_point_needs_a_radius_in_range(radius_m: object) -> None:
    error = refusal(feature(POINT, radius_m=radius_m))
    assert (error.code, error.where) == ("radius", "/properties/radius_m")


def test_a_hundred_thousand_positions_are_read_as_one_by_one() -> None:
    angles = [n * math.tau / 100_000 for n in range(100_000)]
    positions = [[-95 + math.cos(a), 40 + math.sin(a), 7] for a in angles]
    at_once = parse_geometry({"type": "Polygon", "coordinates": [positions]})
    one_by_one = [position if n else tuple(position[:2]) for n, position in enumerate(positions)]
    assert parse_geometry({"type": "Polygon", "coordinates": [one_by_one]}) == at_once
    assert at_once.notes[0] == UNCLOSED


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([1, "2"], "not_a_number"),
        ([True, 2], "not_a_number"),
        ([1, None], "not_a_number"),
        ([1], "too_few_positions"),
        (7, "not_an_array"),
        ([1, math.nan], "not_finite"),
        ([1, 91], "out_of_range"),
        ([10**400, 1], "out_of_range"),
        ([10**400, 1, 5], "out_of_range"),
    ],
)
def test_the_bad_one_of_many_positions_is_named(bad: object, code: str) -> None:
    positions: list[object] = [[math.cos(n / 20), 50 + math.sin(n / 20)] for n in range(126)]
    positions[77] = bad
    error = refusal({"type": "Polygon", "coordinates": [positions]})
    assert (error.code, error.where) == (code, "/coordinates/0/77")


def test_more_parts_than_can_be_outlined_are_refused_unread() -> None:
    error = refusal({"type": "MultiPolygon", "coordinates": [[SQUARE]] * 6_668})
    assert (error.code, error.where) == ("too_many_vertices", "/coordinates")


def test_a_point_without_properties_is_refused() -> None:
    error = refusal({"type": "Feature", "geometry": POINT, "properties": None})
    assert (error.code, error.where) == ("radius", "/properties/radius_m")


def test_a_point_nobody_filled_in_is_refused() -> None:
    error = refusal(feature({"type": "Point", "coordinates": [0, 0]}, radius_m=500))
    assert (error.code, error.where) == ("null_island", "/geometry/coordinates")


def test_a_bare_geometry_is_no_feature() -> None:
    with pytest.raises(InvalidShape) as caught:
        parse_feature(POLYGON)
    assert caught.value.where == "/type"


def test_rings_are_written_by_the_right_hand_rule() -> None:
    holed = Polygon(
        list(GROUND.exterior.coords)[::-1], [box(-99.8, 40.2, -99.2, 40.8).exterior.coords]
    )
    written = shape(to_geometry(holed))
    assert isinstance(written, Polygon)
    assert written.exterior.is_ccw
    assert not written.interiors[0].is_ccw


def test_coordinates_are_written_short_and_as_lists() -> None:
    written = to_geometry(Polygon([(0, 0), (1, 0), (1, 1 / 3)]))
    assert written["type"] == "Polygon"
    assert [1.0, 0.333333] in written["coordinates"][0]
    assert json.loads(json.dumps(written)) == written


def test_a_shape_too_small_to_round_is_written_as_it_is() -> None:
    tiny = box(0, 0, 1e-8, 1e-8)
    assert shape(to_geometry(tiny)).area == pytest.approx(1e-16)


def test_a_multipolygon_is_written_as_one() -> None:
    two = MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])
    assert shape(to_geometry(two)).equals(two)
