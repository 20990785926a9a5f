"""What does a geocoder answer, and what can go wrong when it is asked?

AlertsError
├── GeocoderFailed          no answer now; `code` says why: the alert is held as without a geocoder
└── GeocoderMisconfigured   the settings name no service that can be asked: nothing starts
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts.area.geocoder.asked import PlaceAsked
from alerts.errors import AlertsError


class GeocoderFailed(AlertsError):
    """The geocoder gave no answer.

    `code` is "busy" (its turns are taken), "used_up" (of the day), "resting" (it failed just now),
    "too_slow", "unreachable", "rate_limited", "not_allowed" (our credentials) or "unreadable". The
    message names no place.
    """

    def __init__(self, code: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


class GeocoderMisconfigured(AlertsError):
    """The settings name no geocoder that can be asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPlace:
    """One place that a geocoder proposes; WGS84 lon/lat."""

    name: str  # as the service writes it: "Marquette, Michigan, United States"
    lon: float
    lat: float
    reach_m: float | None = None  # from there to the farthest corner of the box around the place
    country: str | None = None  # ISO 3166-1 alpha-2, where the service says
    weight: float | None = None  # 0-1: how well known the place is, where the service says


class Geocoder(Protocol):
    """A service that knows where places are."""

    @property
    def name(self) -> str:
        """What people call it: "Nominatim"."""
        ...

    @property
    def credit(self) -> str:
        """Whose the data is, as the service's terms want it said; "" if they want nothing."""
        ...

    def find(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Return the places that may be meant, the best first; none if it knows no such place.

        Takes the time that the settings give it, at most; never called in a transaction.

        Raises
        ------
        GeocoderFailed: there is no answer now.
        """
        ...
