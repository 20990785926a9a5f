"""Which ground is within that many metres of a place.

CAP circles, posters with a place and no outline, a neighbour's "two miles around home".
"""

import math
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from geo import seam
from geo.coordinates import LonLat, check_lonlat
from geo.errors import InvalidShape
from geo.measure import WGS84, distance_m
from geo.parts import Shape, polygons_of
from geo.polygon import check_extent

VERTICES = 64
MIN_RADIUS_M = 0.1  # what is smaller vanishes in coordinates of 1e-7°
MAX_RADIUS_M = 10_001_966  # from pole to equator on WGS84: half of the Earth
_EARTH_RADIUS_M = 6_371_009  # mean radius, IUGG; used for a small correction only
# An edge that is straight in lon/lat cuts into a circle on the side of the pole. Edges that cut
# deeper than this share of the radius get another vertex, the rest is made good by the radius.
_CUT = 2.5e-4
_MAX_ROUNDS = 16


def circle(centre: LonLat, radius_m: float, vertices: int = VERTICES) -> Polygon:
    """Outline the ground within `radius_m` metres of `centre`, missing nobody.

    The circle lies inside the outline: at most 0.2 % further out with 64 vertices.

    Parameters
    ----------
    centre : LonLat
        WGS84 degrees.
    radius_m : float
        Metres, 0.1 to 10,001,966: half of the Earth.
    vertices : int
        Corners, at least 8; near a pole there are more, where the edges need them.

    Returns
    -------
    Polygon
        Valid, counter-clockwise, longitudes continuous and so maybe beyond ±180°; closed over the
        pole if it holds one; a hole in the whole world if it holds both.

    Raises
    ------
    InvalidShape
        Code "radius" for a radius that is not finite, too small or too large; code
        "null_island" for the centre (0, 0), which is a position nobody filled in.
    OutOfRange
        The centre isn't on Earth.

    Notes
    -----
    Source: geodesic direct problem (Karney 2013, by PROJ: twenty times as fast as in pure
    Python); radius / cos(π/n) makes the n-gon circumscribed.
    """
    centre = check_lonlat(*centre)
    if abs(centre.lat) == 90:
        centre = LonLat(0.0, centre.lat)  # a pole has every longitude
    reach_m = _reach_m(centre, radius_m, vertices)
    ring = _ring(centre, reach_m, vertices, deepest_m=_CUT * radius_m)
    outline = _all_but(ring) if _holds_both_poles(centre, reach_m) else _within(ring, centre.lat)
    if not outline.is_valid:  # a ring that runs exactly through a pole
        mended = shapely.make_valid(outline, method="structure", keep_collapsed=False)
        outline = max(polygons_of(mended), key=lambda part: part.area)
    oriented: Polygon = shapely.orient_polygons(outline)
    return oriented


def circle_ground(centre: LonLat, radius_m: float) -> Shape:
    """Outline the same ground as `circle`, cut at ±180° so that it can be stored and matched.

    Raises
    ------
    InvalidShape
        As `circle`; and "whole_world" for more than 150 million km², which is a radius of some
        7,290 km: an alert for a hemisphere is a mistake.
    OutOfRange
        The centre isn't on Earth.
    """
    shape, cut = seam.split(circle(centre, radius_m))
    check_extent(shape)
    oriented: Shape = shapely.orient_polygons(shape) if cut else shape
    return oriented


def _within(ring: NDArray[np.float64], lat: float) -> Polygon:
    return Polygon(seam.unwrap_ring(ring, pole=math.copysign(90, lat)))


def _all_but(ring: NDArray[np.float64]) -> Polygon:
    """Return the whole world without what the ring, on the other side of the Earth, encloses."""
    hole = seam.unwrap_ring(ring)
    middle = (hole[:, 0].min() + hole[:, 0].max()) / 2
    return Polygon(box(middle - 180, -90, middle + 180, 90).exterior, [hole])


def _holds_both_poles(centre: LonLat, reach_m: float) -> bool:
    if reach_m < MAX_RADIUS_M:
        return False
    further_pole = LonLat(centre.lon, -math.copysign(90, centre.lat))
    return distance_m(centre, further_pole) < reach_m


def _reach_m(centre: LonLat, radius_m: float, vertices: int) -> float:
    """Distance of the corners, so that the edges stay outside the circle."""
    if not math.isfinite(radius_m) or radius_m <= 0:
        raise InvalidShape("a radius must be a number of metres above 0", code="radius")
    if radius_m < MIN_RADIUS_M:
        raise InvalidShape(f"a radius of {radius_m:g} m is no ground", code="radius")
    if vertices < 8:
        raise ValueError("a circle has at least 8 vertices")
    if radius_m > MAX_RADIUS_M:
        raise InvalidShape(
            f"a radius of {radius_m / 1000:,.0f} km is more than half of the Earth "
            f"({MAX_RADIUS_M / 1000:,.0f} km)",
            code="radius",
        )
    if centre == (0, 0):
        raise InvalidShape(
            "the centre is (0, 0): the coordinates were not filled in", code="null_island"
        )
    return radius_m * (1 + 2 * _CUT) / math.cos(math.pi / vertices)


def _ring(centre: LonLat, reach_m: float, vertices: int, deepest_m: float) -> NDArray[np.float64]:
    """Corners at `reach_m`, counter-clockwise, closed; more of them where edges cut too deep."""
    azimuths = _azimuths(vertices)
    points = _at(centre, azimuths[:-1], reach_m)
    points = np.vstack((points, points[:1]))
    for _ in range(_MAX_ROUNDS):
        deep = np.flatnonzero(_cut_m(points) > deepest_m)
        if len(deep) == 0:
            break
        between = (azimuths[deep] + azimuths[deep + 1]) / 2
        points = np.insert(points, deep + 1, _at(centre, between, reach_m), axis=0)
        azimuths = np.insert(azimuths, deep + 1, between)
    return points


@lru_cache
def _azimuths(vertices: int) -> NDArray[np.float64]:
    """Directions of the corners, the first again at the end; only to be read."""
    return np.linspace(360, 0, vertices + 1)


def _at(centre: LonLat, azimuths: NDArray[np.float64], reach_m: float) -> NDArray[np.float64]:
    starts = np.full((2, len(azimuths)), [[centre.lon], [centre.lat]])
    lon, lat, _ = WGS84.fwd(starts[0], starts[1], azimuths, np.full(len(azimuths), reach_m))
    return np.column_stack((lon, lat))


def _cut_m(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres between the middle of each straight lon/lat edge and the geodesic, on the sphere."""
    lat = np.radians(points[:, 1])
    turn = np.abs(np.diff(points[:, 0])) % 360
    half = np.radians(np.minimum(turn, 360 - turn)) / 2
    geodesic = np.arctan2(np.tan(lat[1:]) + np.tan(lat[:-1]), 2 * np.cos(half))
    cut_m: NDArray[np.float64] = np.abs(geodesic - (lat[1:] + lat[:-1]) / 2) * _EARTH_RADIUS_M
    return cut_m
