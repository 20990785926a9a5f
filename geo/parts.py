"""Which polygons a geometry is made of.

The set operations of shapely answer with collections that hold points and lines of touching
borders beside the ground. Only polygons are ground.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Shape: TypeAlias = Polygon | MultiPolygon


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """List the non-empty polygons of any geometry, those inside collections too."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    if isinstance(geometry, MultiPolygon):
        parts = shapely.get_parts(geometry)
        return list(parts[~shapely.is_empty(parts)])
    if isinstance(geometry, GeometryCollection):
        return [polygon for part in geometry.geoms for polygon in polygons_of(part)]
    return []


def from_polygons(polygons: Sequence[Polygon]) -> Shape:
    """Make one shape of polygons that don't overlap: a Polygon if there is just one."""
    if len(polygons) == 1:
        return polygons[0]
    if not polygons:
        return MultiPolygon()
    together: MultiPolygon = shapely.multipolygons(list(polygons))
    return together


def rings_of(geometry: BaseGeometry) -> list[NDArray[np.float64]]:
    """List the closed rings of every polygon as (N, 2) lon/lat arrays, shells before holes."""
    rings = shapely.get_rings(polygons_of(geometry))
    return [shapely.get_coordinates(ring) for ring in rings]
