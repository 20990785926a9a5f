"""Which positions a GeoJSON coordinates array holds, each checked and named."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from geo.coordinates import check_lonlat
from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.polygon import REFUSE_VERTICES

UNCLOSED = "an unclosed ring was closed"

Positions: TypeAlias = list[tuple[float, float]]


def array(value: object, where: str) -> Sequence[Any]:
    """Take a JSON array; anything else is InvalidShape (code "not_an_array")."""
    if not isinstance(value, list | tuple):
        raise InvalidShape("must be an array", code="not_an_array", where=where)
    return value


def rings_of_polygon(
    coordinates: Sequence[Any], where: str, notes: list[str]
) -> tuple[Positions, list[Positions]]:
    """Read the rings of a Polygon as shell and holes; what was repaired is added to `notes`.

    Raises
    ------
    InvalidShape
        No ring (code "empty"), a ring of fewer than three different positions
        ("too_few_positions"), or what `position` finds.
    OutOfRange
        A position not on Earth (code "out_of_range").
    """
    if not coordinates:
        raise InvalidShape("the geometry is empty", code="empty", where=where)
    shell, *holes = [_ring(ring, f"{where}/{n}", notes) for n, ring in enumerate(coordinates)]
    return shell, holes


def position(value: object, where: str) -> tuple[float, float]:
    """Read one position within ±180° and ±90°; altitude is left aside.

    Raises
    ------
    InvalidShape
        Codes "not_an_array", "too_few_positions", "not_a_number", "not_finite".
    OutOfRange
        Not on Earth, with a hint where the axes look swapped (code "out_of_range").
    """
    lon, lat = _numbers(value, where)
    try:
        check_lonlat(lon, lat, where)
    except OutOfRange as error:
        raise _with_axis_hint(error, lon, lat) from None
    except OverflowError:  # an integer of hundreds of digits
        raise OutOfRange("a coordinate is not on Earth", code="out_of_range", where=where) from None
    return lon, lat


def _ring(value: object, where: str, notes: list[str]) -> Positions:
    items = array(value, where)
    if len(items) > REFUSE_VERTICES:
        raise InvalidShape(
            f"{len(items):,} vertices are more than {REFUSE_VERTICES:,}: simplify the outline",
            code="too_many_vertices",
            where=where,
        )
    ring = [_vertex(item, where, n) for n, item in enumerate(items)]
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
        notes.append(UNCLOSED)
    if len(ring) < 4:
        raise InvalidShape(
            "a ring needs at least three positions, and the first again at the end",
            code="too_few_positions" if ring else "empty",
            where=where,
        )
    _check_beyond_seam(ring, where)
    return ring


def _vertex(value: object, where: str, index: int) -> tuple[float, float]:
    """Read a position that may lie beyond ±180°, as drawn over the 180th meridian."""
    pointer = f"{where}/{index}"
    lon, lat = _numbers(value, pointer)
    if -360 <= lon <= 360 and -90 <= lat <= 90:
        return lon, lat
    return position(value, pointer)


def _numbers(value: object, where: str) -> tuple[float, float]:
    items = array(value, where)
    if len(items) < 2:
        raise InvalidShape(
            "a position needs longitude and latitude", code="too_few_positions", where=where
        )
    lon, lat = items[0], items[1]
    for number in (lon, lat):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InvalidShape(
                "longitude and latitude must be numbers", code="not_a_number", where=where
            )
    return lon, lat


def _check_beyond_seam(ring: Positions, where: str) -> None:
    """Allow a longitude beyond ±180° only in a ring that crosses the 180th meridian."""
    lons = [lon for lon, _ in ring]
    west, east = min(lons), max(lons)
    if west >= -180 and east <= 180:
        return
    crosses = (west < -180 < east) or (west < 180 < east)
    if crosses and east - west <= 180:
        return
    first = next(n for n, lon in enumerate(lons) if not -180 <= lon <= 180)
    position(ring[first], f"{where}/{first}")


def _with_axis_hint(error: GeoError, lon: float, lat: float) -> GeoError:
    if not (abs(lon) <= 90 < abs(lat) <= 180):
        return error
    message = f"{error}; GeoJSON order is longitude, latitude"
    return OutOfRange(message, code=error.code, where=error.where)
