"""Tells those who were told that it is over, and nobody else (DOMAIN rule 15).

An ended alert is settled in passes, each one transaction: what wasn't sent yet gets its final
outcome; those told since the last pass get the all-clear; when no batch is on its way any more,
the alert is settled. A batch that a sender holds is left to the sender, which stops at its next
chunk: those it had told by then are caught by the next pass.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason, Status, WaveKind
from alerts.audience.index import AudienceIndex
from alerts.audience.tell_again import tell_end
from alerts.audience.told import TELLING, devices_in_waves, devices_told
from alerts.store.alerts import Alert
from alerts.store.batches import close
from alerts.store.waves import Batch, BatchState, Wave

# The child is still missing: the alert goes from the screen, and nothing is said.
NO_GOOD_NEWS = frozenset({EndReason.EXPIRED, EndReason.SUPERSEDED})


def unsettled(session: Session) -> Sequence[int]:
    """Return ended alerts of which somebody may not know yet that they are over."""
    return session.scalars(
        select(Alert.id).where(Alert.status == Status.ENDED, Alert.settled_at.is_(None))
    ).all()


def settle(
    session: Session, index: AudienceIndex, alert_id: int, now: datetime, batch_size: int
) -> int:
    """Make one pass; return how many devices are told that it is over by it."""
    alert = session.get_one(Alert, alert_id, with_for_update=True)
    if alert.status is not Status.ENDED or alert.settled_at is not None:
        return 0
    on_its_way = _close_unsent(session, alert, now)
    told = _tell_the_end(session, index, alert, now, batch_size)
    if not on_its_way:
        alert.settled_at = now
    return told


def _close_unsent(session: Session, alert: Alert, now: datetime) -> bool:
    """Give every unsent device its final outcome; True if a sender still holds a batch."""
    batches = session.scalars(
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert.id, Wave.kind.in_(TELLING))
        .where(Batch.state.in_((BatchState.READY, BatchState.PARKED)))
    )
    held = False
    for batch in batches:
        if batch.lease_until is not None and batch.lease_until > now:
            held = True
            continue
        close(batch, now)
    return held


def _tell_the_end(
    session: Session, index: AudienceIndex, alert: Alert, now: datetime, batch_size: int
) -> int:
    kind = WaveKind.TAKEDOWN if alert.end_reason in NO_GOOD_NEWS else WaveKind.ALL_CLEAR
    told, heard = devices_told(session, alert.id), devices_in_waves(session, alert.id, kind)
    fresh = told[~np.isin(told, heard)]
    if not len(fresh):
        return 0
    wave = tell_end(
        session,
        index,
        alert,
        kind,
        fresh,
        now,
        batch_size=batch_size,
        silent=kind is WaveKind.TAKEDOWN,
        heard=heard,  # a phone may have been followed to its new row by an earlier pass
    )
    return wave.devices if wave else 0
