"""Do the columns ever differ from shapely's STRtree? Hundreds of areas over a made-up crowd.

    python -m benchmarks.fuzz_audience [AREAS] [NEIGHBORHOODS]

Circles of all sizes, corridors between places where people live, heaps of islands, areas with
holes: every id that one of the two finds must be found by the other. Prints JSON, and ends with an
error at the first difference, naming the area.
"""

import json
import sys
import time
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from alerts.audience.columns.block import ROWS, Block, Rows
from alerts.audience.columns.match import match
from benchmarks.crowd import Crowd, crowd
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import joined, pack, unpack
from geo.parts import Shape
from geo.polygon import ground

Spots = NDArray[np.float64]  # (N, 2) lon, lat

AREAS = int(sys.argv[1]) if len(sys.argv) > 1 else 400
NEIGHBORHOODS = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000


def main() -> None:
    """Compare and print."""
    people = crowd(NEIGHBORHOODS, seed=2)
    blocks, shapes = list(blocks_of(people)), people.shapes()
    tree = shapely.STRtree(shapes)
    matches, took = 0, {"columns": 0.0, "strtree": 0.0}
    for number, area in enumerate(some_areas(people.middles())):
        started = time.perf_counter()
        hits = [hit.block.ids[hit.rows] for hit in match(blocks, area)]
        between = time.perf_counter()
        expected = np.sort(tree.query(area, predicate="intersects"))
        took["columns"] += between - started
        took["strtree"] += time.perf_counter() - between
        found = np.concatenate([np.zeros(0, np.int64), *hits])
        if not np.array_equal(found, expected):
            raise SystemExit(
                f"area {number} differs: {np.setxor1d(found, expected)[:9]} {area.wkt}"
            )
        matches += len(found)
    print(
        json.dumps(
            {
                "benchmark": "fuzz_audience",
                "neighborhoods": NEIGHBORHOODS,
                "areas": AREAS,
                "matches": matches,
                "differences": 0,
                "seconds": {way: round(seconds, 2) for way, seconds in took.items()},
            }
        )
    )


def blocks_of(people: Crowd) -> Iterator[Block]:
    """Yield the crowd as blocks of columns; ids are positions in the crowd."""
    for at in range(0, len(people), ROWS):
        ids = np.arange(at, min(len(people), at + ROWS))
        words, starts = joined(people.blobs(ids))
        none = np.zeros(len(ids), np.int32)
        yield Block(Rows(ids=ids, owners=none, counties=none, words=words, starts=starts))


def some_areas(middles: Spots) -> Iterator[Shape]:
    """Yield areas where people live."""
    chance = np.random.default_rng(3)
    for number in range(AREAS):
        spots = middles[chance.integers(len(middles), size=5)]
        spots = np.clip(spots + chance.normal(0, 0.2, spots.shape), (-179, -60), (179, 70))
        yield unpack(pack(ground(_area(number % 4, spots, chance)).shape))


def _area(kind: int, spots: Spots, chance: np.random.Generator) -> BaseGeometry:
    radius_m = 10 ** chance.uniform(2, 5.7)
    circles = [circle_ground(LonLat(float(x), float(y)), radius_m) for x, y in spots]
    if kind == 0:
        return circles[0]
    if kind == 1:
        return LineString(spots[: chance.integers(2, 6)]).buffer(10 ** chance.uniform(-3, -1))
    if kind == 2:
        return shapely.union_all(circles)
    hole = circle_ground(LonLat(float(spots[0][0]), float(spots[0][1])), radius_m * 0.7)
    return circles[0].difference(hole)


if __name__ == "__main__":
    main()
