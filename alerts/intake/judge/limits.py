"""How far may a feed go by itself (DOMAIN rule 5)? What exceeds a limit waits for two people.

Limits are the operator's, per feed; none of them drops anything.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import MultiPolygon, Polygon

from alerts.alert import Tier
from alerts.area.piece import united
from alerts.area_of_interest import AreaOfInterest
from alerts.errors import PlaceNotFound
from alerts.places import PlaceBook
from alerts.problem import Problem, warning
from alerts.store.feeds import Feed, Trust
from geo.beyond import beyond_m

Ground = Polygon | MultiPolygon
CountPeople = Callable[[Ground], int]  # subscribers that an area reaches, as of now

_JURISDICTIONS_REMEMBERED = 64
_KM_M = 1000.0


class FeedLimits(BaseModel):
    """What a feed may cover; None or empty: no limit of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jurisdiction: tuple[str, ...] = ()  # "state:TX", "county:48201", "country:US", "nuts:DE2"
    tiers: tuple[Tier, ...] = ()
    max_area_km2: float | None = Field(None, gt=0)
    max_audience: int | None = Field(None, ge=0)  # people
    alerts_per_hour: int | None = Field(None, ge=0)


@dataclass(frozen=True, kw_only=True)
class FeedTerms:
    """On what terms a feed's documents are taken."""

    trust: Trust
    limits: FeedLimits = field(default_factory=FeedLimits)
    suspended_why: str | None = None  # all of it waits for the desk, and this is why


def terms_of(feed: Feed) -> FeedTerms:
    """Return the terms that a feed's row says."""
    return FeedTerms(
        trust=feed.trust,
        limits=FeedLimits.model_validate(feed.limits or {}),
        suspended_why=feed.suspended_why,
    )


class LimitBook:
    """Says which limits of a feed an alert would exceed.

    Parameters
    ----------
    places: where the places of a jurisdiction are looked up.
    count_people: how many an area reaches; asked only where a feed has such a limit.
    spill_m: how far an area may reach beyond a jurisdiction, in metres: a circle around a border
        town spills over the border.
    """

    def __init__(self, places: PlaceBook, count_people: CountPeople, spill_m: float) -> None:
        self._places, self._count_people, self._spill_m = places, count_people, spill_m
        self._ground_of = lru_cache(_JURISDICTIONS_REMEMBERED)(self._united)

    def exceeded(
        self, terms: FeedTerms, tier: Tier, area: AreaOfInterest | None
    ) -> Sequence[Problem]:
        """Return a reason to hold for each limit that is exceeded; hourly ones are asked later."""
        found = [*_suspended(terms), *_tier(terms, tier)]
        if area is not None:
            found += [
                *_too_large(terms, area),
                *self._outside(terms, area),
                *self._too_many(terms, area),
            ]
        return found

    def ground_of(self, jurisdiction: tuple[str, ...]) -> Ground:
        """Return the ground of places like "state:TX".

        Raises
        ------
        PlaceNotFound: one of them isn't known, or is known as a point only.
        """
        return self._ground_of(jurisdiction)

    def _united(self, jurisdiction: tuple[str, ...]) -> Ground:
        shapes = []
        for named in jurisdiction:
            scheme, _, code = named.partition(":")
            place = self._places.by_code(scheme, code)
            if place is None or place.shape is None:
                raise PlaceNotFound(f'there is no outline of "{named}"')
            shapes.append(place.shape)
        return united(shapes)

    def _outside(self, terms: FeedTerms, area: AreaOfInterest) -> Iterator[Problem]:
        jurisdiction = terms.limits.jurisdiction
        if not jurisdiction:
            return
        words = ", ".join(jurisdiction)
        try:
            reaches_m = beyond_m(area.shape, self.ground_of(jurisdiction))
        except PlaceNotFound as e:
            message = f"The feed's jurisdiction ({words}) can't be looked up: {e}."
            yield warning("limit_jurisdiction", "", message)
            return
        if reaches_m > self._spill_m:
            message = (
                f"The area reaches {reaches_m / _KM_M:,.0f} km beyond the feed's jurisdiction "
                f"({words}); {self._spill_m / _KM_M:,.0f} km are allowed."
            )
            yield warning("limit_jurisdiction", "", message)

    def _too_many(self, terms: FeedTerms, area: AreaOfInterest) -> Iterator[Problem]:
        most = terms.limits.max_audience
        if most is None:
            return
        if self._count_people(area.shape) > most:
            # how many exactly is for the operator only: neighborhoods are home addresses
            message = f"The area reaches more people than this feed may tell by itself ({most:,})."
            yield warning("limit_audience", "", message)


def _suspended(terms: FeedTerms) -> Iterator[Problem]:
    if terms.suspended_why:
        yield warning("feed_suspended", "", f"This feed is held: {terms.suspended_why}")


def _tier(terms: FeedTerms, tier: Tier) -> Iterator[Problem]:
    tiers = terms.limits.tiers
    if tiers and tier not in tiers:
        message = f"The feed may send {', '.join(tiers)} by itself; this is {tier}."
        yield warning("limit_tier", "", message)


def _too_large(terms: FeedTerms, area: AreaOfInterest) -> Iterator[Problem]:
    most = terms.limits.max_area_km2
    if most is not None and area.area_km2 > most:
        message = (
            f"The area of {area.area_km2:,.0f} km² is larger than the {most:,.0f} km² "
            "that this feed may tell by itself."
        )
        yield warning("limit_area", "", message)
