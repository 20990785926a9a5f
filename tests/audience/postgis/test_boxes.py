"""Do the boxes around an area hold all of it, and the boxes inside nothing else?"""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from alerts.audience.postgis.boxes import MOST_AROUND, MOST_INSIDE, boxes_around, boxes_inside
from alerts.audience.postgis.touching import CELLS, DRAWN_IN_DEG, WIDENED_DEG
from geo.interior_grid import InteriorGrid, interior_grid
from geo.parts import Shape
from tests.audience.grounds import ORIGINS, grounds, ragged, stored

CORRIDOR = stored(shapely.LineString([(-71, 42.4), (-74, 40.7), (-77, 39)]).buffer(0.05))
CIRCLE = stored(shapely.Point(-74, 40.7).buffer(0.2))


def grid_of(area: Shape) -> InteriorGrid:
    return interior_grid(area, CELLS)


@given(st.sampled_from(ORIGINS).flatmap(grounds))
@settings(max_examples=60)
def test_no_point_of_the_area_is_beside_the_boxes_around(area: Shape) -> None:
    around = boxes_around(grid_of(area))
    held = shapely.union_all([box(*one).buffer(WIDENED_DEG, join_style="mitre") for one in around])
    assert 1 <= len(around) <= MOST_AROUND
    assert shapely.covers(held, area)


@given(st.sampled_from(ORIGINS).flatmap(grounds))
@settings(max_examples=60)
def test_the_boxes_inside_hold_nothing_beside_the_area(area: Shape) -> None:
    inside = boxes_inside(grid_of(area))
    assert len(inside) <= MOST_INSIDE
    for west, south, east, north in inside:
        drawn_in = box(
            west + DRAWN_IN_DEG, south + DRAWN_IN_DEG, east - DRAWN_IN_DEG, north - DRAWN_IN_DEG
        )
        assert shapely.covers(area, box(west, south, east, north))
        assert shapely.contains_properly(area, drawn_in)


def ground_of(boxes: list[tuple[float, float, float, float]]) -> float:
    return float(shapely.union_all([box(*one) for one in boxes]).area)


def test_a_corridor_is_held_by_many_small_boxes_and_holds_none() -> None:
    around = boxes_around(grid_of(CORRIDOR))
    assert len(around) == MOST_AROUND
    assert ground_of(around) < 2 * CORRIDOR.area < 0.2 * shapely.box(*CORRIDOR.bounds).area
    assert ground_of(boxes_inside(grid_of(CORRIDOR))) < 0.02 * CORRIDOR.area


def test_a_circle_is_held_by_few_and_most_of_it_is_in_four() -> None:
    grid = grid_of(CIRCLE)
    assert len(boxes_around(grid)) < 20
    assert ground_of(boxes_inside(grid)) > 0.75 * CIRCLE.area


@pytest.mark.parametrize("vertices", [300, 15_000])
def test_a_coast_has_boxes_inside_however_fine_it_is(vertices: int) -> None:
    coast = stored(ragged((-88, 45), vertices, 1.5, seed=1))
    assert ground_of(boxes_inside(grid_of(coast))) > 0.6 * coast.area


def test_islands_far_apart_are_not_held_by_one_box() -> None:
    islands = stored(shapely.union_all([box(-179, 0, -178.8, 0.2), box(178, 5, 178.2, 5.2)]))
    around = boxes_around(grid_of(islands))
    assert ground_of(around) < 1.5 * islands.area
