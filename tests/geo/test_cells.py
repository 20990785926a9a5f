"""Cells against a slow, obviously right version: every cell of the world, tested one by one."""

from functools import cache

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon

from geo.cells import Cells, cell_names, cells_of, ground_of, pack_cells, unpack_cells
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.errors import InvalidShape
from geo.measure import area_km2, vertex_count
from geo.packed import pack, unpack
from geo.parts import Shape, polygons_of
from geo.polygon import ground
from tests.geo.shapes import around, positions, spokes

EARTH_KM2 = 510_065_622
TOUCHING_DEG2 = 1e-9  # of coarse cells: what a rounded corner shares by accident
MARQUETTE = LonLat(-87.4, 46.54)


@cache
def world(resolution: int) -> dict[int, Shape]:
    """Every cell of the world with its outline, by the way that drawings go."""
    cells = h3.uncompact_cells(h3.get_res0_cells(), resolution)
    return {cell: _outline(cell) for cell in cells}


def _outline(cell: int) -> Shape:
    return ground(Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])).shape


def slow_cells_of(shape: Shape, resolution: int) -> Cells:
    outlines = world(resolution)
    shared = shapely.area(shapely.intersection(shape, np.array(list(outlines.values()))))
    found = np.array(list(outlines))[shared > TOUCHING_DEG2]
    return tuple(sorted(map(int, found)))


def seam_star(lon: float, lat: float, height: float, reach: list[float]) -> Shape:
    return ground(around(180 + lon, lat, 20, height, reach)).shape


plain_stars = st.builds(
    around,
    st.floats(-150, 150),
    st.floats(-60, 60),
    st.floats(0.5, 25),
    st.floats(0.5, 25),
    spokes,
)
seam_stars = st.builds(
    seam_star, st.floats(-19, 19), st.floats(-60, 60), st.floats(0.5, 25), spokes
)
polar_circles = st.builds(
    circle_ground,
    st.builds(LonLat, st.floats(-180, 180), st.sampled_from([-90.0, -88.0, 85.0, 89.9, 90.0])),
    st.floats(50_000, 2_000_000),
)
shapes = st.one_of(plain_stars, seam_stars, polar_circles)
resolutions = st.sampled_from([0, 1, 2])


@settings(max_examples=40)
@given(shapes, resolutions)
def test_the_cells_are_those_that_share_ground(shape: Shape, resolution: int) -> None:
    assert cells_of(shape, resolution) == slow_cells_of(shape, resolution)


@settings(max_examples=40)
@given(shapes, st.integers(0, 3))
def test_the_outline_is_valid_and_leaves_nothing_out(shape: Shape, resolution: int) -> None:
    cells = cells_of(shape, resolution)
    outline = unpack(pack(ground_of(cells)))
    assert outline.is_valid
    assert area_km2(shapely.difference(shape, outline)) <= 1e-7 * area_km2(outline)
    each = sum(area_km2(_outline(cell)) for cell in cells)
    assert area_km2(outline) == pytest.approx(each, rel=1e-6)


@settings(max_examples=40)
@given(positions, st.integers(5, 10))
def test_a_neighborhood_anywhere_is_covered_and_stays_what_it_is(
    home: LonLat, resolution: int
) -> None:
    drawn = circle_ground(home, 700)
    cells = cells_of(drawn, resolution)
    outline = unpack(pack(ground_of(cells)))
    assert area_km2(shapely.difference(drawn, outline)) < 1e-7
    assert cells_of(outline, resolution) == cells
    assert h3.latlng_to_cell(home.lat, home.lon, resolution) in cells


@pytest.mark.parametrize("resolution", [0, 1, 2])
def test_all_cells_together_are_the_earth(resolution: int) -> None:
    everywhere = ground_of(tuple(sorted(world(resolution))))
    assert area_km2(everywhere) == pytest.approx(EARTH_KM2, rel=1e-9)
    assert everywhere.bounds == (-180, -90, 180, 90)


