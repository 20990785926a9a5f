"""May this go out by itself? If not, why, in words for the desk (DOMAIN rules 2, 4, 5, 7)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from alerts.alert import UNIDENTIFIED, Tier
from alerts.area.second_opinion import ELSEWHERE
from alerts.area_of_interest import AreaOfInterest
from alerts.authority import Authority
from alerts.intake.judge.policy import IntakePolicy
from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.feeds import Trust


class Considered(BaseModel):
    """What the decision looks at."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    poster: Poster
    tier: Tier
    area: AreaOfInterest | None
    authorities: tuple[Authority, ...]
    trust: Trust
    doubts: tuple[Problem, ...] = ()  # about the area


# Reasons, here and among the limits of a feed, that a smaller area might not give.
_FOR_ITS_GROUND = frozenset(
    {"area_too_large", "limit_area", "limit_audience", "limit_jurisdiction"}
)


def is_for_its_ground(hold: Sequence[Problem]) -> bool:
    """Say whether an alert is held, among other things, for how much ground it covers."""
    return any(reason.code in _FOR_ITS_GROUND for reason in hold)


def reasons_to_hold(
    considered: Considered, policy: IntakePolicy, now: datetime
) -> Sequence[Problem]:
    """Return why the desk must look first; empty if it may go out by itself."""
    checks = (_no_area, _no_authority, _unidentified, _trust)
    found = [reason for check in checks if (reason := check(considered)) is not None]
    return [
        *found,
        *_expired(considered, now),
        *_old_amber(considered, policy, now),
        *_too_large(considered, policy),
        *_doubtful_area(considered),
    ]


def _no_area(c: Considered) -> Problem | None:
    if c.area is not None:
        return None
    return warning(
        "no_area", "", "No ground could be named for this poster: the desk must draw the area."
    )


def _no_authority(c: Considered) -> Problem | None:
    if c.authorities:
        return None
    return warning(
        "no_authority",
        "/contacts",
        "There is nobody to call: no contact on the poster, and its country is not known.",
    )


def _unidentified(c: Considered) -> Problem | None:
    if not c.poster.unidentified:
        return None
    return warning(UNIDENTIFIED, "/unidentified", "Posters of unidentified persons aren't pushed.")


def _trust(c: Considered) -> Problem | None:
    if c.trust is Trust.AUTO or (c.trust is Trust.AMBER_AUTO and c.tier is Tier.AMBER):
        return None
    words = "every alert" if c.trust is Trust.REVIEW else "every alert that isn't amber"
    return warning("review", "", f"The desk approves {words} of this feed (trust: {c.trust}).")


def _old_amber(c: Considered, policy: IntakePolicy, now: datetime) -> Sequence[Problem]:
    """Find AMBER cases that are no news: a listing keeps its posters, a sender may replay."""
    known = [child.missing_since for child in c.poster.still_missing if child.missing_since]
    since = known or [
        moment for moment in (c.poster.issued_at,) if moment and not c.poster.children
    ]
    if c.tier is not Tier.AMBER or not since or max(since) > now - policy.amber_fresh_for:
        return ()
    message = (
        f"It is an AMBER case of more than {policy.amber_fresh_for.days} days ago: "
        "the desk says whether it is told as one now."
    )
    return (warning("old_amber", "", message),)


def _expired(c: Considered, now: datetime) -> Sequence[Problem]:
    if c.poster.expires_at is None or c.poster.expires_at > now:
        return ()
    message = f"It expired at {c.poster.expires_at.isoformat()}; nobody is told any more."
    return (warning("expired", "/expires", message),)


def _too_large(c: Considered, policy: IntakePolicy) -> Sequence[Problem]:
    is_amber = c.tier is Tier.AMBER
    limit_km2 = policy.hold_amber_area_above_km2 if is_amber else policy.hold_area_above_km2
    if c.area is None or c.area.area_km2 <= limit_km2:
        return ()
    message = (
        f"The area of {c.area.area_km2:,.0f} km² ({c.area.source}) is larger than "
        f"{limit_km2:,.0f} km²: the desk must look at it first."
    )
    return (warning("area_too_large", "", message),)


def _doubtful_area(c: Considered) -> Sequence[Problem]:
    """Let amber go out where the child is missing from, wherever else it is distributed."""
    is_amber = c.tier is Tier.AMBER
    return [doubt for doubt in c.doubts if not (is_amber and doubt.code == ELSEWHERE)]
