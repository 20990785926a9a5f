"""How few vertices an outline can do with.

Douglas-Peucker on stretches of each ring. GEOS's own polygon simplifier was not usable on hostile
input: it needs 12 s for 200,000 spikes when it preserves topology, runs out of memory when it
doesn't, and recurses once a vertex, which ends the process on a comb. On stretches of `_STRETCH`
vertices the recursion and the quadratic worst case are bounded: 0.2 s for all of these.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo.errors import InvalidShape
from geo.measure import vertex_count
from geo.parts import Shape, from_polygons, polygons_of

FINEST_M = 10.0  # less than a house and its garden
COARSEST_M = 500.0  # a few blocks: more would change who is told
_METRES_PER_DEGREE = 111_700.0  # the longest degree on WGS84, of latitude at a pole (111,694 m)
_STRETCH = 500


def to_limit(shape: Shape, limit: int) -> tuple[Shape, float]:
    """Drop vertices until at most `limit` are left, with as small an error as will do.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        WGS84 lon/lat with continuous longitudes, maybe invalid.
    limit : int
        Largest number of vertices.

    Returns
    -------
    tuple
        The shape, maybe invalid, and the largest distance in metres by which the outline moved.

    Raises
    ------
    InvalidShape
        More than `limit` vertices even when moved by 500 m (code "too_many_vertices").
    """
    if vertex_count(_simplified(shape, COARSEST_M)) > limit:
        raise InvalidShape(
            f"the outline has more than {limit:,} vertices even when simplified by "
            f"{COARSEST_M:.0f} m: send a smoother one",
            code="too_many_vertices",
        )
    tolerance_m = FINEST_M
    while tolerance_m < COARSEST_M:
        simpler = _simplified(shape, tolerance_m)
        if vertex_count(simpler) <= limit:
            return simpler, tolerance_m
        tolerance_m *= 2
    return _simplified(shape, COARSEST_M), COARSEST_M


def _simplified(shape: Shape, tolerance_m: float) -> Shape:
    tolerance_deg = tolerance_m / _METRES_PER_DEGREE
    return from_polygons([_simplified_polygon(p, tolerance_deg) for p in polygons_of(shape)])


def _simplified_polygon(polygon: Polygon, tolerance_deg: float) -> Polygon:
    """Simplify each ring; what is narrower than the tolerance: holes filled, a shell its hull."""
    shell = _simplified_ring(shapely.get_coordinates(polygon.exterior), tolerance_deg)
    holes = [
        _simplified_ring(shapely.get_coordinates(hole), tolerance_deg) for hole in polygon.interiors
    ]
    if len(shell) < 4:
        hull = shapely.convex_hull(polygon.exterior)
        return hull if isinstance(hull, Polygon) else polygon
    return Polygon(shell, [hole for hole in holes if len(hole) >= 4])


def _simplified_ring(ring: NDArray[np.float64], tolerance_deg: float) -> NDArray[np.float64]:
    starts = np.arange(0, len(ring) - 1, _STRETCH)
    ends = np.append(starts[1:], len(ring) - 1)
    index = np.concatenate([np.arange(s, e + 1) for s, e in zip(starts, ends, strict=True)])
    stretch = np.repeat(np.arange(len(starts)), ends - starts + 1)
    lines = shapely.linestrings(ring[index], indices=stretch)
    kept = shapely.simplify(lines, tolerance_deg, preserve_topology=False)
    coordinates = shapely.get_coordinates(kept)
    moved = np.any(coordinates[1:] != coordinates[:-1], axis=1)
    simpler: NDArray[np.float64] = coordinates[np.append(True, moved)]
    return simpler
