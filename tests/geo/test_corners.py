import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.corners import corners_drawn
from geo.geojson import parse_geometry
from geo.measure import vertex_count

SQUARE = [[0, 1], [1, 1], [1, 2], [0, 2], [0, 1]]
HOLE = [[0.2, 1.2], [0.4, 1.2], [0.4, 1.4], [0.2, 1.2]]
AWAY = [[5, 1], [6, 1], [6, 2]]


def polygon(*rings: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("geometry", "corners"),
    [
        (polygon(SQUARE), 4),
        (polygon(SQUARE[:-1]), 4),
        (polygon(SQUARE, HOLE), 7),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [AWAY]]}, 10),
        ({"type": "GeometryCollection", "geometries": [polygon(SQUARE), polygon(AWAY)]}, 7),
    ],
)
def test_corners_are_counted_as_the_shape_has_them(geometry: dict[str, Any], corners: int) -> None:
    assert corners_drawn(geometry) == corners
    assert vertex_count(parse_geometry(geometry).shape) == corners


def test_what_reading_would_simplify_is_counted_whole() -> None:
    ring = [
        [math.cos(math.tau * n / 20_000), 40 + math.sin(math.tau * n / 20_000)]
        for n in range(20_000)
    ]
    assert corners_drawn(polygon(ring)) == 20_000
    assert vertex_count(parse_geometry(polygon(ring)).shape) <= 20_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometries"]), inner)
    ),
    max_leaves=12,
)
kinds = st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", "Point"])


@settings(max_examples=40)
@given(kinds, json_values)
def test_whatever_is_sent_is_counted_without_an_error(kind: str, value: object) -> None:
    geometry = {"type": kind, "coordinates": value, "geometries": value}
    assert corners_drawn(geometry) >= 0
    assert corners_drawn(value) >= 0


def test_collections_in_collections_are_not_looked_into() -> None:
    nested: dict[str, Any] = polygon(SQUARE)
    for _ in range(5_000):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    assert corners_drawn(nested) == 0