@pytest.mark.parametrize("resolution", [1, 2, 5, 8])
def test_a_pentagon_is_a_cell_like_any_other(resolution: int) -> None:
    for pentagon in h3.get_pentagons(resolution):
        around_it = tuple(sorted(h3.grid_disk(pentagon, 1)))
        assert len(around_it) == 6
        lat, lon = h3.cell_to_latlng(pentagon)
        middle = circle_ground(LonLat(lon, lat), 50)
        assert cells_of(middle, resolution) == (pentagon,)
        outline = ground_of(around_it)
        assert outline.is_valid
        assert len(shapely.get_parts(outline)) in (1, 2)  # two over the seam
        assert cells_of(outline, resolution) == around_it


def test_h3_itself_finds_the_same_cells_where_it_can() -> None:
    drawn = circle_ground(MARQUETTE, 1500)
    theirs = h3.h3shape_to_cells_experimental(
        h3.geo_to_h3shape(shapely.geometry.mapping(drawn)), 9, contain="overlap"
    )
    assert cells_of(drawn, 9) == tuple(sorted(theirs))


def test_a_hole_that_is_larger_than_a_cell_stays_a_hole() -> None:
    block = Polygon([(-87.5, 46.5), (-87.3, 46.5), (-87.3, 46.6), (-87.5, 46.6)])
    hole = circle_ground(LonLat(-87.4, 46.55), 2000)
    (drawn,) = polygons_of(shapely.difference(block, hole))
    (outline,) = polygons_of(ground_of(cells_of(drawn, 9)))
    assert not outline.intersects(Point(-87.4, 46.55))
    assert len(outline.interiors) == 1
    filled = ground_of(cells_of(drawn, 6))
    assert filled.intersects(Point(-87.4, 46.55))


def test_parts_that_lie_apart_stay_apart() -> None:
    home, school = circle_ground(MARQUETTE, 500), circle_ground(LonLat(-87.0, 46.3), 500)
    both = MultiPolygon([*polygons_of(home), *polygons_of(school)])
    cells = cells_of(both, 9)
    assert cells == tuple(sorted({*cells_of(home, 9), *cells_of(school, 9)}))
    assert len(shapely.get_parts(ground_of(cells))) == 2


def test_cells_over_the_seam_are_cut_there() -> None:
    outline = ground_of(cells_of(circle_ground(LonLat(180, -16.5), 1500), 8))
    assert isinstance(outline, MultiPolygon)
    assert outline.bounds[0] == -180
    assert outline.bounds[2] == 180
    assert not outline.intersects(Point(0, -16.5))
    assert area_km2(outline) < 20


def test_too_many_cells_are_refused_early() -> None:
    with pytest.raises(InvalidShape, match="more than 4,500 cells of resolution 10") as refused:
        cells_of(circle_ground(MARQUETTE, 25_000), 10)
    assert refused.value.code == "too_many_cells"


def test_cells_are_packed_in_order_and_named_as_others_name_them() -> None:
    cells = cells_of(circle_ground(MARQUETTE, 1500), 8)
    packed = pack_cells(cells[::-1])
    assert len(packed) == 8 * len(cells)
    assert packed[:8] == cells[0].to_bytes(8, "big")
    assert unpack_cells(packed) == cells
    assert all(name.startswith("88") and len(name) == 15 for name in cell_names(cells))


@pytest.mark.parametrize("data", [b"", b"1234567", b"\x00" * 8, b"\xff" * 16])
def test_other_bytes_are_no_cells(data: bytes) -> None:
    with pytest.raises(InvalidShape) as refused:
        unpack_cells(data)
    assert refused.value.code == "packed"


def test_a_compact_outline_has_few_corners() -> None:
    cells = cells_of(circle_ground(MARQUETTE, 4_300), 10)
    assert 3_500 < len(cells) <= 4_500
    assert vertex_count(ground_of(cells)) < 500
