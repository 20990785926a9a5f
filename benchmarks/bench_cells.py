"""What does it cost, and what does it hide, to keep H3 cells instead of a drawing?

For each resolution: how many cells a neighborhood has, how much more ground they cover, how many
more pushes that makes for a circle, a county and a corridor; the peer, the match by the drawing
itself, runs beside. Then what somebody who sees the cells knows of the home: the ground in which
the middle of a circle may lie so that exactly these cells come of it, its radius known or not, and
the people who live there in a suburb. Prints one JSON object.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from benchmarks.areas import areas
from benchmarks.crowd import MEDIAN_RADIUS_M, SPREAD, crowd
from geo.beyond import beyond_m
from geo.cells import Cells, cells_of, ground_of
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.measure import area_km2
from geo.parts import Shape

CROWD = 30_000
SAMPLE = 300  # neighborhoods that are measured, of the crowd
RESOLUTIONS = range(5, 11)  # 10 can't be chosen: here is why
ASKED = ("circle", "county", "corridor")
HOMES = 40  # circles whose middle is looked for
GRID = 25  # places along each side of the square that is searched
# People a km² in the urban areas of the United States (2,553 a square mile), 2020 Census.
SUBURB_PER_KM2 = 986
METRES_PER_DEGREE = 111_320.0  # of latitude; near enough for a few kilometres

Shapes = NDArray[np.object_]


def main() -> None:
    """Measure and print."""
    drawn = crowd(CROWD).shapes()
    tree = shapely.STRtree(drawn)
    asked = {name: area for name, area in areas().items() if name in ASKED}
    told = {name: set(tree.query(area, "intersects").tolist()) for name, area in asked.items()}
    print(
        json.dumps(
            {
                "benchmark": "cells",
                "neighborhoods": CROWD,
                "told_by_drawing": {name: len(found) for name, found in told.items()},
                "resolutions": {
                    resolution: {
                        **sizes(drawn[:SAMPLE], resolution),
                        "more_pushes_percent": {
                            name: more_pushes(drawn, tree, asked[name], told[name], resolution)
                            for name in ASKED
                        },
                        **hidden(resolution),
                    }
                    for resolution in RESOLUTIONS
                },
            }
        )
    )


def sizes(drawn: Shapes, resolution: int) -> dict[str, object]:
    """Count the cells of neighborhoods, and compare what they cover with what was drawn."""
    started = time.perf_counter()
    cells = [cells_of(shape, resolution, most=10**6) for shape in drawn]
    covers = [ground_of(each) for each in cells]
    took_s = time.perf_counter() - started
    assert all(
        cover.covers(shape.buffer(-1e-7)) for cover, shape in zip(covers, drawn, strict=True)
    )
    ratios = [area_km2(c) / area_km2(d) for c, d in zip(covers, drawn, strict=True)]
    return {
        "cells_mean": round(float(np.mean([len(each) for each in cells])), 1),
        "cells_largest": max(map(len, cells)),
        "covered_to_drawn_median": round(float(np.median(ratios)), 2),
        "covered_km2_median": round(float(np.median([area_km2(c) for c in covers])), 1),
        "beyond_km_median": significant(float(np.median(beyond_km(covers, drawn)))),
        "made_in_ms_mean": round(1000 * took_s / len(drawn), 2),
    }


def beyond_km(covers: Iterable[Shape], drawn: Shapes) -> list[float]:
    """Return how far each reaches beyond what was drawn."""
    return [beyond_m(c, d) / 1000 for c, d in zip(covers, drawn, strict=True)]


def more_pushes(
    drawn: Shapes, tree: shapely.STRtree, area: Shape, told: set[int], resolution: int
) -> float:
    """Return how many more neighborhoods match by their cells, in % of those that do as drawn."""
    reach_deg = (
        4 * edge_m(resolution) / METRES_PER_DEGREE
    )  # a cell is two edges wide, and longitude
    near = set(tree.query(area.buffer(reach_deg), "intersects").tolist()) - told
    more = sum(
        area.intersects(ground_of(cells_of(drawn[each], resolution, most=10**6))) for each in near
    )
    return round(100 * more / len(told), 1)


def hidden(resolution: int) -> dict[str, object]:
    """Measure in how much ground the home may lie, in the middle of a circle."""
    found = np.array([home_km2(*home, resolution) for home in homes()])
    known, unknown = np.median(found, axis=0)
    worst = np.percentile(found[:, 1], 5)
    return {
        "home_in_km2": {
            "radius_unknown": significant(unknown),
            "radius_unknown_worst_of_20": significant(worst),
            "radius_known": significant(known),
        },
        "home_among_people_in_a_suburb": {
            "radius_unknown": significant(unknown * SUBURB_PER_KM2),
            "radius_known": significant(known * SUBURB_PER_KM2),
        },
    }


def homes() -> Iterator[tuple[LonLat, float]]:
    """Yield homes and the radius that is drawn around each, metres."""
    chance = np.random.default_rng(5)
    for _ in range(HOMES):
        at = LonLat(chance.uniform(-120, -75), chance.uniform(30, 46))
        yield at, float(np.clip(MEDIAN_RADIUS_M * math.exp(chance.normal(0, SPREAD)), 200, 12_000))


def home_km2(home: LonLat, radius_m: float, resolution: int) -> tuple[float, float]:
    """Return the ground where the middle may lie, km²: the radius known, and not known.

    A place is a possible middle if all cells that were kept are nearer than all others.
    """
    kept, others = cells_around(home, radius_m, resolution)
    half_m = 3 * edge_m(resolution)
    known = search(kept, others, half_m, radius_m)
    return known, search(kept, others, half_m, None)


def search(kept: Shapes, others: Shapes, half_m: float, radius_m: float | None) -> float:
    """Try places around the home, nearer and nearer until enough of them are possible."""
    while True:
        along = np.linspace(-half_m, half_m, GRID)
        east, north = np.meshgrid(along, along)
        places = np.asarray(shapely.points(east.ravel(), north.ravel()))[:, None]
        farthest_kept = shapely.distance(places, kept[None, :]).max(axis=1)
        nearest_other = shapely.distance(places, others[None, :]).min(axis=1)
        possible = farthest_kept < nearest_other
        if radius_m is not None:
            possible &= (farthest_kept < radius_m) & (radius_m <= nearest_other)
        if possible.sum() >= 2 * GRID or half_m < 0.1:
            return float(possible.mean() * (2 * half_m / 1000) ** 2)
        half_m /= 2


def cells_around(home: LonLat, radius_m: float, resolution: int) -> tuple[Shapes, Shapes]:
    """Return the outermost cells of a circle and those next to them, in metres off the home."""
    wider = set(cells_of(circle_ground(home, 1.02 * radius_m), resolution, most=10**6))
    around = {near for cell in wider for near in h3.grid_disk(cell, 1)}
    outlines = {cell: outline(cell, home) for cell in around}
    kept = {cell for cell in around if outlines[cell].distance(Point(0, 0)) < radius_m}
    rim = {cell for cell in kept if not kept.issuperset(h3.grid_disk(cell, 1))}
    beside = {near for cell in rim for near in h3.grid_disk(cell, 1)} - kept
    return _outlined(tuple(rim), outlines), _outlined(tuple(beside), outlines)


def _outlined(cells: Cells, outlines: dict[int, Polygon]) -> Shapes:
    return np.array([outlines[cell] for cell in cells], dtype=object)


def outline(cell: int, home: LonLat) -> Polygon:
    """Outline a cell in metres east and north of a home."""
    latlon = np.array(h3.cell_to_boundary(cell))
    east = (latlon[:, 1] - home.lon) * math.cos(math.radians(home.lat))
    return Polygon(np.column_stack((east, latlon[:, 0] - home.lat)) * METRES_PER_DEGREE)


def edge_m(resolution: int) -> float:
    """Return the mean length of a cell's edge, metres."""
    return float(h3.average_hexagon_edge_length(resolution, unit="m"))


def significant(number: float) -> float:
    """Round to two digits that mean something."""
    return float(f"{number:.2g}")


if __name__ == "__main__":
    main()
