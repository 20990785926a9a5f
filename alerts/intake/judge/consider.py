"""What would we make of this poster? Tier, area, whom to call, expiry, reasons to hold.

Reads places only; nothing is stored or sent, so that a partner's dry run is the same code.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.alert import Tier
from alerts.area.derive import AreaDerivation, AreaPolicy, derive_area
from alerts.area.geocoder.answer import Geocoder
from alerts.area.growth import Growing, ungrown
from alerts.area.local_time import largest_part, time_zone_of
from alerts.area.whereabouts import country_code
from alerts.area_of_interest import AreaOfInterest
from alerts.authority import Authority, AuthorityBook
from alerts.intake.judge.hold import Considered, is_for_its_ground, reasons_to_hold
from alerts.intake.judge.limits import FeedTerms, LimitBook
from alerts.intake.judge.policy import IntakePolicy
from alerts.intake.judge.tiers import TierDecision, TierPolicy, tier_of
from alerts.places import PlaceBook
from alerts.poster import Poster
from alerts.problem import Problem
from alerts.whom_to_call import whom_to_call

Heard = Callable[[], datetime | None]


def _never() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What we would make of a poster."""

    poster: Poster
    tier: Tier
    area: AreaOfInterest | None
    country: str | None
    time_zone: str | None  # IANA name, of the middle of the area
    authorities: tuple[Authority, ...]
    expires_at: datetime
    problems: tuple[Problem, ...]  # what was repaired or not understood on the way
    hold: tuple[Problem, ...]  # why it waits for the desk; empty: it may go out


@dataclass(frozen=True, kw_only=True)
class Considering:
    """The knowledge that a poster is considered with."""

    places: PlaceBook
    authorities: AuthorityBook
    area_policy: AreaPolicy
    tier_policy: TierPolicy
    policy: IntakePolicy
    limits: LimitBook
    geocoder: Geocoder | None = None  # asked last, over the network: never in a transaction

    def propose(
        self, poster: Poster, terms: FeedTerms, now: datetime, first_heard: Heard = _never
    ) -> Proposal:
        """Work out tier, area, authorities and expiry of a poster, on its feed's terms.

        An area grows with the time since the child was last seen, but never into a hold: where
        the grown one would be held for its size, the one that hasn't grown is taken.

        Parameters
        ----------
        first_heard: says when the case's alert was received: its area has grown until then, and
            no later word of the source widens it. Asked only where it matters. None: it is new.
        """
        decided = tier_of(poster, now, self.tier_policy)
        growing = Growing(tier=decided.tier, at=now, now=now)
        derived = self._derived(poster, growing)
        if derived.is_grown and (heard_at := first_heard()) is not None:
            growing = replace(growing, at=heard_at)
            derived = self._derived(poster, growing)
        judged = self._judged(poster, decided, derived, terms, now)
        if derived.is_grown and is_for_its_ground(judged.hold):
            derived = self._derived(poster, ungrown(growing))
            smaller = self._judged(poster, decided, derived, terms, now)
            return judged if is_for_its_ground(smaller.hold) else smaller
        return judged

    def _derived(self, poster: Poster, growing: Growing) -> AreaDerivation:
        return derive_area(poster, self.places, self.area_policy, growing, geocoder=self.geocoder)

    def _judged(
        self,
        poster: Poster,
        decided: TierDecision,
        derived: AreaDerivation,
        terms: FeedTerms,
        now: datetime,
    ) -> Proposal:
        country = self.country_of(poster, derived.area)
        authorities = whom_to_call(poster, country, self.authorities)
        considered = Considered(
            poster=poster,
            tier=decided.tier,
            area=derived.area,
            authorities=authorities,
            trust=terms.trust,
            doubts=derived.doubts,
        )
        over = self.limits.exceeded(terms, decided.tier, derived.area)
        hold = (*reasons_to_hold(considered, self.policy, now), *over)
        return Proposal(
            poster=poster,
            tier=decided.tier,
            area=derived.area,
            country=country,
            time_zone=time_zone_of(derived.area.shape) if derived.area else None,
            authorities=authorities,
            expires_at=self.policy.expiry(decided.tier, now, poster.expires_at),
            problems=tuple(p for p in (*decided.problems, *derived.problems) if p not in hold),
            hold=hold,
        )

    def country_of(self, poster: Poster, area: AreaOfInterest | None) -> str | None:
        """Return the alpha-2 code of the country where the alert matters, for whom to call."""
        named_one = any(child.missing_from.country for child in poster.children)
        unless_named = None if named_one else self.policy.default_country
        for child in poster.children:
            named = child.missing_from.country
            code = country_code(named, self.places) if named else None
            if code is not None:
                return code
        if area is not None:
            inside = largest_part(area.shape).representative_point()
            return self.places.country_at(inside.x, inside.y) or unless_named
        return unless_named
