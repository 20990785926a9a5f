"""Who of a chunk is told by a newer wave? Asked when a revision went live before the chunk left.

Whoever planned that revision either saw the chunk in flight, and tells it again, or didn't, and
leaves it to its batch. The plan is waited for: only then can it be known which.
"""

from collections.abc import Callable

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.push import Outcome
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.engine import Store
from alerts.store.waves import Batch, Ids, Outcomes, Wave

AGAIN = (WaveKind.UPDATE, WaveKind.CORRECTION)
LOOKS_EVERY_S = 0.1
LOOKS = 100  # then it stays with its batch: a plan takes seconds


def overtaken(
    store: Store,
    alert_id: int,
    device_ids: Ids,
    before: Outcomes,
    pause: Callable[[float], None],
) -> Outcomes:
    """Return the outcomes of a chunk that didn't leave: OVERTAKEN, or as they were before."""
    for _ in range(LOOKS):
        with store.read() as session:
            if _is_planned(session, alert_id):
                again = np.isin(device_ids, _told_again(session, alert_id))
                doubt = before == Outcome.IN_FLIGHT  # may have been told: stays in its batch
                return np.where(again & ~doubt, Outcome.OVERTAKEN, before).astype(np.uint8)
        pause(LOOKS_EVERY_S)
    return before


def _is_planned(session: Session, alert_id: int) -> bool:
    live = (
        select(AlertRevision.planned_at)
        .join(Alert, Alert.id == AlertRevision.alert_id)
        .where(Alert.id == alert_id, AlertRevision.number == Alert.live_revision)
    )
    return session.scalar(live) is not None


def _told_again(session: Session, alert_id: int) -> Ids:
    """Return the devices of the waves that tell the live revision to those who were told."""
    batches = session.scalars(
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .join(Alert, Alert.id == Wave.alert_id)
        .where(Alert.id == alert_id, Wave.revision == Alert.live_revision, Wave.kind.in_(AGAIN))
        .execution_options(yield_per=200)
    )
    return np.concatenate([np.zeros(0, np.int64), *(batch.devices() for batch in batches)])
