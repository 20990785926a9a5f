"""Where a place lies on a flat sheet laid against the Earth, in metres.

Buffers are planar; the Earth isn't. On a sheet of the azimuthal equidistant projection no length
is too short, and within 150 km of its centre none is too long by more than 1 in 10,000, over the
poles and the 180th meridian as anywhere else. So: onto the sheet, buffer, and back.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import LonLat
from geo.measure import WGS84, straight_m

Points = NDArray[np.float64]  # (N, 2): lon/lat degrees, or metres east and north

_SMALLEST_RADIUS_M = 6_335_439.0  # WGS84, b²/a: of a meridian at the equator, its sharpest bend
_MAX_ROUNDS = 40  # an edge is halved so often at most


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A sheet that touches the Earth at `centre`.

    Source: the azimuthal equidistant projection is the geodesic inverse problem read as polar
    coordinates (Karney 2013, by PROJ).
    """

    centre: LonLat

    def to_xy(self, lonlat: Points) -> Points:
        """Return metres east and north on the sheet."""
        lon, lat = (np.full(len(lonlat), each) for each in self.centre)
        azimuth, _, metres = WGS84.inv(lon, lat, lonlat[:, 0], lonlat[:, 1])
        angle = np.radians(azimuth)
        return np.column_stack((metres * np.sin(angle), metres * np.cos(angle)))

    def to_lonlat(self, xy: Points) -> Points:
        """Return the positions of points on the sheet, longitudes within ±180°."""
        lon, lat = (np.full(len(xy), each) for each in self.centre)
        azimuth = np.degrees(np.arctan2(xy[:, 0], xy[:, 1]))
        to_lon, to_lat, _ = WGS84.fwd(lon, lat, azimuth, np.hypot(xy[:, 0], xy[:, 1]))
        return np.column_stack((to_lon, to_lat))

    def laid_flat(self, lonlat: Points, deepest_m: float) -> Points:
        """Draw a line that is straight between lon/lat positions, as a polyline on the sheet.

        Parameters
        ----------
        lonlat : (N, 2) array
            Degrees, longitudes continuous.
        deepest_m : float
            How far the polyline may be from the line; it gets more corners where it must.
        """
        xy = self.to_xy(lonlat)
        for _ in range(_MAX_ROUNDS):
            edges = _may_be_deep(xy, lonlat[:, 1], deepest_m)
            middle = (lonlat[edges] + lonlat[edges + 1]) / 2
            on_sheet = self.to_xy(middle)
            off_m = np.hypot(*(on_sheet - (xy[edges] + xy[edges + 1]) / 2).T)
            deep = off_m > deepest_m
            if not deep.any():
                break
            lonlat = np.insert(lonlat, edges[deep] + 1, middle[deep], axis=0)
            xy = np.insert(xy, edges[deep] + 1, on_sheet[deep], axis=0)
        return xy

    def lifted(self, xy: Points, deepest_m: float) -> Points:
        """Draw a ring of the sheet as one that is straight between lon/lat positions.

        Parameters
        ----------
        xy : (N, 2) array
            Metres on the sheet, closed.
        deepest_m : float
            How far the new ring may be from the old one; it gets more corners where it must.

        Returns
        -------
        (M, 2) array
            Degrees, longitudes within ±180°: maybe over the seam or round a pole.
        """
        lonlat = self.to_lonlat(xy)
        for _ in range(_MAX_ROUNDS):
            edges = _may_be_deep(xy, lonlat[:, 1], deepest_m)
            middle = (xy[edges] + xy[edges + 1]) / 2
            on_earth = self.to_lonlat(middle)
            deep = _off_m(lonlat[edges], lonlat[edges + 1], on_earth) > deepest_m
            if not deep.any():
                break
            xy = np.insert(xy, edges[deep] + 1, middle[deep], axis=0)
            lonlat = np.insert(lonlat, edges[deep] + 1, on_earth[deep], axis=0)
        return lonlat

    def longest(self, radius_m: float) -> float:
        """Return by how much a length within `radius_m` of the centre is drawn too long."""
        angle = radius_m / _SMALLEST_RADIUS_M
        return angle / math.sin(angle)


def _may_be_deep(xy: Points, lat: NDArray[np.float64], deepest_m: float) -> NDArray[np.intp]:
    """Return the edges so long that lon/lat and sheet may disagree by more than `deepest_m`.

    A parallel bends by tan(lat) / R against the sheet's centre, a straight line of the sheet by
    2d / 3R² at a distance d from it; a bend of b moves the middle of an edge by length² · b / 8.
    """
    high = np.radians(np.maximum(np.abs(lat[1:]), np.abs(lat[:-1])))
    away_m = np.hypot(xy[:, 0], xy[:, 1])
    bend = np.tan(high) / _SMALLEST_RADIUS_M + away_m[1:] / _SMALLEST_RADIUS_M**2
    length2 = (np.diff(xy, axis=0) ** 2).sum(axis=1)
    return np.flatnonzero(length2 * bend > 4 * deepest_m)


def _off_m(start: Points, end: Points, middle: Points) -> NDArray[np.float64]:
    """Return how far the middles of straight lon/lat edges are from `middle`."""
    turn_start = (start[:, 0] - middle[:, 0] + 180) % 360 - 180
    turn_end = (end[:, 0] - middle[:, 0] + 180) % 360 - 180
    lon = middle[:, 0] + (turn_start + turn_end) / 2
    return straight_m(np.column_stack((lon, (start[:, 1] + end[:, 1]) / 2)), middle)
