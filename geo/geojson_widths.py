"""Which ground a GeoJSON point or line stands for, given a number of metres beside it."""

from collections.abc import Mapping
from typing import Any

from shapely.geometry import LineString, MultiLineString

from geo.circle import MIN_RADIUS_M, circle_ground
from geo.coordinates import LonLat
from geo.corridor import MAX_HALF_WIDTH_M, MIN_HALF_WIDTH_M, corridor_ground
from geo.errors import GeoError, InvalidShape
from geo.geojson_rings import array, line_of, position
from geo.polygon import Ground

MAX_RADIUS_M = 500_000.0  # a neighborhood or a last-seen place; larger ones are drawn

LINES = ("LineString", "MultiLineString")


def round_a_point(
    member: Mapping[str, Any], radius_m: object, where: str, radius_where: str
) -> Ground:
    """Read a Point as the ground within `radius_m` metres, 0.1 to 500,000 (code "radius")."""
    lon, lat = position(member.get("coordinates"), f"{where}/coordinates")
    metres = _metres(radius_m, "a Point needs radius_m", "radius", radius_where)
    _check_range("radius_m", metres, (MIN_RADIUS_M, MAX_RADIUS_M), "radius", radius_where)
    try:
        return Ground(shape=circle_ground(LonLat(lon, lat), metres))
    except InvalidShape as error:
        error.where = f"{where}/coordinates"
        raise


def along_a_line(
    member: Mapping[str, Any], half_width_m: object, where: str, width_where: str
) -> Ground:
    """Read a line as the ground within `half_width_m` metres, 1 to 100,000 (code "half_width")."""
    kind, pointer = member["type"], f"{where}/coordinates"
    coordinates = member.get("coordinates")
    line: LineString | MultiLineString
    if kind == "LineString":
        line = LineString(line_of(coordinates, pointer))
    else:
        each = [line_of(c, f"{pointer}/{n}") for n, c in enumerate(array(coordinates, pointer))]
        line = MultiLineString(each)
    metres = _metres(half_width_m, f"a {kind} needs half_width_m", "half_width", width_where)
    limits = (MIN_HALF_WIDTH_M, MAX_HALF_WIDTH_M)
    _check_range("half_width_m", metres, limits, "half_width", width_where)
    try:
        return corridor_ground(line, metres)
    except GeoError as error:
        error.where = where + error.where
        raise


def _metres(value: object, needed: str, code: str, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidShape(f"{needed}, a number of metres", code=code, where=where)
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return float("inf")


def _check_range(
    name: str, metres: float, limits: tuple[float, float], code: str, where: str
) -> None:
    least, most = limits
    if not least <= metres <= most:
        raise InvalidShape(
            f"{name} must be at least {least:g} and at most {most:,.0f} metres",
            code=code,
            where=where,
        )
