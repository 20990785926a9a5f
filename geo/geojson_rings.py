"""Which positions a GeoJSON coordinates array holds, each checked and named."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import check_lonlat
from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.polygon import REFUSE_VERTICES

UNCLOSED = "an unclosed ring was closed"

Positions: TypeAlias = NDArray[np.float64]  # (N, 2), lon/lat

_WORTH_AN_ARRAY = 32  # positions; fewer are read sooner one by one


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


def line_of(value: object, where: str) -> Positions:
    """Read the positions of a LineString, at least two; errors as `rings_of_polygon`."""
    line = _positions(value, where)
    if len(line) < 2:
        raise InvalidShape(
            "a line needs at least two positions",
            code="too_few_positions" if len(line) else "empty",
            where=where,
        )
    _check_beyond_seam(line, where)
    return line


def _ring(value: object, where: str, notes: list[str]) -> Positions:
    ring = _positions(value, where)
    if len(ring) and (ring[0] != ring[-1]).any():
        ring = np.vstack((ring, ring[:1]))
        notes.append(UNCLOSED)
    if len(ring) < 4:
        raise InvalidShape(
            "a ring needs at least three positions, and the first again at the end",
            code="too_few_positions" if len(ring) else "empty",
            where=where,
        )
    _check_beyond_seam(ring, where)
    return ring


def _positions(value: object, where: str) -> Positions:
    items = array(value, where)
    if len(items) > REFUSE_VERTICES:
        raise InvalidShape(
            f"{len(items):,} vertices are more than {REFUSE_VERTICES:,}: simplify the outline",
            code="too_many_vertices",
            where=where,
        )
    at_once = _plain(items) if len(items) >= _WORTH_AN_ARRAY else None
    if at_once is not None:
        return at_once
    one_by_one = [_vertex(item, where, n) for n, item in enumerate(items)]
    return np.array(one_by_one, dtype=float).reshape(-1, 2)


def _plain(items: Sequence[Any]) -> Positions | None:
    """Read positions at once if all is well with each of them; otherwise None."""
    if not {list, tuple}.issuperset(map(type, items)) or len(set(map(len, items))) != 1:
        return None
    if len(items[0]) < 2 or not {int, float}.issuperset(map(type, chain.from_iterable(items))):
        return None
    try:
        lonlat = np.array(items, dtype=float)[:, :2]
    except OverflowError:  # an integer of hundreds of digits
        return None
    on_earth = (np.abs(lonlat[:, 0]) <= 360) & (np.abs(lonlat[:, 1]) <= 90)  # and no NaN
    return lonlat if on_earth.all() else None


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


def _check_beyond_seam(drawn: Positions, where: str) -> None:
    """Allow a longitude beyond ±180° only in what crosses the 180th meridian."""
    west, east = drawn[:, 0].min(), drawn[:, 0].max()
    if west >= -180 and east <= 180:
        return
    crosses = (west < -180 < east) or (west < 180 < east)
    if crosses and east - west <= 180:
        return
    first = int((np.abs(drawn[:, 0]) > 180).argmax())
    position(drawn[first].tolist(), f"{where}/{first}")


def _with_axis_hint(error: GeoError, lon: float, lat: float) -> GeoError:
    if not (abs(lon) <= 90 < abs(lat) <= 180):
        return error
    message = f"{error}; GeoJSON order is longitude, latitude"
    return OutOfRange(message, code=error.code, where=error.where)
