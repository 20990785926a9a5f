"""What time is it there? The time zone of an area, so that people read their own clock."""

import threading
from functools import cache

from shapely.geometry import MultiPolygon, Polygon
from timezonefinder import TimezoneFinder

_ONE_AT_A_TIME = threading.Lock()


def time_zone_of(shape: Polygon | MultiPolygon) -> str | None:
    """Return the IANA time zone in the middle of an area's largest part, WGS84 lon/lat.

    An area over two zones gets the one of its middle. Source: timezone-boundary-builder, by
    timezonefinder.
    """
    inside = largest_part(shape).representative_point()
    return time_zone_at(inside.x, inside.y)


def time_zone_at(lon: float, lat: float) -> str | None:
    """Return the IANA time zone of a place, WGS84 lon/lat; source as `time_zone_of`."""
    with _ONE_AT_A_TIME:  # the finder reads its files by position
        return _finder().timezone_at(lng=lon, lat=lat)


def largest_part(shape: Polygon | MultiPolygon) -> Polygon:
    """Return the largest polygon of the ground (by degrees: only to pick a point in it)."""
    if isinstance(shape, Polygon):
        return shape
    parts: list[Polygon] = list(shape.geoms)
    return max(parts, key=lambda part: float(part.area))


@cache
def _finder() -> TimezoneFinder:
    return TimezoneFinder()
