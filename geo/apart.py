"""How far are two shapes from each other?"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.measure import WGS84

_LONGEST_EDGE_DEG = 0.1  # longer edges, straight in lon/lat, are followed in pieces of this


def apart_m(shape: BaseGeometry, other: BaseGeometry) -> float:
    """Return the metres between two shapes; 0 where they share at least a point.

    Parameters
    ----------
    shape, other : BaseGeometry
        Valid polygons, not empty, WGS84 lon/lat, split at ±180°. Works best with the smaller one
        first.

    Notes
    -----
    Both are laid on a plane round the middle of `shape` by direction and geodesic distance (an
    azimuthal equidistant map: Snyder, USGS PP 1395, chapter 25; Karney 2013 through PROJ), which
    knows no seam and no pole. Lengths from the middle are exact; for a `shape` of 50 km the result
    is wrong by less than 1 %.
    """
    if shapely.intersects(shape, other):
        return 0.0
    middle = shapely.get_coordinates(shape.centroid)[0]
    return float(shapely.distance(_laid_round(middle, shape), _laid_round(middle, other)))


def _laid_round(middle: NDArray[np.float64], shape: BaseGeometry) -> BaseGeometry:
    edges = shapely.segmentize(shape.boundary, _LONGEST_EDGE_DEG)

    def lay(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        start = np.broadcast_to(middle, lonlat.shape)
        azimuth, _, metres = WGS84.inv(start[:, 0], start[:, 1], lonlat[:, 0], lonlat[:, 1])
        turn = np.radians(azimuth)
        return np.column_stack((metres * np.sin(turn), metres * np.cos(turn)))

    laid: BaseGeometry = shapely.transform(edges, lay)
    return laid
