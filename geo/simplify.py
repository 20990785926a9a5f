"""How few vertices an outline can do with, and how far it moves for that.

Douglas-Peucker on stretches of each ring, all rings at once. GEOS's own polygon simplifier was not
usable on hostile input: it needs 12 s for 200,000 spikes when it preserves topology, runs out of
memory when it doesn't, and recurses once a vertex, which ends the process on a comb. On stretches
of `_STRETCH` vertices the recursion and the quadratic worst case are bounded.

No part is ever dropped: one that is smaller than the error allowed keeps its own shape, simplified
by its own size. Holes narrower than the error are filled, which is said.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InvalidShape
from geo.measure import straight_m, vertex_count
from geo.parts import Shape, polygons_of
from geo.repair import repaired
from geo.ring_table import RingTable

FINEST_M = 10.0  # less than a house and its garden
COARSEST_M = 500.0  # a few blocks: more would change who is told
_METRES_PER_DEGREE = 111_700.0  # the longest degree on WGS84, of latitude at a pole (111,694 m)
_STEPS_PER_DOUBLING = 2
_SHARE_OF_A_SMALL_PART = 1 / 8  # of its length: leaves a round island six corners


@dataclass(frozen=True, kw_only=True)
class Simpler:
    """An outline with fewer vertices."""

    shape: Shape
    error_m: float  # measured: no point of the outline moved further; 0 if it was left alone
    notes: tuple[str, ...] = ()  # in words: how many vertices, how far, which holes were filled


@dataclass(frozen=True, kw_only=True, eq=False)
class _Attempt:
    """Which vertices are left at a tolerance."""

    tolerance_m: float
    kept: NDArray[np.bool_]
    vertices: int


def simplified(
    shape: Shape, *, max_vertices: int | None = None, max_error_m: float | None = None
) -> Simpler:
    """Drop vertices of ground, and say by how much its outline moved.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°. What lies on the 180th meridian or on a pole stays
        there.
    max_vertices : int, optional
        Most vertices, at least 3; as small an error as will do, at most `max_error_m` or 500 m.
    max_error_m : float, optional
        Alone: as few vertices as this many metres allow.

    Returns
    -------
    Simpler
        Valid; `error_m` is measured on the ellipsoid, at most the error allowed. Every part is
        still there; holes that were filled are said.

    Raises
    ------
    InvalidShape
        Empty ("empty"), more vertices than allowed even with the largest error
        ("too_many_vertices"), or a limit that is none ("limit").
    """
    if max_vertices is None and max_error_m is None:
        raise ValueError("give max_vertices or max_error_m")
    if max_error_m is not None and not 0 < max_error_m < math.inf:
        raise InvalidShape("a largest error must be a number of metres above 0", code="limit")
    if max_vertices is not None and max_vertices < 3:
        raise InvalidShape("an outline has at least 3 vertices", code="limit")
    if not polygons_of(shape):
        raise InvalidShape("the geometry is empty", code="empty")
    if max_vertices is None:
        simpler = _at(shape, max_error_m or COARSEST_M)
    else:
        simpler = to_limit(shape, max_vertices, max_error_m or COARSEST_M)
    return _valid(simpler)


def to_limit(shape: Shape, limit: int, coarsest_m: float = COARSEST_M) -> Simpler:
    """Drop vertices until at most `limit` are left, with as small an error as will do.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        WGS84 lon/lat with continuous longitudes, maybe invalid.
    limit : int
        Largest number of vertices.
    coarsest_m : float
        Largest error in metres.

    Returns
    -------
    Simpler
        Maybe invalid: what crosses itself is for `repaired` to mend.

    Raises
    ------
    InvalidShape
        More than `limit` vertices even when moved by `coarsest_m` (code "too_many_vertices").
    """
    if vertex_count(shape) <= limit:
        return Simpler(shape=shape, error_m=0.0)
    check_parts(len(polygons_of(shape)), limit)
    table = RingTable.of(shape)
    attempt = _attempt(table, coarsest_m)
    if attempt.vertices > limit:
        raise InvalidShape(
            f"the outline has more than {limit:,} vertices even when simplified by "
            f"{coarsest_m:g} m: send a smoother one",
            code="too_many_vertices",
        )
    return _told(table, _finest(table, limit, attempt), f" (at most {limit:,})")


def check_parts(parts: int, limit: int) -> None:
    """Refuse more parts than `limit` vertices can outline (code "too_many_vertices")."""
    if 3 * parts > limit:
        raise InvalidShape(
            f"{parts:,} parts can't be drawn with {limit:,} vertices: send the few that are meant",
            code="too_many_vertices",
        )


def _at(shape: Shape, tolerance_m: float) -> Simpler:
    table = RingTable.of(shape)
    attempt = _attempt(table, tolerance_m)
    if attempt.kept.all():
        return Simpler(shape=shape, error_m=0.0)
    return _told(table, attempt, "")


def _valid(simpler: Simpler) -> Simpler:
    """Mend what crosses itself since vertices are missing."""
    if simpler.shape.is_valid:
        return simpler
    try:
        shape, _ = repaired(simpler.shape)
    except InvalidShape as error:
        raise InvalidShape(
            "the outline can't be simplified that far without crossing itself thousands of times",
            code="too_many_vertices",
        ) from error
    oriented: Shape = shapely.orient_polygons(shape)
    return Simpler(shape=oriented, error_m=simpler.error_m, notes=simpler.notes)


def _finest(table: RingTable, limit: int, coarsest: _Attempt) -> _Attempt:
    """Bisect for the smallest tolerance, in steps of a factor of √2, that leaves `limit`."""
    finest_m = min(FINEST_M, coarsest.tolerance_m)
    doublings = math.log2(coarsest.tolerance_m / finest_m)
    good, low, high = coarsest, -1, math.ceil(doublings * _STEPS_PER_DOUBLING)
    step = 0  # most outlines do with the finest
    while low + 1 < high:
        attempt = _attempt(table, finest_m * 2 ** (step / _STEPS_PER_DOUBLING))
        if attempt.vertices <= limit:
            good, high = attempt, step
        else:
            low = step
        step = (low + high) // 2
    return good


def _attempt(table: RingTable, tolerance_m: float) -> _Attempt:
    """Say which vertices a tolerance leaves.

    A shell that nothing would be left of stays as it is; such a hole is filled.
    """
    of_ring = np.where(table.is_shell, table.length_deg * _SHARE_OF_A_SMALL_PART, np.inf)
    tolerances = np.minimum(of_ring, tolerance_m / _METRES_PER_DEGREE)
    kept = table.kept_within(tolerances)
    collapsed = table.per_ring(kept) < 4
    kept |= (collapsed & table.is_shell)[table.ring]
    kept &= ~(collapsed & ~table.is_shell)[table.ring]
    rings = len(table.is_shell) - (collapsed & ~table.is_shell).sum()
    return _Attempt(tolerance_m=tolerance_m, kept=kept, vertices=int(kept.sum() - rings))


def _told(table: RingTable, attempt: _Attempt, limit: str) -> Simpler:
    filled = table.per_ring(attempt.kept) == 0
    error_m = max(_moved_m(table, attempt.kept), _filled_m(table, filled, attempt.tolerance_m))
    before = len(table.lonlat) - len(table.is_shell)
    notes = [
        f"simplified from {before:,} to {attempt.vertices:,} vertices{limit}, "
        f"no point moved more than {rounded_up_m(error_m)} m"
    ]
    if filled.any():
        holes = "1 hole" if filled.sum() == 1 else f"{filled.sum():,} holes"
        notes.append(f"{holes} narrower than {rounded_up_m(2 * error_m)} m filled")
    return Simpler(shape=table.shape_of(attempt.kept), error_m=error_m, notes=tuple(notes))


def rounded_up_m(metres: float) -> str:
    """Write a length that must not be understated: whole metres, below ten with one decimal."""
    if metres > 10:
        return f"{math.ceil(metres):,}"
    return f"{math.ceil(metres * 10) / 10:.1f}"


def _moved_m(table: RingTable, kept: NDArray[np.bool_]) -> float:
    """Return the largest distance from a dropped vertex to the edge that replaced it, in metres.

    The vertices of the new outline are vertices of the old one, so no point of either is further
    from the other. The nearest point of the edge is looked for on a local plane; the way there is
    measured along a straight lon/lat line, so the distance is never too small.
    """
    left = np.flatnonzero(kept)
    dropped = np.flatnonzero(~kept & (table.per_ring(kept) > 0)[table.ring])
    if not len(dropped):
        return 0.0
    after = np.searchsorted(left, dropped)
    point = table.lonlat[dropped]
    start, end = table.lonlat[left[after - 1]], table.lonlat[left[after]]
    flat = np.column_stack((np.cos(np.radians(point[:, 1])), np.ones(len(point))))
    edge, way = (end - start) * flat, (point - start) * flat
    length2 = (edge**2).sum(axis=1)
    share = (edge * way).sum(axis=1) / np.where(length2 > 0, length2, 1)
    nearest = start + np.clip(share, 0, 1)[:, None] * (end - start)
    return float(straight_m(point, nearest).max())


def _filled_m(table: RingTable, filled: NDArray[np.bool_], tolerance_m: float) -> float:
    """Return how far the middle of a filled hole was from ground, at most, in metres."""
    if not filled.any():
        return 0.0
    half_m = table.width_deg[filled].max() / 2 * _METRES_PER_DEGREE
    return min(tolerance_m, float(half_m))
