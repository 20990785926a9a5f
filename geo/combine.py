"""What several pieces of ground are together, what they share, what is left of one.

The set operations of shapely leave points and lines where borders touch, and slivers where two
people drew the same border. Only ground comes out of these.
"""

from collections.abc import Sequence

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidShape
from geo.parts import Shape, from_polygons, polygons_of
from geo.polygon import Ground, ground, settled

# Of about 2 cm: coordinates are kept to 1e-7°, so a border drawn twice is that far from itself.
_SLIVER_WIDTH_DEG = 2e-7


def union(shapes: Sequence[Shape]) -> Ground:
    """Return the ground that is in any of the shapes.

    Parameters
    ----------
    shapes : sequence of Polygon or MultiPolygon
        WGS84 lon/lat. What is invalid or beyond ±180° is read as `ground` reads it.

    Returns
    -------
    Ground
        Valid, split at ±180°, oriented. Gaps narrower than 2 cm are closed, which is said.

    Raises
    ------
    InvalidShape
        There is no shape, or none has ground (code "empty"); as `settled` and `ground`.
    """
    read = [_read(shape) for shape in shapes if not shape.is_empty]
    if not read:
        raise InvalidShape("there is no ground to unite", code="empty")
    if len(read) == 1:
        return read[0]
    together = shapely.union_all([each.shape for each in read])
    closed = [_without_gaps(polygon) for polygon in polygons_of(together)]
    gaps = sum(filled for _, filled in closed)
    notes = [f"{_count(gaps, 'gap')} narrower than 2 cm closed"] if gaps else []
    return _noted(from_polygons([polygon for polygon, _ in closed]), read, notes)


def intersection(a: Shape, b: Shape) -> Ground:
    """Return the ground that is in both shapes; parameters as `union`.

    Slivers narrower than 2 cm are dropped, which is said.

    Raises
    ------
    InvalidShape
        They share no ground (code "empty"); as `settled` and `ground`.
    """
    read = (_read(a), _read(b))
    shared = shapely.intersection(read[0].shape, read[1].shape)
    return _left(shared, read, "the areas share no ground")


def difference(a: Shape, b: Shape) -> Ground:
    """Return the ground of `a` that isn't in `b`; parameters as `union`.

    Slivers narrower than 2 cm are dropped, which is said.

    Raises
    ------
    InvalidShape
        `b` covers all of `a` (code "empty"); as `settled` and `ground`.
    """
    read = (_read(a), _read(b))
    rest = shapely.difference(read[0].shape, read[1].shape)
    return _left(rest, read, "nothing is left: the area that is taken away covers all of it")


def _read(shape: Shape) -> Ground:
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180 and shape.is_valid:
        return Ground(shape=shape)
    return ground(shape)


def _left(shape: BaseGeometry, read: Sequence[Ground], otherwise: str) -> Ground:
    parts = polygons_of(shape)
    wide = [part for part in parts if not _is_sliver(part)]
    if not wide:
        raise InvalidShape(otherwise, code="empty")
    slivers = len(parts) - len(wide)
    notes = [f"{_count(slivers, 'sliver')} narrower than 2 cm dropped"] if slivers else []
    return _noted(from_polygons(wide), read, notes)


def _noted(shape: Shape, read: Sequence[Ground], notes: Sequence[str]) -> Ground:
    found = settled(shape)
    said = [note for each in read for note in each.notes]
    return Ground(shape=found.shape, notes=tuple(dict.fromkeys((*said, *notes, *found.notes))))


def _without_gaps(polygon: Polygon) -> tuple[Polygon, int]:
    """Fill the holes that are slivers; return how many they were."""
    holes = list(polygon.interiors)
    wide = [hole for hole in holes if not _is_sliver(Polygon(hole))]
    if len(wide) == len(holes):
        return polygon, 0
    return Polygon(polygon.exterior, wide), len(holes) - len(wide)


def _is_sliver(polygon: Polygon) -> bool:
    return 2 * polygon.area <= _SLIVER_WIDTH_DEG * polygon.length


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
