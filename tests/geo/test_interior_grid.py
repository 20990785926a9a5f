"""Is a cell that counts as inside or outside really that, whatever the area looks like?"""

import random

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.interior_grid import EDGE, INSIDE, OUTSIDE, interior_grid
from geo.parts import Shape, from_polygons, polygons_of

SQUARE = box(10, 10, 20, 20)
COMB = Polygon(
    [(0, 0), *((x / 10 + dx, y) for x in range(40) for dx, y in ((0, 1), (0.05, 0.02))), (4, 0)]
)
AREAS: dict[str, Shape] = {
    "a square whose edges lie on the lines of cells": SQUARE,
    "a circle": circle_ground(LonLat(-74, 40.7), 16_000),
    "a hand's breadth": circle_ground(LonLat(-74, 40.7), 0.1),
    "a continent": circle_ground(LonLat(-100, 40), 3_000_000),
    "a ring": Polygon(SQUARE.exterior, [box(11, 11, 19, 19).exterior]),
    "a long corridor aslant": LineString([(0, 0), (3, 3), (3.1, 9)]).buffer(0.05),
    "islands far apart": MultiPolygon(
        [Point(x, y).buffer(0.1) for x, y in ((0, 0), (9, 1), (3, 8))]
    ),
    "on both sides of the seam": MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)]),
    "round the pole": circle_ground(LonLat(0, 90), 500_000),
    "a comb": COMB,
    "a needle": Polygon([(0, 0), (10, 0.000_001), (0, 0.000_002)]),
    "parts that touch in a point": MultiPolygon([box(0, 0, 1, 1), box(1, 1, 2, 2)]),
}


def boxes_around(area: Shape, count: int, seed: int) -> NDArray[np.float64]:
    """Return boxes of all sizes, in and around an area; some share its very corners."""
    rng = np.random.default_rng(seed)
    west, south, east, north = area.bounds
    width, height = east - west, north - south
    middles = np.column_stack(
        (
            rng.uniform(west - 0.1 * width, east + 0.1 * width, count),
            rng.uniform(south - 0.1 * height, north + 0.1 * height, count),
        )
    )
    corners = shapely.get_coordinates(area)
    on_corners = rng.random(count) < 0.2
    middles[on_corners] = corners[rng.integers(len(corners), size=int(on_corners.sum()))]
    half = (
        10 ** rng.uniform(-5, -0.5, (count, 2)) * (width, height) * rng.integers(0, 2, (count, 1))
    )
    return np.hstack((middles - half, middles + half))


@pytest.mark.parametrize("name", AREAS)
@pytest.mark.parametrize("cells", [1, 5_000, 100_000])
def test_what_is_sure_is_right(name: str, cells: int) -> None:
    area = AREAS[name]
    assert area.is_valid
    grid = interior_grid(area, cells)
    boxes = boxes_around(area, 1_500, seed=cells)
    verdict = grid.judge_boxes(boxes)
    shapes = np.asarray(shapely.box(*boxes.T))
    assert not np.any(shapely.intersects(area, shapes[verdict == OUTSIDE]))
    assert np.all(shapely.covers(area, shapes[verdict == INSIDE]))
    x, y = boxes[:, 0], boxes[:, 1]
    held = grid.holds(x, y)
    assert np.all(shapely.covers(area, shapely.points(x[held], y[held])))


def test_most_is_sure() -> None:
    area = AREAS["a circle"]
    boxes = boxes_around(area, 4_000, seed=1)
    small = boxes[(boxes[:, 2] - boxes[:, 0]) < 0.005]
    verdict = interior_grid(area, 100_000).judge_boxes(small)
    assert (verdict == EDGE).mean() < 0.3
    assert {INSIDE, OUTSIDE} <= set(verdict.tolist())


def test_a_long_area_gets_small_cells_along_its_way() -> None:
    corridor = AREAS["a long corridor aslant"]
    grid = interior_grid(corridor, 100_000)
    cells = sum(tile.cells.size for tile in grid.tiles)
    assert len(grid.tiles) > 4
    assert 50_000 < cells < 200_000
    ground = sum((t.box[2] - t.box[0]) * (t.box[3] - t.box[1]) for t in grid.tiles)
    assert ground < 0.2 * shapely.box(*corridor.bounds).area


@pytest.mark.parametrize("seed", range(12))
def test_any_heap_of_polygons_is_told_apart_rightly(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - geometry, no secret
    pieces = [
        Point(rng.uniform(-5, 5), rng.uniform(-5, 5)).buffer(
            10 ** rng.uniform(-3, 0.5), quad_segs=rng.choice([1, 2, 8])
        )
        for _ in range(rng.randint(1, 12))
    ]
    holes = [Point(rng.uniform(-5, 5), rng.uniform(-5, 5)).buffer(0.3) for _ in range(4)]
    parts = polygons_of(shapely.union_all(pieces).difference(shapely.union_all(holes)))
    area = from_polygons(parts)
    grid = interior_grid(area, rng.choice([100, 20_000]))
    boxes = boxes_around(area, 1_000, seed)
    verdict = grid.judge_boxes(boxes)
    shapes = np.asarray(shapely.box(*boxes.T))
    assert not np.any(shapely.intersects(area, shapes[verdict == OUTSIDE]))
    assert np.all(shapely.covers(area, shapes[verdict == INSIDE]))
