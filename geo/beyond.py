"""How far does a shape reach beyond another one?

A circle around a border town always spills over the border; what counts is how far.
"""

import math

import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from geo.coordinates import LonLat
from geo.measure import distance_m

_MOST_CORNERS = 2_000  # of the part outside; more are thinned evenly


def beyond_m(shape: BaseGeometry, inside: BaseGeometry) -> float:
    """Return how many metres `shape` reaches beyond `inside`; 0 where it lies within.

    Parameters
    ----------
    shape, inside : BaseGeometry
        Valid polygons, WGS84 lon/lat, split at ±180°. `inside` isn't empty.

    Notes
    -----
    The largest geodesic distance from a corner of the part outside to the border of `inside`. The
    nearest point of the border is looked for on a plane whose longitudes are shortened by the
    cosine of the latitude, so the distance is never too small, and too large by less than 1 % for
    parts within 200 km. Distances over ±180° count the long way round.
    """
    if shapely.covers(inside, shape):
        return 0.0
    outside = shapely.difference(shape, inside)
    corners = shapely.get_coordinates(outside)
    corners = corners[:: math.ceil(len(corners) / _MOST_CORNERS)] if len(corners) else corners
    if not len(corners):
        return 0.0
    middle = float(corners[:, 1].mean())
    shorter = max(math.cos(math.radians(middle)), 0.01)
    flat = scale(inside, xfact=shorter, yfact=1, origin=(0, 0))
    points = shapely.points(corners * (shorter, 1.0))
    links = shapely.get_coordinates(shapely.shortest_line(flat, points)).reshape(-1, 2, 2)
    lengths = ((links[:, 1] - links[:, 0]) ** 2).sum(axis=1)
    near, far = links[int(lengths.argmax())] / (shorter, 1.0)
    return distance_m(LonLat(*map(float, near)), LonLat(*map(float, far)))
