"""A push goes out later than it was meant to: who of the batch sleeps by now?

Quiet hours were looked at when the batch was written. A channel that is down, a stop, or a batch
that a person replays may bring it into somebody's night. Those wait for their morning, as if they
had never been tried: so an alert that becomes amber frees them (`raise_to_amber`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.audience.quiet import Nights
from alerts.audience.told import FIRST_TELLING
from alerts.audience.waiting import hold_until, owners_of
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.waves import Batch, Wave

WAITS = (Outcome.PENDING, Outcome.IN_FLIGHT)
LATE = timedelta(minutes=10)  # a batch that never was tried and nobody took
PLAN_TAKES = timedelta(seconds=1)


def hold_asleep(session: Session, alert: Alert, wave: Wave, batch: Batch, now: datetime) -> bool:
    """Hold those of a claimed batch who sleep; True if nothing of it is ours to send now.

    Ends and corrections never wait for this, what makes no sound doesn't wait at all. A first try
    that comes in time was looked at a moment ago.
    """
    if batch.silent or wave.kind not in (*FIRST_TELLING, WaveKind.UPDATE):
        return False
    if batch.attempts == 1 and now - batch.not_before < LATE:
        return False
    times = _times(session, alert, batch, now)
    if max(times) == now:
        return False
    if not _stays(session, alert):
        _give_back(batch, now + PLAN_TAKES, batch.attempts - 1)
        return True
    hold_until(session, batch, times)
    if batch.not_before > now:
        _give_back(batch, batch.not_before, 0)
    return batch.not_before > now


def _times(session: Session, alert: Alert, batch: Batch, now: datetime) -> Sequence[datetime]:
    """Return when each device may be pushed; what has its outcome stays in the batch in hand."""
    nights = Nights(alert.tier, now)
    release = {row.id: nights.release(row.quiet_hours) for row in owners_of(session, batch)}
    waits = np.isin(batch.outcome_array(), WAITS).tolist()
    people = batch.people().tolist()
    return [
        release.get(person, now) if is_due else now
        for person, is_due in zip(people, waits, strict=True)
    ]


def _stays(session: Session, alert: Alert) -> bool:
    """Keep the alert's tier as we read it; False if somebody changes the alert just now.

    Whoever makes it amber looks for what is held: what we hold must be there, or they be waited
    for. Planners lock the alert before its batches, so we never wait for it.
    """
    free = select(Alert.tier).where(Alert.id == alert.id)
    locked = free.with_for_update(skip_locked=True, key_share=True)
    return session.scalar(locked) is alert.tier


def _give_back(batch: Batch, until: datetime, attempts: int) -> None:
    batch.not_before, batch.attempts, batch.last_error = until, attempts, None
    batch.lease_owner = batch.lease_until = None
