"""Which of a geocoder's answers is the place that the poster means?

An answer counts only on the ground that the poster names; what then could still be several places
is not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

from shapely.geometry import MultiPolygon, Point, Polygon

from alerts.area.geocoder.answer import FoundPlace
from alerts.area.geocoder.asked import PlaceAsked
from alerts.area.piece import circle_around
from alerts.area.policy import AreaPolicy
from alerts.place_names import fold
from alerts.places import PlaceBook
from geo.coordinates import LonLat
from geo.measure import distance_m

_NULL_ISLAND_DEG = 1e-3  # about 100 m: nobody is missing from there (DOMAIN rule 7)
_COAST_M = 10_000.0  # how far the simplified outlines of countries and states may be off
_OF_THE_US = frozenset({"US", "AS", "GU", "MP", "PR", "VI"})  # have codes of their own, too


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The place that is meant, or the code of the reason why there is none."""

    place: FoundPlace | None = None
    why_not: str = ""


def choose(
    found: Sequence[FoundPlace], asked: PlaceAsked, places: PlaceBook, policy: AreaPolicy
) -> Chosen:
    """Return the one place that is meant.

    `why_not`: "geocoder_unknown_place", "geocoder_elsewhere" (not in the country or state that the
    poster names), "geocoder_too_wide" (a region, not a place), "ambiguous_place".
    """
    left = [place for place in found if _is_somewhere(place)]
    if not left:
        return Chosen(why_not="geocoder_unknown_place")
    left = [place for place in left if _is_where_named(place, asked, places)]
    if not left:
        return Chosen(why_not="geocoder_elsewhere")
    left = [p for p in left if (p.reach_m or 0.0) <= policy.geocoder_most_radius_m]
    if not left:
        return Chosen(why_not="geocoder_too_wide")
    one = _the_one(left, asked, policy)
    return Chosen(place=one) if one else Chosen(why_not="ambiguous_place")


def is_sure(place: FoundPlace, asked: PlaceAsked, places: PlaceBook) -> bool:
    """Say whether the place could be held to all that the poster names.

    It can't where the country is unknown, and where we have no outline of the state and the
    service doesn't name it as the poster does.
    """
    if asked.country_code is None:
        return False
    return asked.state is None or _outline(asked, places) is not None or _names_state(place, asked)


def radius_m(place: FoundPlace, policy: AreaPolicy) -> float:
    """Return how far around the place the alert reaches, in metres: whole kilometres."""
    return max(ceil((place.reach_m or 0.0) / 1000) * 1000.0, policy.geocoder_least_radius_m)


def _is_somewhere(place: FoundPlace) -> bool:
    if not (isfinite(place.lon) and isfinite(place.lat)):
        return False
    if abs(place.lon) > 180 or abs(place.lat) > 90:
        return False
    return abs(place.lon) > _NULL_ISLAND_DEG or abs(place.lat) > _NULL_ISLAND_DEG


def _is_where_named(place: FoundPlace, asked: PlaceAsked, places: PlaceBook) -> bool:
    if asked.country_code and not _is_in_country(place, asked.country_code, places):
        return False
    outline = _outline(asked, places)
    if outline is None or outline.intersects(Point(place.lon, place.lat)):
        return True
    return _names_state(place, asked) and _is_near(place, outline)


def _is_in_country(place: FoundPlace, code: str, places: PlaceBook) -> bool:
    """Ask the service first, whose borders are finer than ours, then our outlines."""
    if place.country is not None and not _is_same(place.country, code):
        return False
    at = places.country_at(place.lon, place.lat)
    if at is not None and _is_same(at, code):
        return True
    if at is not None and place.country is None:
        return False
    record = places.by_code("country", code)
    if record is None or record.shape is None:
        return place.country is not None
    return _is_near(place, record.shape)


def _is_same(one: str, other: str) -> bool:
    return one == other or {one, other} <= _OF_THE_US


def _outline(asked: PlaceAsked, places: PlaceBook) -> Polygon | MultiPolygon | None:
    record = places.by_code("state", asked.region) if asked.region else None
    return record.shape if record else None


def _is_near(place: FoundPlace, outline: Polygon | MultiPolygon) -> bool:
    return bool(outline.intersects(circle_around(place.lon, place.lat, _COAST_M)))


def _names_state(place: FoundPlace, asked: PlaceAsked) -> bool:
    return asked.state is not None and fold(asked.state) in map(fold, place.name.split(","))


def _the_one(
    found: Sequence[FoundPlace], asked: PlaceAsked, policy: AreaPolicy
) -> FoundPlace | None:
    """Return the first, if all others lie with it or are much less known."""
    named = [place for place in found if _is_called(place, asked)]
    first, *others = named or found
    near_m = policy.same_city_radii * radius_m(first, policy)
    far = [other for other in others if _away_m(first, other) > near_m]
    return first if all(_outweighs(first, other, policy) for other in far) else None


def _away_m(one: FoundPlace, other: FoundPlace) -> float:
    return distance_m(LonLat(one.lon, one.lat), LonLat(other.lon, other.lat))


def _is_called(place: FoundPlace, asked: PlaceAsked) -> bool:
    return fold(place.name.split(",")[0]) == fold(asked.sought)


def _outweighs(first: FoundPlace, other: FoundPlace, policy: AreaPolicy) -> bool:
    if first.weight is None or other.weight is None:
        return False
    return first.weight - other.weight >= policy.geocoder_outweighs_by
