"""How is an area written where there are neither holes nor too many parts? As CAP polygons.

A CAP polygon is one ring. Ground in a hole must not be alerted, so a part with holes is cut in two
through each hole. Readers bound the number of polygons (ours takes 300 in an info block): where
there are more, islands near each other are drawn as one.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box

from geo.parts import Shape, from_polygons, polygons_of

DIGITS = 6  # of a degree: 0.11 m, and a state's outline still below 300 kB
MOST_POLYGONS = 250  # readers take 300 (alerts.intake.cap.areas.MAX_SHAPES), and holes are cut
_FIRST_CELL_DEG = 0.05  # of the grid in which islands are drawn together: about 5 km
_MOST_CUTS = 2_000


def rings_of_area(shape: Shape) -> tuple[NDArray[np.float64], ...]:
    """Return closed rings without holes that together cover an area.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.

    Returns: each (N, 2) lon/lat degrees, `DIGITS` decimals, counter-clockwise, at most
    `MOST_POLYGONS` as long as no single part has more holes than that.
    """
    parts = _without_holes(_few_parts(_rounded(shape)))
    return tuple(np.round(shapely.get_coordinates(part.exterior), DIGITS) for part in parts)


def _rounded(shape: Shape) -> Shape:
    rounded = shapely.set_precision(shape, 10.0**-DIGITS)
    polygons = polygons_of(rounded)
    return from_polygons(polygons) if polygons else shape  # too small for so few decimals


def _few_parts(shape: Shape) -> Shape:
    """Draw islands together, in ever larger cells, until there are few enough parts."""
    cell_deg = _FIRST_CELL_DEG
    while _rings(shape) > MOST_POLYGONS and cell_deg < 360:
        shape = _drawn_together(shape, cell_deg)
        cell_deg *= 2
    return shape


def _rings(shape: Shape) -> int:
    """Count the parts, and the cuts that their holes will need."""
    return sum(1 + len(part.interiors) for part in polygons_of(shape))


def _drawn_together(shape: Shape, cell_deg: float) -> Shape:
    """Replace the small parts of each cell by their hull, and fill holes smaller than a cell."""
    small: dict[tuple[int, int], list[Polygon]] = {}
    large: list[Polygon] = []
    for part in polygons_of(shape):
        west, south, east, north = part.bounds
        if max(east - west, north - south) > cell_deg:
            large.append(_filled(part, cell_deg))
            continue
        cell = int(west // cell_deg), int(south // cell_deg)
        small.setdefault(cell, []).append(part)
    hulls = [shapely.convex_hull(MultiPolygon(parts)) for parts in small.values()]
    return from_polygons(polygons_of(shapely.union_all([*large, *hulls])))


def _filled(part: Polygon, cell_deg: float) -> Polygon:
    def is_large(ring: shapely.LinearRing) -> bool:
        west, south, east, north = ring.bounds
        return max(east - west, north - south) > cell_deg

    return Polygon(part.exterior, [hole for hole in part.interiors if is_large(hole)])


def _without_holes(shape: Shape) -> Sequence[Polygon]:
    """Cut every part with holes from north to south through one of them, until none is left."""
    done: list[Polygon] = []
    waiting = polygons_of(shape)
    for _ in range(_MOST_CUTS):
        if not waiting:
            break
        part = waiting.pop()
        if not part.interiors:
            done.append(shapely.orient_polygons(part))
            continue
        waiting += _cut(part)
    return [*done, *waiting]


def _cut(part: Polygon) -> list[Polygon]:
    west, south, east, north = part.bounds
    hole = part.interiors[0].bounds
    middle = round((hole[0] + hole[2]) / 2, DIGITS)
    halves = (box(west, south, middle, north), box(middle, south, east, north))
    cut = (shapely.intersection(part, half, grid_size=10.0**-DIGITS) for half in halves)
    return [piece for half in cut for piece in polygons_of(half)]
