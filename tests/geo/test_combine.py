"""Unions, intersections and differences, against asking every point by itself."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.circle import circle, circle_ground
from geo.combine import difference, intersection, union
from geo.coordinates import LonLat
from geo.errors import InvalidShape
from geo.measure import area_km2
from geo.parts import Shape
from geo.polygon import Ground
from geo.repair import CROSSED
from geo.seam import SPLIT
from tests.geo.oracles import scattered
from tests.geo.shapes import around, spokes

near_each_other = st.builds(
    around,
    st.floats(-2, 2),
    st.floats(48, 52),
    st.floats(0.5, 5),
    st.floats(0.5, 5),
    spokes,
)
on_the_seam = st.builds(
    lambda lon, lat, km: circle_ground(LonLat(lon, lat), km * 1000),
    st.sampled_from([180.0, 179.9, -179.8]),
    st.sampled_from([0.5, 1.0, 89.9]),
    st.floats(20, 400),
)
pairs = st.tuples(near_each_other, near_each_other) | st.tuples(on_the_seam, on_the_seam)


Operation = Callable[[Shape, Shape], Ground]


def shape_or_nothing(operation: Operation, a: Shape, b: Shape) -> Shape:
    try:
        return operation(a, b).shape
    except InvalidShape as error:
        return {"empty": MultiPolygon()}[error.code]


@settings(max_examples=40, deadline=None)
@given(pairs, st.integers(0, 9))
def test_every_point_is_where_it_must_be(pair: tuple[Shape, Shape], seed: int) -> None:
    a, b = pair
    both = union([a, b]).shape
    shared = shape_or_nothing(intersection, a, b)
    rest = shape_or_nothing(difference, a, b)
    for shape in (both, shared, rest):
        assert shape.is_valid
        assert shape.is_empty or (shape.bounds[0] >= -180 and shape.bounds[2] <= 180)
    borders = shapely.union_all([a.boundary, b.boundary])
    for lonlat in scattered(both, 80, seed):
        point = Point(lonlat)
        if point.distance(borders) < 1e-6:
            continue
        in_a, in_b = a.contains(point), b.contains(point)
        assert both.contains(point) == (in_a or in_b)
        assert shared.contains(point) == (in_a and in_b)
        assert rest.contains(point) == (in_a and not in_b)


@settings(max_examples=25, deadline=None)
@given(pairs)
def test_no_ground_is_won_or_lost(pair: tuple[Shape, Shape]) -> None:
    a, b = pair
    both, shared = union([a, b]).shape, shape_or_nothing(intersection, a, b)
    rest = shape_or_nothing(difference, a, b)
    largest = area_km2(both)
    assert area_km2(rest) + area_km2(shared) == pytest.approx(area_km2(a), abs=1e-6 * largest)
    assert area_km2(a) + area_km2(b) - area_km2(shared) == pytest.approx(largest, rel=1e-6)


def test_one_shape_is_itself() -> None:
    square = box(0, 0, 1, 1)
    assert union([square]) == Ground(shape=square)
    assert union([MultiPolygon(), square]).shape is square


def test_neighbours_are_one_without_the_border_between() -> None:
    together = union([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    assert together.shape.equals(box(0, 0, 2, 1))
    assert together.notes == ()


def test_a_hairline_between_neighbours_is_closed_and_said() -> None:
    west = Polygon([(0, 0), (1, 0), (1, 0.2), (1 - 1e-8, 0.5), (1, 0.8), (1, 1), (0, 1)])
    together = union([west, box(1, 0, 2, 1)])
    assert together.notes == ("1 gap narrower than 2 cm closed",)
    assert isinstance(together.shape, Polygon)
    assert not together.shape.interiors


def test_a_sliver_is_dropped_and_said() -> None:
    rest = difference(MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)]), box(1e-8, -1, 2, 2))
    assert rest.notes == ("1 sliver narrower than 2 cm dropped",)
    assert rest.shape.equals(box(3, 3, 4, 4))


@pytest.mark.parametrize("other", [box(1, 0, 2, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)])
def test_who_only_touches_shares_nothing(other: Polygon) -> None:
    with pytest.raises(InvalidShape, match="share no ground") as refused:
        intersection(box(0, 0, 1, 1), other)
    assert refused.value.code == "empty"


def test_nothing_is_left_of_what_is_covered() -> None:
    with pytest.raises(InvalidShape, match="nothing is left") as refused:
        difference(box(0, 0, 1, 1), box(-1, -1, 2, 2))
    assert refused.value.code == "empty"


@pytest.mark.parametrize("nothing", [[], [MultiPolygon()], [Polygon(), MultiPolygon()]])
def test_nothing_united_is_refused_never_everyone(nothing: list[Shape]) -> None:
    with pytest.raises(InvalidShape) as refused:
        union(nothing)
    assert refused.value.code == "empty"


@pytest.mark.parametrize("operation", [intersection, difference])
def test_an_empty_shape_is_refused_never_everyone(operation: Operation) -> None:
    assert shape_or_nothing(operation, Polygon(), box(0, 0, 1, 1)).is_empty
    assert shape_or_nothing(operation, box(0, 0, 1, 1), Polygon()).is_empty


def test_lines_where_borders_touch_are_no_ground() -> None:
    comb = Polygon([(0, 0), (4, 0), (4, 1), (3, 1), (3, 2), (2, 2), (2, 1), (0, 1)])
    assert intersection(comb, box(0, 1, 4, 3)).shape.equals(box(2, 1, 3, 2))


def test_a_shape_that_was_not_cut_at_the_seam_is_cut_first() -> None:
    uncut = circle(LonLat(179.9, 10), 50_000)
    cut = circle_ground(LonLat(179.9, 10), 50_000)
    together = union([uncut, box(100, 0, 101, 1)])
    assert together.notes == (SPLIT,)
    assert intersection(uncut, cut).shape.symmetric_difference(cut).area < 1e-9


def test_a_bow_tie_is_mended_first() -> None:
    tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    rest = difference(tie, box(0, 0, 1, 2))
    assert rest.notes == (CROSSED,)
    assert rest.shape.equals(Polygon([(1, 1), (2, 0), (2, 2)]))


def test_a_wide_edge_is_not_read_as_one_over_the_seam() -> None:
    band = union([box(-170, 60, 20, 61), box(20, 60, 175, 61)]).shape
    assert band.intersects(Point(0, 60.5))
    assert not band.intersects(Point(179, 60.5))


def test_most_of_the_world_is_refused() -> None:
    halves = [box(-179, -80, 0, 80), box(0, -80, 179, 80)]
    with pytest.raises(InvalidShape) as refused:
        union(halves)
    assert refused.value.code == "whole_world"


def test_what_has_too_many_vertices_is_simplified_and_said() -> None:
    angles = np.linspace(0, 2 * np.pi, 16_000, endpoint=False)
    coast = np.column_stack((np.cos(angles), np.sin(angles)))
    east, west = Polygon(coast + np.array((-80, 40))), Polygon(coast + np.array((-81, 40.5)))
    together = union([east, west])
    assert any(note.startswith("simplified from ") for note in together.notes)
