"""Which ground a polygon stands for.

The gate that every outline passes before it is stored or matched, whoever drew it: a feed, a
neighbour, the desk. What can be read in one way is repaired and reported in words; what can't
stand for ground is refused (DOMAIN rule 7), never read as "everyone".
"""

from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo import seam
from geo.errors import GeoError, InvalidShape
from geo.measure import area_km2, vertex_count
from geo.parts import Shape, from_polygons, polygons_of
from geo.repair import repaired
from geo.simplify import to_limit
from geo.vertices import check_vertices

WHOLE_WORLD_KM2 = 150_000_000  # all the land on Earth; the largest country has 17 million
MAX_VERTICES = 20_000  # what matching and storing are measured with
REFUSE_VERTICES = 500_000  # 20 MB of GeoJSON
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


def settled(shape: BaseGeometry) -> Ground:
    """Take what a calculation left, within ±180°, as ground.

    Only polygons are kept; beyond `MAX_VERTICES` they are simplified, which is said. Longitudes
    are not read anew: an edge of 200° is one.

    Raises
    ------
    InvalidShape
        Codes "no_area", "too_many_vertices", "too_tangled", "whole_world".
    """
    simpler = to_limit(from_polygons(polygons_of(shape)), MAX_VERTICES)
    mended, notes = repaired(simpler.shape)
    check_extent(mended)
    oriented: Shape = shapely.orient_polygons(mended)
    return Ground(shape=oriented, notes=(*simpler.notes, *notes))


def check_extent(shape: Shape) -> None:
    """Refuse a shape so large that it means everybody (code "whole_world")."""
    west, south, east, north = shape.bounds
    if (east - west) * (north - south) * _SQUARE_DEGREE_KM2 <= WHOLE_WORLD_KM2:
        return
    area = area_km2(shape)
    if area > WHOLE_WORLD_KM2:
        raise InvalidShape(
            f"the area of {area:,.0f} km² is more than all land on Earth "
            f"({WHOLE_WORLD_KM2:,} km²): draw the place that is meant",
            code="whole_world",
        )


def _ground(geometry: BaseGeometry | None) -> Ground:
    polygons = _checked_polygons(geometry)
    simpler = to_limit(from_polygons(seam.unwrapped(polygons)), MAX_VERTICES)
    shape, mended = repaired(simpler.shape)
    shape, moved = seam.split(shape)
    check_extent(shape)
    oriented: Shape = shapely.orient_polygons(shape)
    return Ground(shape=oriented, notes=(*simpler.notes, *mended, *([moved] if moved else [])))


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
    check_vertices(geometry)
    return polygons
