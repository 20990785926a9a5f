"""Which service is asked, and how? geopy's, by its name: Nominatim, Photon, Google, ...

Each call of `find` is one request. Whoever wants answers remembered and requests spaced puts
`RememberingGeocoder` in front.
"""

import inspect
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from geopy import exc
from geopy.geocoders import (
    SERVICE_TO_GEOCODER,
    Nominatim,
    Photon,
    What3Words,
    What3WordsV3,
    get_geocoder_for_service,
)

from alerts.area.geocoder.answer import FoundPlace, GeocoderFailed, GeocoderMisconfigured
from alerts.area.geocoder.asked import PlaceAsked
from alerts.geocoding.read import read_place
from alerts.geocoding.transport import BoundedTransport

MOST_ANSWERS = 5  # enough to see whether a name is ambiguous

_OSM = "© OpenStreetMap contributors"
_CREDITS = {
    **dict.fromkeys(("nominatim", "photon", "pickpoint", "openmapquest", "opencage"), _OSM),
    **dict.fromkeys(("pelias", "geocodeearth"), _OSM),
    "mapbox": f"© Mapbox, {_OSM}",
    "maptiler": f"© MapTiler, {_OSM}",
    "geonames": "CC BY 4.0",
}
_NO_PLACE_NAMES = (What3Words, What3WordsV3)  # they know squares of three words each
_KEYS = ("api_key", "apikey", "subscription_key", "username", "auth_id")
_LIMITS = ("limit", "maxresults", "max_results", "maximum_responses", "candidates")

# The first that fits counts; what an error of one of these says may name the place: never logged.
_WHY: tuple[tuple[type[Exception], str, str], ...] = (
    (exc.GeocoderQuotaExceeded, "rate_limited", "it was asked too often"),
    (exc.GeocoderAuthenticationFailure, "not_allowed", "it doesn't take our credentials"),
    (exc.GeocoderInsufficientPrivileges, "not_allowed", "it doesn't take our credentials"),
    (exc.ConfigurationError, "not_allowed", "it doesn't take our settings"),
    (exc.GeocoderTimedOut, "too_slow", "it took too long"),
    (exc.GeocoderUnavailable, "unreachable", "it can't be reached"),
    (exc.GeopyError, "unreadable", "its answer can't be used"),
    (TypeError, "unreadable", "its answer can't be read"),
    (ValueError, "unreadable", "its answer can't be read"),
    (LookupError, "unreadable", "its answer can't be read"),
    (AttributeError, "unreadable", "its answer can't be read"),
)


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """Which of geopy's services, where it is, and what it knows us by."""

    service: str  # geopy's name: "nominatim"
    key: str = ""  # of the service; "auth_id=...&auth_token=..." where it wants several
    url: str = ""  # of a server of one's own: "https://nominatim.example.org"
    user_agent: str = "Porchlight"
    timeout_s: float = 3.0


