"""How urgent a poster's case is: amber, endangered, missing or long-term (DOMAIN rule 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from alerts.age import age_years
from alerts.alert import Tier
from alerts.poster import Poster
from alerts.problem import Problem, warning


class TierPolicy(BaseModel):
    """The numbers of the decision; each is a setting."""

    model_config = ConfigDict(frozen=True)

    amber_oldest: int = 17  # years; AMBER Alert criteria, US Department of Justice
    long_term_after_days: int = 365  # then neighbours are no more likely to help than anybody


@dataclass(frozen=True, kw_only=True, slots=True)
class TierDecision:
    """The tier, and why it is lower than what the source asked for."""

    tier: Tier
    problems: tuple[Problem, ...] = ()


def tier_of(poster: Poster, now: datetime, policy: TierPolicy) -> TierDecision:
    """Decide how urgent the case is.

    Amber only if the source says so and no child on it is known to be 18 or older; then still
    endangered, since the source believes in danger. Missing longer than the policy's year is
    long-term, which is listed and never pushed, unless it is amber. A poster of somebody
    unidentified looks for a name and not for a child: long-term too.
    """
    if poster.unidentified:
        message = "A poster of somebody unidentified is kept for the desk and never pushed."
        return TierDecision(tier=Tier.LONG_TERM, problems=(warning("unidentified", "", message),))
    demoted = _adult_on_amber(poster, now, policy)
    if poster.amber and not demoted:
        return TierDecision(tier=Tier.AMBER)
    if _is_long_term(poster, now, policy):
        return TierDecision(tier=Tier.LONG_TERM, problems=demoted)
    is_endangered = poster.endangered or poster.amber
    return TierDecision(tier=Tier.ENDANGERED if is_endangered else Tier.MISSING, problems=demoted)


def _adult_on_amber(poster: Poster, now: datetime, policy: TierPolicy) -> tuple[Problem, ...]:
    if not poster.amber:
        return ()
    return tuple(
        warning(
            "amber_for_an_adult",
            f"/children/{i}",
            f"An AMBER alert is for people of {policy.amber_oldest} or younger; this one was made "
            "endangered. Correct the age, or two people of the desk may raise it.",
        )
        for i, child in enumerate(poster.children)
        if not child.date_found and (age_years(child, now) or 0) > policy.amber_oldest
    )


def _is_long_term(poster: Poster, now: datetime, policy: TierPolicy) -> bool:
    """Say whether the child who is missing the shortest is missing too long to push."""
    since = [child.missing_since or poster.issued_at for child in poster.still_missing]
    known = [moment for moment in since if moment]
    if not known or len(known) < len(since):
        return False
    return now - max(known) > timedelta(days=policy.long_term_after_days)
