"""Has a feed made as many alerts in the last hour as it may by itself (DOMAIN rule 5)?"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.intake.judge.consider import Proposal
from alerts.intake.judge.limits import terms_of
from alerts.problem import warning
from alerts.store.alerts import count_pushable_since
from alerts.store.feeds import Feed
from alerts.store.turns import take_turns

HOUR = timedelta(hours=1)


def within_the_hour(session: Session, feed: Feed, proposal: Proposal, now: datetime) -> Proposal:
    """Return the proposal of a new alert, held if its feed has made enough of them.

    Counts the feed's alerts that went live within the last hour, but for long-term cases, which
    nobody is pushed; two documents at once count one after the other.
    """
    most = terms_of(feed).limits.alerts_per_hour
    if most is None or proposal.hold or proposal.tier is Tier.LONG_TERM:
        return proposal
    take_turns(session, f"alerts-per-hour:{feed.id}".encode())
    if count_pushable_since(session, feed.id, now - HOUR) < most:
        return proposal
    message = f"The feed has made {most} alerts within the last hour, as many as it may by itself."
    return replace(proposal, hold=(warning("limit_alerts_per_hour", "", message),))
