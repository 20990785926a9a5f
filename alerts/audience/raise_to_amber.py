"""An alert becomes amber: what was held for a lower tier goes out as amber does (DOMAIN rule 10).

Those whom the weekly cap left out are the plan's to tell. Here are the batches that wait for the
end of quiet hours: whose quiet hours don't hold amber is told now, the others go on waiting.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.audience.quiet import Nights
from alerts.audience.told import TELLING
from alerts.audience.waiting import hold_by_night, owners_of, waiting_batches
from alerts.store.alerts import Alert
from alerts.store.waves import PRIORITY_AMBER


def release_held(session: Session, alert: Alert, now: datetime) -> int:
    """Set the times of what waits of an alert anew, by its tier; return how many go out now."""
    released = 0
    for _, batch in waiting_batches(session, alert, TELLING, now):
        if not alert.exercise:
            batch.priority = PRIORITY_AMBER
        if batch.attempts == 0 and batch.not_before > now:  # held by night, not by the channel
            owners = owners_of(session, batch)
            released += hold_by_night(session, batch, owners, Nights(alert.tier, now), now)
    session.flush()
    return released
