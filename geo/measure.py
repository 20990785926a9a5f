"""How much ground, how far, how many corners.

Areas are those of the WGS84 ellipsoid below straight lines in longitude and latitude, which is
what the edge of a GeoJSON polygon is (RFC 7946 section 3.1.1) and what matching works with.
geographiclib takes edges as geodesics instead; with edges of a few kilometres there is no
difference, with edges of hundreds of kilometres ours is the area that is matched.
"""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from geopy.distance import geodesic
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LonLat
from geo.parts import polygons_of

WGS84 = Geod(ellps="WGS84")

# WGS84: NIMA TR8350.2, table 3.1
_SEMI_MAJOR_KM = 6378.137
_FLATTENING = 1 / 298.257223563
_E2 = _FLATTENING * (2 - _FLATTENING)
_E = math.sqrt(_E2)

# five-point Gauss-Legendre over an edge: exact to 1e-7 even for an edge from equator to pole
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)


def area_km2(shape: BaseGeometry) -> float:
    """Area of all polygons of `shape` in km², holes subtracted.

    Parameters
    ----------
    shape : BaseGeometry
        Valid, WGS84 lon/lat degrees, any orientation. Lines and points count nothing.

    Notes
    -----
    Source: Snyder, Map Projections: A Working Manual (USGS PP 1395), equation 3-12: the area
    between the equator and a parallel is a²q/2 per radian of longitude.
    """
    polygons = polygons_of(shape)
    if not polygons:
        return 0.0
    rings = shapely.get_rings(shapely.orient_polygons(np.array(polygons, dtype=object)))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring[1:] == ring[:-1]
    start, end = coordinates[:-1][same_ring], coordinates[1:][same_ring]
    d_lon = np.radians(end[:, 0] - start[:, 0])
    swept = d_lon * _mean_q(start[:, 1], end[:, 1])
    return abs(float(swept.sum())) * _SEMI_MAJOR_KM**2 / 2


def _mean_q(lat1: NDArray[np.float64], lat2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of Snyder's q along straight edges between two latitudes in degrees."""
    middle, half = np.radians(lat1 + lat2) / 2, np.radians(lat2 - lat1) / 2
    sin = np.sin(middle[:, None] + half[:, None] * _NODES)
    q = (1 - _E2) * (sin / (1 - _E2 * sin**2) + np.arctanh(_E * sin) / _E)
    mean: NDArray[np.float64] = q @ _WEIGHTS / 2
    return mean


def overlap_km2(a: BaseGeometry, b: BaseGeometry) -> float:
    """Area in km² that two valid lon/lat shapes share; 0 where they only touch."""
    return area_km2(shapely.intersection(a, b))


def distance_m(a: LonLat, b: LonLat) -> float:
    """Length in metres of the geodesic on the WGS84 ellipsoid (Karney 2013, through geopy)."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).m)


def distances_m(a: LonLat, others: Sequence[LonLat]) -> NDArray[np.float64]:
    """Lengths in metres of the geodesics from one place to many (Karney 2013, through PROJ)."""
    lon, lat = np.array(others, float).reshape(-1, 2).T
    _, _, metres = WGS84.inv(np.full(len(lon), a.lon), np.full(len(lon), a.lat), lon, lat)
    return np.asarray(metres)


def straight_m(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length in metres of straight lon/lat lines between pairs of positions, never too small.

    Parameters
    ----------
    a, b : (N, 2) arrays
        WGS84 lon/lat degrees, longitudes continuous: 179 and -179 are 358° apart.

    Notes
    -----
    A degree is taken as long as it is anywhere between the two: of longitude where the line is
    nearest to the equator, of latitude where it is nearest to a pole. Over less than a kilometre
    below 85° that is too much by less than 0.2 %; a geodesic is never longer. Source: the radii of
    curvature of the ellipsoid, Snyder (USGS PP 1395), equations 4-18 and 4-20.
    """
    lat_a, lat_b = np.radians(a[:, 1]), np.radians(b[:, 1])
    high = np.maximum(np.abs(lat_a), np.abs(lat_b))
    low = np.where(lat_a * lat_b <= 0, 0.0, np.minimum(np.abs(lat_a), np.abs(lat_b)))
    north_m = np.radians(b[:, 1] - a[:, 1]) * _meridian_radius_m(high)
    east_m = np.radians(b[:, 0] - a[:, 0]) * _parallel_radius_m(low)
    lengths_m: NDArray[np.float64] = np.hypot(north_m, east_m)
    return lengths_m


def _meridian_radius_m(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    radius_m: NDArray[np.float64] = (
        1000 * _SEMI_MAJOR_KM * (1 - _E2) / (1 - _E2 * np.sin(lat) ** 2) ** 1.5
    )
    return radius_m


def _parallel_radius_m(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    radius_m: NDArray[np.float64] = (
        1000 * _SEMI_MAJOR_KM * np.cos(lat) / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
    )
    return radius_m


def vertex_count(shape: BaseGeometry) -> int:
    """Count the corners of all rings; the position that closes a ring isn't counted again."""
    polygons = polygons_of(shape)
    rings = len(polygons) + int(shapely.get_num_interior_rings(polygons).sum())
    return int(shapely.get_num_coordinates(polygons).sum()) - rings
