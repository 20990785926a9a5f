"""Does the match find exactly what shapely finds, whether few or many are near?"""

import random

import numpy as np
import pytest
import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from alerts.audience.columns import match as steps
from alerts.audience.columns.block import Block
from alerts.audience.columns.match import match
from geo.packed import pack, unpack
from geo.parts import Shape
from geo.polygon import ground
from tests.audience.columns.rows import rows_of

NEIGHBORHOODS = 3_000
BLOCKS = 3
WEST = 10.0  # degrees, and south


def some_shape(rng: random.Random, size: float) -> BaseGeometry:
    """Draw what a person may draw, in a square of one degree."""
    x, y = WEST + rng.random(), WEST + rng.random()
    radius = size * rng.lognormvariate(0, 0.7)
    circle = Point(x, y).buffer(radius, quad_segs=rng.choice([1, 2, 6]))
    kind = rng.random()
    if kind < 0.15:
        return circle.difference(Point(x, y).buffer(radius / 2))
    if kind < 0.25:
        return circle.union(Point(x + 3 * radius, y).buffer(radius))
    if kind < 0.4:
        return Polygon([(x, y), (x + radius, y + radius / 50), (x + radius / 2, y + radius)])
    return circle


def some_area(rng: random.Random) -> Shape:
    """Draw what a feed or the desk may draw."""
    kind = rng.randrange(5)
    area: BaseGeometry
    if kind == 0:
        area = Point(rng.random(), rng.random()).buffer(rng.uniform(0.001, 0.5), quad_segs=16)
    elif kind == 1:
        line = LineString([(rng.random(), rng.random()) for _ in range(rng.randint(2, 6))])
        area = line.buffer(rng.uniform(0.0005, 0.02))
    elif kind == 2:
        area = (
            Point(0.5, 0.5).buffer(0.4).difference(Point(0.5, 0.5).buffer(rng.uniform(0.1, 0.39)))
        )
    elif kind == 3:
        spots = [
            Point(rng.random(), rng.random()).buffer(rng.uniform(0.001, 0.1)) for _ in range(9)
        ]
        area = shapely.union_all(spots)
    else:
        x, y = rng.random() / 2, rng.random() / 2
        area = box(x, y, x + rng.random() / 2, y + rng.random() / 2)
    return unpack(pack(ground(affinity.translate(area, WEST, WEST)).shape))


@pytest.fixture(scope="module")
def town() -> tuple[list[Block], "np.ndarray[tuple[int], np.dtype[np.object_]]"]:
    """Blocks of neighborhoods, and the same as shapes."""
    rng = random.Random(4)  # noqa: S311 - geometry, no secret
    shapes = [unpack(pack(ground(some_shape(rng, 0.01)).shape)) for _ in range(NEIGHBORHOODS)]
    each = NEIGHBORHOODS // BLOCKS
    starts = range(0, NEIGHBORHOODS, each)
    blocks = [Block(rows_of(range(s, s + each), shapes[s : s + each])) for s in starts]
    return blocks, np.array(shapes, object)


@pytest.mark.parametrize("few", [0, 1_000_000], ids=["by the grid", "each exactly"])
@pytest.mark.parametrize("seed", range(25))
def test_it_finds_what_shapely_finds(
    town: tuple[list[Block], "np.ndarray[tuple[int], np.dtype[np.object_]]"],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    seed: int,
) -> None:
    blocks, shapes = town
    monkeypatch.setattr(steps, "FEW", few)
    area = some_area(random.Random(seed))  # noqa: S311 - geometry, no secret
    found = [hit.block.ids[hit.rows] for hit in match(blocks, area)]
    expected = np.flatnonzero(shapely.intersects(area, shapes))
    assert np.concatenate([np.zeros(0, np.int64), *found]).tolist() == expected.tolist()


def test_only_the_neighborhoods_of_those_who_were_asked_for(
    town: tuple[list[Block], "np.ndarray[tuple[int], np.dtype[np.object_]]"],
) -> None:
    blocks, shapes = town
    area = box(WEST + 0.2, WEST + 0.2, WEST + 0.8, WEST + 0.8)
    owners = np.zeros(NEIGHBORHOODS, bool)
    owners[::7] = True
    found = np.concatenate([hit.block.ids[hit.rows] for hit in match(blocks, area, owners)])
    touched = np.flatnonzero(shapely.intersects(area, shapes))
    assert found.tolist() == [one for one in touched.tolist() if one % 7 == 0]


def test_no_blocks_and_empty_blocks_match_nothing() -> None:
    assert match([], box(0, 0, 1, 1)) == []
    assert match([Block()], box(0, 0, 1, 1)) == []
