"""The gate: what is ground, what is repaired, what is refused."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.measure import area_km2, vertex_count
from geo.parts import Shape
from geo.polygon import MAX_VERTICES, REFUSE_VERTICES, ground
from geo.repair import CROSSED, HOLES, OVERLAP
from tests.geo.oracles import moved_m
from tests.geo.shapes import latitudes, longitudes, stars
from tests.patience import BLOW_UP_S

SQUARE = box(-100, 40, -99, 41)


def code_of(geometry: BaseGeometry | None) -> str:
    with pytest.raises(GeoError) as caught:
        ground(geometry)
    return caught.value.code


def ground_or_code(geometry: BaseGeometry) -> Shape | str:
    try:
        return ground(geometry).shape
    except GeoError as error:
        return error.code


@settings(max_examples=60, deadline=None)
@given(stars)
def test_a_good_outline_is_left_alone(star: Polygon) -> None:
    read = ground(star)
    assert read.notes == ()
    assert read.shape.equals(star)
    assert isinstance(read.shape, Polygon)
    assert read.shape.exterior.is_ccw


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(longitudes, latitudes), min_size=3, max_size=12))
def test_any_scribble_is_ground_or_refused(ring: list[tuple[float, float]]) -> None:
    shape = ground_or_code(Polygon(ring))
    if isinstance(shape, str):
        assert shape in {"no_area", "null_island", "whole_world", "too_tangled"}
        return
    west, south, east, north = shape.bounds
    assert shape.is_valid
    assert not shape.is_empty
    assert west >= -180
    assert south >= -90
    assert east <= 180
    assert north <= 90
    assert 0 < area_km2(shape) <= 150_000_000


def test_both_lobes_of_a_bow_tie_are_kept() -> None:
    read = ground(Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    assert read.notes == (CROSSED,)
    assert read.shape.is_valid
    assert read.shape.intersects(Point(0.3, 1))
    assert read.shape.intersects(Point(1.7, 1))
    assert not read.shape.intersects(Point(1, 0.3))


def test_one_crossing_among_thousands_of_vertices_is_no_tangle() -> None:
    angle = _angles(9_000)
    coast = np.column_stack((-95 + 2 * np.cos(angle), 40 + 2 * np.sin(angle)))
    coast[100] = coast[140] + 1e-4
    assert ground(Polygon(coast)).notes == (CROSSED,)


def test_a_bow_tie_over_the_seam_keeps_both_lobes() -> None:
    read = ground(Polygon([(179, 0), (-179, 2), (-179, 0), (179, 2)]))
    assert read.shape.intersects(Point(179.2, 1))
    assert read.shape.intersects(Point(-179.2, 1))


def test_a_hole_outside_is_dropped() -> None:
    read = ground(Polygon(SQUARE.exterior, [box(5, 5, 6, 6).exterior]))
    assert read.notes == (HOLES,)
    assert read.shape.equals(SQUARE)


def test_a_hole_in_a_hole_is_no_island() -> None:
    holes = [box(-99.8, 40.2, -99.2, 40.8).exterior, box(-99.6, 40.4, -99.4, 40.6).exterior]
    read = ground(Polygon(SQUARE.exterior, holes))
    assert read.notes == (HOLES,)
    assert not read.shape.intersects(Point(-99.5, 40.5))


def test_a_hole_over_the_border_is_cut_out() -> None:
    read = ground(Polygon(SQUARE.exterior, [box(-99.5, 40.2, -98.5, 40.8).exterior]))
    assert read.shape.equals(SQUARE.difference(box(-99.5, 40.2, -98.5, 40.8)))


def test_parts_that_overlap_are_one_ground() -> None:
    read = ground(MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]))
    assert read.notes == (OVERLAP,)
    assert read.shape.equals(box(0, 0, 2, 2).union(box(1, 1, 3, 3)))


def test_repeated_vertices_and_spikes_leave_the_ground() -> None:
    spiky = Polygon([(0, 0), (0, 0), (1, 0), (1, 1), (5, 5), (1, 1), (0, 1)])
    assert ground(spiky).shape.equals(box(0, 0, 1, 1))


def test_a_part_without_width_is_dropped() -> None:
    parts = MultiPolygon([SQUARE, Polygon([(0, 1), (1, 1), (1, 1 + 1e-10)])])
    assert ground(parts).shape.equals(SQUARE)


def test_altitudes_are_left_aside() -> None:
    read = ground(Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)]))
    assert not read.shape.has_z


@pytest.mark.parametrize("nothing", [Polygon(), MultiPolygon(), MultiPolygon([Polygon()])])
def test_an_empty_shape_is_refused_never_everyone(nothing: BaseGeometry) -> None:
    assert code_of(nothing) == "empty"


@pytest.mark.parametrize("other", [None, Point(1, 1), LineString([(0, 0), (1, 1)])])
def test_what_is_no_polygon_is_refused(other: BaseGeometry | None) -> None:
    assert code_of(other) == "not_a_polygon"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_vertex_that_is_not_finite_is_named(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        broken = MultiPolygon([SQUARE, Polygon([(0, 0), (1, bad), (1, 1)])])
    with pytest.raises(InvalidShape) as caught:
        ground(broken, "/geometry")
    assert caught.value.code == "not_finite"
    assert caught.value.where == "/geometry/coordinates/1/0/1"


def test_a_vertex_off_the_earth_is_named() -> None:
    ring = [(-100 + n / 100, 40 + (n % 2)) for n in range(17)]
    with pytest.raises(OutOfRange, match=r"latitude 95\.0 is not") as caught:
        ground(Polygon([*ring, (0, 95)]))
    assert caught.value.where == "/coordinates/0/17"


def test_a_vertex_of_a_hole_is_named() -> None:
    with pytest.raises(OutOfRange, match="longitude") as caught:
        ground(Polygon(SQUARE.exterior, [[(0, 0), (1, 1), (361, 1)]]))
    assert caught.value.where == "/coordinates/1/2"


@pytest.mark.parametrize("ring", [[(0, 0), (1, 1), (2, 2)], [(5, 5), (5, 5), (5, 5)]])
def test_what_covers_no_ground_is_refused(ring: list[tuple[float, float]]) -> None:
    assert code_of(Polygon(ring)) == "no_area"


@pytest.mark.parametrize("size", [0, 1e-7, 1e-6])
def test_null_island_is_refused(size: float) -> None:
    assert code_of(Polygon([(0, 0), (size, 0), (size, size), (0, size)])) == "null_island"


def test_a_square_in_the_gulf_of_guinea_is_ground() -> None:
    assert ground(box(-1, -1, 1, 1)).shape.equals(box(-1, -1, 1, 1))


@pytest.mark.parametrize(
    "world",
    [box(-180, -90, 180, 90), box(-179.9, -89, 179.9, 89).segmentize(10), box(0, -60, 170, 75)],
)
def test_the_whole_world_is_refused(world: Polygon) -> None:
    assert code_of(world) == "whole_world"


def test_the_largest_country_is_ground() -> None:
    assert ground(box(27, 41, 170, 82)).notes == ()


def test_a_long_coast_is_simplified_and_says_by_how_much() -> None:
    angle = np.linspace(0, 2 * math.pi, 30_000, endpoint=False)
    reach = 1 + 0.0003 * np.sin(angle * 600)
    coast = Polygon(np.column_stack((-80 + reach * np.cos(angle), 40 + reach * np.sin(angle))))
    read = ground(coast)
    (note,) = read.notes
    count = vertex_count(read.shape)
    assert count <= MAX_VERTICES
    assert note.startswith(f"simplified from 30,000 to {count:,} vertices (at most 20,000), no")
    assert moved_m(coast, read.shape, 0.01) <= float(note.split()[-2]) < 10


def test_a_small_island_survives_simplifying() -> None:
    angle = np.linspace(0, 2 * math.pi, 12_000, endpoint=False)
    circle = np.column_stack((np.cos(angle), np.sin(angle)))
    main, island = affinity.translate(Polygon(circle), -80, 40), Polygon(circle * 1e-5)
    shape = ground(MultiPolygon([main, affinity.translate(island, -70, 40)])).shape
    assert shape.intersects(Point(-70, 40))
    assert vertex_count(shape) <= MAX_VERTICES


def test_too_many_vertices_are_refused_unread() -> None:
    zigzag = np.column_stack(
        (np.linspace(0, 1, REFUSE_VERTICES + 1), np.zeros(REFUSE_VERTICES + 1))
    )
    assert code_of(Polygon(zigzag)) == "too_many_vertices"


def _angles(count: int) -> NDArray[np.float64]:
    return np.linspace(0, 2 * math.pi, count, endpoint=False)


def spikes(count: int) -> NDArray[np.float64]:
    reach = np.random.default_rng(1).uniform(0.5, 1, count)
    return np.column_stack((reach * np.cos(_angles(count)), reach * np.sin(_angles(count))))


def noise(count: int) -> NDArray[np.float64]:
    return np.random.default_rng(2).uniform(0, 1, (count, 2))


def comb(count: int) -> NDArray[np.float64]:
    return np.column_stack((np.linspace(0, 10, count), np.arange(count) % 2))


def walk(count: int) -> NDArray[np.float64]:
    return np.cumsum(np.random.default_rng(3).normal(0, 1e-4, (count, 2)), axis=0)


@pytest.mark.parametrize("make", [spikes, noise, comb, walk])
@pytest.mark.parametrize("count", [2_000, 9_999, 200_000])
def test_a_hostile_outline_is_answered_in_time(
    make: Callable[[int], NDArray[np.float64]], count: int
) -> None:
    outline = affinity.translate(Polygon(make(count)), -80, 40)
    started = time.process_time()
    shape = ground_or_code(outline)
    if isinstance(shape, str):
        assert shape in {"too_many_vertices", "too_tangled"}
    else:
        assert shape.is_valid
        assert vertex_count(shape) < 2 * MAX_VERTICES
    assert time.process_time() - started < BLOW_UP_S


@pytest.mark.parametrize("as_holes", [False, True])
def test_fifty_thousand_squares_are_answered_in_time(as_holes: bool) -> None:
    corners = np.mgrid[0:223, 0:223].reshape(2, -1).T * 0.1 + np.array((-120, 20))
    squares = [box(x, y, x + 0.05, y + 0.05) for x, y in corners]
    around = box(-121, 19, -90, 50)
    shape = (
        Polygon(around.exterior, [square.exterior for square in squares])
        if as_holes
        else MultiPolygon(squares)
    )
    started = time.process_time()
    assert code_of(shape) == "too_many_vertices"
    assert time.process_time() - started < BLOW_UP_S


def test_thousands_of_splinters_are_answered_in_time() -> None:
    ends = np.random.default_rng(4).uniform(0, 5, (3_000, 2, 2))
    splinters = MultiPolygon([Polygon([a, b, b + 0.001]) for a, b in ends])
    started = time.process_time()
    assert code_of(splinters) == "too_tangled"
    assert time.process_time() - started < BLOW_UP_S


def test_hundreds_of_overlapping_districts_are_one_ground() -> None:
    corners = np.random.default_rng(5).uniform(0, 5, (60, 2))
    districts = MultiPolygon([box(x, y, x + 1, y + 1) for x, y in corners])
    assert ground(districts).shape.equals(shapely.union_all(list(districts.geoms)))
