"""Outlines that are packed together are packed as they would be alone."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geo.errors import GeoError
from geo.geojson import parse_geometry
from geo.measure import area_km2, vertex_count
from geo.packed import pack, pack_polygons, unpack
from geo.plain import Ring, pack_plain
from tests.geo.shapes import around, spokes, stars

VERTICES, KM2 = 30, 2_000.0
homes = st.builds(
    around, st.floats(-179, 179), st.floats(-88, 88), *[st.floats(1e-6, 0.3)] * 2, spokes
)
numbers = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from((0.0, 180.0, -180.0))
pairs = st.tuples(numbers, numbers)
scribbles = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda p: (p[0] / 100, 40 + p[1] / 100)),
    max_size=8,
)


def ring_of(outline: Polygon) -> Ring:
    return [(lon, lat) for lon, lat in shapely.get_coordinates(outline).tolist()]


def closed(ring: Ring) -> Ring:
    return [*ring, ring[0]] if ring else ring


def backwards(ring: Ring) -> Ring:
    return ring[::-1]


rings = (
    homes.map(ring_of)
    | homes.map(ring_of).map(backwards)
    | stars.map(ring_of)
    | scribbles
    | scribbles.map(closed)
    | st.lists(pairs, max_size=6).map(closed)
)


def alone(ring: Ring) -> bytes | None:
    """What reading one by one makes of a ring; None if it is refused."""
    try:
        read = parse_geometry({"type": "Polygon", "coordinates": [list(map(list, ring))]})
        blob = pack(read.shape)
    except GeoError:
        return None
    too_much = area_km2(unpack(blob)) > KM2 or vertex_count(unpack(blob)) > VERTICES
    return None if too_much else blob


@settings(max_examples=150, deadline=None)
@given(st.lists(rings, max_size=12))
@example([[(0.0, 0.0)] * 4, [], [(179.9, 1.0), (-179.9, 1.0), (-179.9, 1.1), (179.9, 1.0)]])
def test_what_is_plain_is_packed_as_it_would_be_alone(drawn: list[Ring]) -> None:
    packed = pack_plain(drawn, most_vertices=VERTICES, largest_km2=KM2)
    assert len(packed) == len(drawn)
    for ring, blob in zip(drawn, packed, strict=True):
        assert blob is None or blob == alone(ring)


def test_an_ordinary_home_is_plain_whichever_way_it_is_drawn() -> None:
    home = ring_of(around(-87.4, 46.5, 0.02, 0.01, [1.0, 0.5] * 12))
    packed = pack_plain([home, backwards(home)], most_vertices=VERTICES, largest_km2=KM2)
    assert packed == [alone(home), alone(backwards(home))]
    assert None not in packed


@pytest.mark.parametrize(
    "ring",
    [
        ring_of(box(-87.4, 46.5, -87.3, 46.6))[:-1],
        [(0.0, 46.5), (1e-9, 46.5), (1e-9, 46.500000001), (0.0, 46.5)],
        ring_of(box(-1e-5, -1e-5, 1e-5, 1e-5)),
        ring_of(box(-88, 46, -87, 47)),
        ring_of(around(-87.4, 46.5, 0.02, 0.01, [1.0] * (VERTICES + 1))),
        [(-87.4, 46.5), (-87.3, 46.6), (-87.3, 46.5), (-87.4, 46.6), (-87.4, 46.5)],
        [(-87.4, 46.5), (float("nan"), 46.6), (-87.3, 46.5), (-87.4, 46.5)],
    ],
    ids=["open", "too small", "null island", "too large", "too many", "bow-tie", "NaN"],
)
def test_what_needs_a_second_look_is_not_plain(ring: Ring) -> None:
    home = ring_of(box(-87.4, 46.5, -87.39, 46.51))
    packed = pack_plain([home, ring, home], most_vertices=VERTICES, largest_km2=KM2)
    assert packed == [alone(home), None, alone(home)]


def test_nothing_is_packed_of_nothing() -> None:
    assert pack_plain([], most_vertices=VERTICES, largest_km2=KM2) == []
    assert pack_polygons(np.empty(0, dtype=object)) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(stars, max_size=8))
def test_polygons_are_packed_together_as_one_by_one(outlines: list[Polygon]) -> None:
    oriented = [shapely.orient_polygons(outline) for outline in outlines]
    together = pack_polygons(np.array(oriented, dtype=object))
    for blob, outline in zip(together, oriented, strict=True):
        assert blob is None or blob == pack(outline)


def test_a_polygon_that_the_grid_breaks_is_left_to_pack() -> None:
    needle = Polygon([(0, 40), (1, 40 + 1e-9), (2, 40), (1, 40 - 1e-9)])
    home = shapely.orient_polygons(box(-87.4, 46.5, -87.3, 46.6))
    assert pack_polygons(np.array([needle, home], dtype=object)) == [None, pack(home)]
