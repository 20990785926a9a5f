"""Which ground a polygon stands for.

The gate that every outline passes before it is stored or matched, whoever drew it: a feed, a
neighbour, the desk. What can be read in one way is repaired and reported in words; what can't
stand for ground is refused (DOMAIN rule 7), never read as "everyone".
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo import seam
from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.measure import area_km2, vertex_count
from geo.parts import Shape, from_polygons, polygons_of
from geo.repair import repaired
from geo.simplify import to_limit

WHOLE_WORLD_KM2 = 150_000_000  # all the land on Earth; the largest country has 17 million
MAX_VERTICES = 10_000  # what matching and storing are measured with
REFUSE_VERTICES = 500_000  # 20 MB of GeoJSON
_NULL_ISLAND_DEG = 1e-6  # 0.1 m: coordinates that were never filled in
_SQUARE_DEGREE_KM2 = 12_400  # the largest, at the equator


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Ground that can be stored and matched."""

    shape: Polygon | MultiPolygon  # WGS84 lon/lat, valid, split at ±180°, oriented (RFC 7946)
    notes: tuple[str, ...] = ()  # what was repaired, in words


def ground(geometry: BaseGeometry | None, where: str = "") -> Ground:
    """Read a polygon as ground.

    Parameters
    ----------
    geometry : Polygon or MultiPolygon
        WGS84 lon/lat degrees, longitudes within ±360°; may cross itself or the 180th meridian.
    where : str
        JSON pointer of the geometry, for errors: they add "/coordinates/0/17".

    Raises
    ------
    InvalidShape
        Codes "not_a_polygon", "empty", "too_many_vertices", "not_finite", "null_island",
        "too_tangled", "no_area", "whole_world".
    OutOfRange
        A vertex not on Earth, named (code "out_of_range").
    """
    try:
        return _ground(geometry)
    except GeoError as error:
        error.where = where + error.where
        raise


def check_extent(shape: Shape) -> None:
    """Refuse a shape so large that it means everybody (code "whole_world")."""
    west, south, east, north = shape.bounds
    if (east - west) * (north - south) * _SQUARE_DEGREE_KM2 <= WHOLE_WORLD_KM2:
        return
    area = area_km2(shape)
    if area > WHOLE_WORLD_KM2:
        raise InvalidShape(
            f"the area of {area:,.0f} km² is most of the world: draw the place that is meant",
            code="whole_world",
        )


def _ground(geometry: BaseGeometry | None) -> Ground:
    polygons = _checked_polygons(geometry)
    shape = from_polygons([seam.unwrap(polygon) for polygon in polygons])
    shape, simplified = _few_vertices(shape)
    shape, mended = repaired(shape)
    shape, moved = seam.split(shape)
    check_extent(shape)
    oriented: Shape = shapely.orient_polygons(shape)
    return Ground(shape=oriented, notes=tuple(n for n in (simplified, *mended, moved) if n))


def _checked_polygons(geometry: BaseGeometry | None) -> list[Polygon]:
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise InvalidShape("only a Polygon or MultiPolygon is ground", code="not_a_polygon")
    polygons = polygons_of(shapely.force_2d(geometry))
    if not polygons:
        raise InvalidShape("the geometry is empty", code="empty")
    count = vertex_count(geometry)
    if count > REFUSE_VERTICES:
        raise InvalidShape(
            f"{count:,} vertices are more than {REFUSE_VERTICES:,}: simplify the outline",
            code="too_many_vertices",
        )
    _check_coordinates(geometry)
    return polygons


def _check_coordinates(geometry: Shape) -> None:
    lonlat = shapely.get_coordinates(geometry)
    finite = np.isfinite(lonlat)
    if not finite.all():
        raise InvalidShape(
            "a coordinate is not a finite number (NaN or infinity)",
            code="not_finite",
            where=_pointer(geometry, ~(finite[:, 0] & finite[:, 1])),
        )
    outside = (np.abs(lonlat[:, 0]) > 360) | (np.abs(lonlat[:, 1]) > 90)
    if outside.any():
        lon, lat = lonlat[int(outside.argmax())].tolist()
        message = (
            f"latitude {lat} is not between -90 and 90"
            if abs(lat) > 90
            else f"longitude {lon} is not between -180 and 180"
        )
        raise OutOfRange(message, code="out_of_range", where=_pointer(geometry, outside))
    if np.abs(lonlat).max() <= _NULL_ISLAND_DEG:
        raise InvalidShape(
            "every vertex is at (0, 0): the coordinates were not filled in", code="null_island"
        )


def _pointer(geometry: Shape, bad: NDArray[np.bool_]) -> str:
    """Name the first bad vertex as a JSON pointer into the GeoJSON of `geometry`."""
    vertex = int(bad.argmax())
    for part, polygon in enumerate(shapely.get_parts(geometry)):
        for ring, line in enumerate(shapely.get_rings(polygon)):
            count = shapely.get_num_points(line)
            if vertex < count:
                prefix = f"/{part}" if isinstance(geometry, MultiPolygon) else ""
                return f"/coordinates{prefix}/{ring}/{vertex}"
            vertex -= count
    return "/coordinates"


def _few_vertices(shape: Shape) -> tuple[Shape, str | None]:
    before = vertex_count(shape)
    if before <= MAX_VERTICES:
        return shape, None
    simpler, error_m = to_limit(shape, MAX_VERTICES)
    return simpler, (
        f"simplified from {before:,} to {vertex_count(simpler):,} vertices, "
        f"no point moved more than {error_m:.0f} m"
    )
