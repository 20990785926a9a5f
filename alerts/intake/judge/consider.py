"""What would we make of this poster? Tier, area, whom to call, expiry, reasons to hold.

Reads places only; nothing is stored or sent, so that a partner's dry run is the same code.
"""

from dataclasses import dataclass
from datetime import datetime

from alerts.alert import Tier
from alerts.area.derive import AreaPolicy, derive_area
from alerts.area.local_time import largest_part, time_zone_of
from alerts.area.whereabouts import country_code
from alerts.area_of_interest import AreaOfInterest
from alerts.authority import Authority, AuthorityBook
from alerts.intake.judge.hold import Considered, reasons_to_hold
from alerts.intake.judge.limits import FeedTerms, LimitBook
from alerts.intake.judge.policy import IntakePolicy
from alerts.intake.judge.tiers import TierPolicy, tier_of
from alerts.places import PlaceBook
from alerts.poster import Poster
from alerts.problem import Problem
from alerts.whom_to_call import whom_to_call


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

    def propose(self, poster: Poster, terms: FeedTerms, now: datetime) -> Proposal:
        """Work out tier, area, authorities and expiry of a poster, on its feed's terms."""
        decided = tier_of(poster, now, self.tier_policy)
        derived = derive_area(poster, self.places, self.area_policy)
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
