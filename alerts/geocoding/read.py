"""What does an answer of one of geopy's services say? Only what can be read counts."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from alerts.area.geocoder.answer import FoundPlace
from alerts.geocoding.boxes import reach_m
from geo.coordinates import LonLat

MOST_CHARS = 120  # of a place's name in the words of an area

_COUNTRY_KEYS = ("country_code", "countrycode", "countryCode")
_MAY_HOLD_COUNTRY = ("address", "properties", "components")


def read_place(location: Any) -> FoundPlace | None:
    """Return one of geopy's locations as a place; None if it has no position on Earth.

    Raises
    ------
    AttributeError, TypeError, ValueError: it is no location.
    """
    at = LonLat(float(location.longitude), float(location.latitude))
    if not (isfinite(at.lon) and isfinite(at.lat) and abs(at.lon) <= 180 and abs(at.lat) <= 90):
        return None
    raw = location.raw if isinstance(location.raw, Mapping) else {}
    return FoundPlace(
        name=_plain(str(location.address or "")) or "an unnamed place",
        lon=at.lon,
        lat=at.lat,
        reach_m=reach_m(raw, at),
        country=next(_countries(raw), None),
        weight=_weight(raw),
    )


def _plain(text: str) -> str:
    """Return a name in one line without anything that isn't seen."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MOST_CHARS else f"{line[: MOST_CHARS - 1].rstrip(' ,')}…"


def _weight(raw: Mapping[str, Any]) -> float | None:
    """Return Nominatim's importance, 0-1."""
    value = raw.get("importance")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return min(max(float(value), 0.0), 1.0)


def _countries(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of two letters that the answer names as its country."""
    for part in (raw, *(raw.get(key) for key in _MAY_HOLD_COUNTRY)):
        if isinstance(part, Mapping):
            yield from (code for key in _COUNTRY_KEYS if (code := _alpha2(part.get(key))))
    components = raw.get("address_components")
    for part in components if isinstance(components, list) else ():  # Google
        is_country = isinstance(part, Mapping) and "country" in (part.get("types") or ())
        if is_country and (code := _alpha2(part.get("short_name"))):
            yield code


def _alpha2(value: object) -> str | None:
    is_code = isinstance(value, str) and len(value) == len("US") and value.isascii()
    return str(value).upper() if is_code and str(value).isalpha() else None
