"""Where on Earth that is: one position, always (lon, lat), WGS84 degrees.

Everything in Porchlight writes longitude first, as GeoJSON does (RFC 7946 section 3.1.1). CAP
(OASIS CAP 1.2 section 3.2.4) and people write latitude first: `from_lat_lon` is the one place
where the axes are swapped.
"""

import math
import re
from typing import NamedTuple

from geo.errors import GeoError, InvalidShape, OutOfRange

# "38.47,-120.14" as CAP writes it: two WGS84 decimals; never "nan", "inf" or "1_0" as float() takes
_CAP_POINT = re.compile(
    r"\s*(?P<lat>[+-]?(?:\d++\.?\d*+|\.\d++))\s*+,"
    r"\s*+(?P<lon>[+-]?(?:\d++\.?\d*+|\.\d++))\s*",
    re.ASCII,
)


class LonLat(NamedTuple):
    """A WGS84 position: longitude in [-180, 180], latitude in [-90, 90], in degrees."""

    lon: float
    lat: float


def check_lonlat(lon: float, lat: float, where: str = "") -> LonLat:
    """Take two numbers as a position, if they are one.

    Parameters
    ----------
    lon, lat : float
        WGS84 degrees.
    where : str
        The field they came from, for the error.

    Raises
    ------
    InvalidShape
        NaN or infinite (code "not_finite").
    OutOfRange
        Not on Earth (code "out_of_range").
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidShape(
            "a coordinate is not a finite number (NaN or infinity)", code="not_finite", where=where
        )
    if not -180 <= lon <= 180:
        raise OutOfRange(
            f"longitude {lon} is not between -180 and 180", code="out_of_range", where=where
        )
    if not -90 <= lat <= 90:
        raise OutOfRange(
            f"latitude {lat} is not between -90 and 90", code="out_of_range", where=where
        )
    return LonLat(float(lon), float(lat))


def from_lat_lon(lat: float, lon: float, where: str = "") -> LonLat:
    """Swap the axes of a latitude-first source (CAP, geopy, people); errors as `check_lonlat`."""
    return check_lonlat(lon, lat, where)


def parse_cap_point(text: str, where: str = "") -> LonLat:
    """Read a CAP position, "latitude,longitude" in decimal degrees.

    Raises
    ------
    InvalidShape
        Not two decimals (code "not_a_point").
    OutOfRange
        Not on Earth; the message says so when the axes look swapped.

    Notes
    -----
    Source: OASIS CAP 1.2 section 3.2.4 (`polygon`, `circle`), "a WGS 84 coordinate pair".
    """
    found = _CAP_POINT.fullmatch(text)
    if found is None:
        raise InvalidShape(
            'a position must be "latitude,longitude" in decimal degrees',
            code="not_a_point",
            where=where,
        )
    lat, lon = float(found["lat"]), float(found["lon"])
    try:
        return from_lat_lon(lat, lon, where)
    except OutOfRange as error:
        raise _with_axis_hint(error, lat, lon) from None


def _with_axis_hint(error: GeoError, lat: float, lon: float) -> GeoError:
    if not (90 < abs(lat) <= 180 and abs(lon) <= 90):
        return error
    message = f"{error}; the axes look swapped: CAP order is latitude, longitude"
    return OutOfRange(message, code=error.code, where=error.where)
