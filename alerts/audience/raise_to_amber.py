"""An alert becomes amber: what was held for a lower tier goes out as amber does (DOMAIN rule 10).

Those whom the weekly cap left out are the plan's to tell. Here are the batches that wait for the
end of quiet hours: whose quiet hours don't hold amber is told now, the others go on waiting.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.audience.quiet import Nights
from alerts.audience.told import FIRST_TELLING
from alerts.store.alerts import Alert
from alerts.store.many import among
from alerts.store.subscribers import Subscriber
from alerts.store.waves import PRIORITY_AMBER, Batch, BatchState, Wave, pack_ids


def release_held(session: Session, alert: Alert, now: datetime) -> int:
    """Set the times of an alert's first pushes anew, by its tier; return how many go out now."""
    released = 0
    for batch in _waiting(session, alert, now):
        batch.priority = PRIORITY_AMBER
        if batch.attempts == 0 and batch.not_before > now:  # held by night, not by the channel
            released += _split(session, batch, Nights(alert.tier, now), now)
    session.flush()
    return released


def _waiting(session: Session, alert: Alert, now: datetime) -> Iterator[Batch]:
    """Yield the batches that nobody holds; no sender takes one until our transaction is over."""
    yield from session.scalars(
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert.id, Wave.kind.in_(FIRST_TELLING))
        .where(Batch.state == BatchState.READY)
        .where(or_(Batch.lease_until.is_(None), Batch.lease_until <= now))
        .order_by(Batch.id)
        .with_for_update(of=Batch)
    ).all()


def _split(session: Session, batch: Batch, nights: Nights, now: datetime) -> int:
    """Give each its time: one batch becomes as many as there are times; return how many are due."""
    rows = session.execute(
        select(Subscriber.id, Subscriber.quiet_hours).where(
            among(session, Subscriber.id, np.unique(batch.people()).tolist())
        )
    )
    release = {row.id: nights.release(row.quiet_hours) for row in rows}
    times = [release.get(person, now) for person in batch.people().tolist()]
    released = times.count(now)
    first, *others = [
        (moment, np.array([at == moment for at in times])) for moment in sorted(set(times))
    ]
    session.add_all(_part(batch, moment, chosen) for moment, chosen in others)
    session.flush()
    for name, value in _packed(batch, first[1]).items():
        setattr(batch, name, value)
    batch.not_before = first[0]
    return released


def _part(batch: Batch, not_before: datetime, chosen: NDArray[np.bool_]) -> Batch:
    return Batch(
        wave_id=batch.wave_id,
        channel=batch.channel,
        language=batch.language,
        priority=batch.priority,
        silent=batch.silent,
        state=BatchState.READY,
        not_before=not_before,
        **_packed(batch, chosen),
    )


def _packed(batch: Batch, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "size": int(chosen.sum()),
        "device_ids": pack_ids(batch.devices()[chosen]),
        "subscriber_ids": pack_ids(batch.people()[chosen]),
        "neighborhood_ids": pack_ids(batch.neighborhoods()[chosen]),
        "outcomes": batch.outcome_array()[chosen].tobytes(),
    }