class GeopyGeocoder:
    """A `Geocoder` over one of geopy's services.

    Raises
    ------
    GeocoderMisconfigured: there is no such service, or it lacks a setting.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        # its debug messages are whole URLs: place names and our key
        logging.getLogger("geopy").setLevel(logging.CRITICAL)
        self.service = settings.service.strip().lower()
        made = _class_of(self.service)
        self._takes = frozenset(inspect.signature(made.geocode).parameters)
        try:
            self._geocoder = made(**_arguments(made, settings))
        except (exc.GeopyError, TypeError, ValueError) as e:
            raise GeocoderMisconfigured(f"PORCHLIGHT_GEOCODER={self.service}: {e}") from None
        self.name = made.__name__
        self.credit = _CREDITS.get(self.service, "")

    def find(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Ask, once."""
        try:
            answer = self._geocoder.geocode(self._query(asked), **self._how(asked))
            located = answer if isinstance(answer, list) else [answer]
            found = [read_place(one) for one in located[:MOST_ANSWERS] if one is not None]
        except Exception as e:
            raise _failed(e) from None
        return tuple(place for place in found if place is not None)

    def _query(self, asked: PlaceAsked) -> str | Mapping[str, str]:
        """Return the names level by level where the service takes them so, else as one line."""
        if not isinstance(self._geocoder, Nominatim):
            return asked.words
        return {"postalcode" if k == "postcode" else k: name for k, name in asked.parts}

    def _how(self, asked: PlaceAsked) -> dict[str, Any]:
        limits = (name for name in _LIMITS if name in self._takes)
        how: dict[str, Any] = {"exactly_one": False, **dict.fromkeys(limits, MOST_ANSWERS)}
        if "language" in self._takes:
            how["language"] = "en"
        if isinstance(self._geocoder, Nominatim):
            how["addressdetails"] = True
        if isinstance(self._geocoder, Photon) and (asked.city or asked.county):
            how["osm_tag"] = ["place", "boundary"]  # no shop of that name
        return how | self._only_in(asked.country_code)

    def _only_in(self, country_code: str | None) -> dict[str, Any]:
        """Return how the service is told the country; those that can't be told read the names."""
        if country_code is None:
            return {}
        if "country_codes" in self._takes:
            return {"country_codes": [country_code.lower()]}
        if "countries" in self._takes and "components" not in self._takes:  # HERE wants alpha-3
            return {"countries": [country_code]}
        if "components" in self._takes and "countries" not in self._takes:
            return {"components": {"country": country_code}}
        if "country" in self._takes and self.service != "geokeo":
            return {"country": [country_code]}
        return {}


def _class_of(service: str) -> Any:
    try:
        made = get_geocoder_for_service(service)
    except exc.GeocoderNotFound:
        made = None
    if made is None or made in _NO_PLACE_NAMES:
        known = sorted(k for k, v in SERVICE_TO_GEOCODER.items() if v not in _NO_PLACE_NAMES)
        message = f"PORCHLIGHT_GEOCODER: there is no geocoder {service!r}; known are "
        raise GeocoderMisconfigured(message + ", ".join(known))
    return made


def _arguments(made: Any, settings: ServiceSettings) -> dict[str, Any]:
    takes = inspect.signature(made.__init__).parameters
    arguments = {
        "user_agent": settings.user_agent,
        "timeout": settings.timeout_s,
        "adapter_factory": BoundedTransport,
        **_address(settings.url, takes),
        **_credentials(settings.key, takes),
    }
    lacking = [
        name
        for name, one in takes.items()
        if one.default is one.empty and name != "self" and name not in arguments
    ]
    if lacking:
        wanted = "PORCHLIGHT_GEOCODER_URL" if lacking == ["domain"] else "PORCHLIGHT_GEOCODER_KEY"
        raise ValueError(f"it needs {' and '.join(lacking)}: set {wanted}")
    return arguments


def _address(url: str, takes: Mapping[str, Any]) -> dict[str, str]:
    if not url:
        return {}
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("PORCHLIGHT_GEOCODER_URL must be like https://nominatim.example.org")
    if "domain" not in takes:
        raise ValueError("it is at one address only: leave PORCHLIGHT_GEOCODER_URL empty")
    return {"scheme": parts.scheme, "domain": f"{parts.netloc}{parts.path}".rstrip("/")}


def _credentials(key: str, takes: Mapping[str, Any]) -> dict[str, str]:
    """Return the key under the service's own name for it, or several that are named."""
    if not key:
        return {}
    named = dict(parse_qsl(key))
    if named and all(name in takes for name in named):
        return named
    own = next((name for name in _KEYS if name in takes), None)
    if own is None:
        raise ValueError("it takes no key: leave PORCHLIGHT_GEOCODER_KEY empty")
    return {own: key}


def _failed(e: Exception) -> GeocoderFailed:
    for kind, code, words in _WHY:
        if isinstance(e, kind):
            return GeocoderFailed(code, words, retry_after_s=getattr(e, "retry_after", None))
    raise e
