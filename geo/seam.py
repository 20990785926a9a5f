"""On which side of the 180th meridian, and round which pole, a ring lies.

A ring from 179 to -179 is "valid" as numbers and means the long way round: it misses both sides
of the seam and matches Greenwich. Here rings are first unwrapped (continuous longitudes, a ring
round a pole closed over it), then the ground is cut at ±180° (RFC 7946 section 3.1.9).

The `antimeridian` library answers the same question; the tests compare the two. It wants valid,
consistently wound input and walks vertices in Python; what people draw is neither.
"""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from geo.errors import InvalidShape
from geo.parts import Shape, from_polygons, polygons_of
from geo.repair import repaired

Ring = NDArray[np.float64]  # (N, 2), closed, lon/lat degrees

SPLIT = "split at the 180th meridian"
MOVED = "longitudes beyond ±180° were moved by a full turn"

_WORLD = box(-180, -90, 180, 90)
_MAX_SPAN_DEG = 720  # a ring that turns more than twice round the Earth outlines nothing
_SNAP_DEG = 1e-9  # a cut leaves 180.00000000000003: a tenth of a millimetre is on the meridian


def unwrapped(polygons: Sequence[Polygon]) -> list[Polygon]:
    """Unwrap many polygons as `unwrap` does; as quick as one if none of them needs it."""
    lonlat, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    within = len(lonlat) == 0 or float(np.abs(lonlat[:, 0]).max()) <= 180
    if within and not (_jumps(lonlat) & (ring[1:] == ring[:-1])).any():
        return list(polygons)
    return [unwrap(polygon) for polygon in polygons]


def unwrap(polygon: Polygon) -> Polygon:
    """Make the longitudes of a polygon continuous, so that planar geometry applies.

    Parameters
    ----------
    polygon : Polygon
        WGS84 lon/lat, maybe invalid; two successive vertices more than 180° of longitude apart
        are read as an edge over the 180th meridian.

    Returns
    -------
    Polygon
        Longitudes continuous, so maybe beyond ±180°; a ring round a pole is closed over the pole;
        maybe still invalid.

    Raises
    ------
    InvalidShape
        A ring winds more than twice round the Earth (code "too_tangled").
    """
    rings = [shapely.get_coordinates(r) for r in (polygon.exterior, *polygon.interiors)]
    west, _, east, _ = polygon.bounds
    if west >= -180 and east <= 180 and not any(_jumps(ring).any() for ring in rings):
        return polygon
    shell, *holes = [unwrap_ring(ring) for ring in rings]
    return Polygon(shell, [copy for hole in holes for copy in _laid_over(shell, hole)])


def unwrap_ring(ring: Ring, pole: float | None = None) -> Ring:
    """Make the longitudes of a closed ring continuous; close it over `pole` if it winds round one.

    Without `pole` (latitude 90 or -90) it is the one nearer to the ring.
    """
    jumps = _jumps(ring)
    if not jumps.any() or _runs_round_the_world(ring):
        return ring
    turns = np.where(jumps, -np.sign(np.diff(ring[:, 0])), 0).cumsum()
    lon = ring[:, 0] + 360 * np.concatenate(([0], turns))
    if np.ptp(lon) > _MAX_SPAN_DEG:
        raise InvalidShape("an outline winds round the Earth several times", code="too_tangled")
    unwrapped = np.column_stack((lon, ring[:, 1]))
    return unwrapped if turns[-1] == 0 else _closed_over_pole(unwrapped, pole)


def split(shape: Shape) -> tuple[Shape, str | None]:
    """Cut a valid shape with continuous longitudes at ±180°.

    Returns
    -------
    tuple
        The shape within ±180°, and what was done in words (`SPLIT`, `MOVED`) or None.
    """
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape, None
    turns = range(math.floor((west + 180) / 360), math.ceil((east + 180) / 360))
    pieces = [shapely.intersection(_turned(shape, -turn), _WORLD) for turn in turns]
    parts = polygons_of(shapely.union_all([p for piece in pieces for p in polygons_of(piece)]))
    clean, _ = repaired(_snapped(from_polygons(parts)))  # a cut leaves slivers and 1e-16 spikes
    return clean, SPLIT if len(turns) > 1 else MOVED


def _jumps(ring: Ring) -> NDArray[np.bool_]:
    """Tell which edges cross the seam; an edge along a pole has no length and crosses nothing."""
    along_pole = (np.abs(ring[1:, 1]) == 90) & (ring[1:, 1] == ring[:-1, 1])
    jumps: NDArray[np.bool_] = (np.abs(np.diff(ring[:, 0])) > 180) & ~along_pole
    return jumps


def _runs_round_the_world(ring: Ring) -> bool:
    """Tell whether every long edge runs along a parallel from seam to seam: an Antarctica."""
    long = np.flatnonzero(_jumps(ring))
    start, end = ring[long], ring[long + 1]
    seam_to_seam = (np.abs(start[:, 0]) == 180) & (start[:, 0] == -end[:, 0])
    return bool((seam_to_seam & (start[:, 1] == end[:, 1])).all()) and bool(
        shapely.is_valid(Polygon(ring))
    )


def _closed_over_pole(ring: Ring, pole: float | None) -> Ring:
    """Close a ring that winds round a pole: up to the pole, along it, and down again.

    The ring is begun anew where it is nearest to the pole, so that it can't cross the way up.
    """
    if pole is None:
        middle_lat = (ring[1:, 1] + ring[:-1, 1]) / 2
        mean_lat = (middle_lat * np.diff(ring[:, 0])).sum() / (ring[-1, 0] - ring[0, 0])
        pole = math.copysign(90, mean_lat)
    nearest = int(np.argmax(ring[:, 1] * math.copysign(1, pole)))
    turn = np.array((ring[-1, 0] - ring[0, 0], 0))
    anew = np.vstack((ring[nearest:], ring[1 : nearest + 1] + turn))
    over = [[anew[-1, 0], pole], [anew[0, 0], pole], anew[0]]
    return np.vstack((anew, over))


def _laid_over(shell: Ring, hole: Ring) -> list[Ring]:
    """Every copy of `hole`, turned by whole turns, that lies in the longitudes of `shell`."""
    west, east = shell[:, 0].min(), shell[:, 0].max()
    first = math.ceil((west - hole[:, 0].max()) / 360)
    last = math.floor((east - hole[:, 0].min()) / 360)
    return [hole + np.array((360.0 * turn, 0)) for turn in range(first, last + 1)]


def _turned(shape: Shape, turns: int) -> Shape:
    offset = np.array((360.0 * turns, 0))
    return shapely.transform(shape, lambda lonlat: lonlat + offset)


def _snapped(shape: Shape) -> Shape:
    def snap(lonlat: Ring) -> Ring:
        lon = lonlat[:, 0]
        near = np.abs(np.abs(lon) - 180) < _SNAP_DEG
        return np.column_stack((np.where(near, np.copysign(180, lon), lon), lonlat[:, 1]))

    return shapely.transform(shape, snap)
