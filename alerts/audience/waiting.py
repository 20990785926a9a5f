"""Which batches of an alert wait to be told, and how is one of them made into several?"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.audience.quiet import Nights
from alerts.store.alerts import Alert
from alerts.store.many import among
from alerts.store.subscribers import Subscriber
from alerts.store.waves import Batch, BatchState, Wave, pack_ids


def waiting_batches(
    session: Session, alert: Alert, kinds: Collection[WaveKind], now: datetime
) -> Iterator[tuple[Wave, Batch]]:
    """Yield the loud batches that nobody holds; no sender takes one until we are done."""
    rows = session.execute(
        select(Wave, Batch)
        .join(Batch, Batch.wave_id == Wave.id)
        .where(Wave.alert_id == alert.id, Wave.kind.in_(kinds))
        .where(Batch.state == BatchState.READY, Batch.silent.is_(False))
        .where(or_(Batch.lease_until.is_(None), Batch.lease_until <= now))
        .order_by(Batch.id)
        .with_for_update(of=Batch)
    ).all()
    for row in rows:
        yield row.Wave, row.Batch


class Owner(NamedTuple):
    """What the owner of a device wants."""

    id: int
    quiet_hours: dict[str, Any] | None
    weekly_cap: int | None  # None: the instance's


def owners_of(session: Session, batch: Batch) -> Sequence[Owner]:
    """Return what the people of a batch want, those who are still here."""
    people = np.unique(batch.people()).tolist()
    columns = Subscriber.id, Subscriber.quiet_hours, Subscriber.weekly_cap
    rows = session.execute(select(*columns).where(among(session, Subscriber.id, people)))
    return [Owner(*row) for row in rows.all()]


def hold_by_night(
    session: Session, batch: Batch, owners: Sequence[Owner], nights: Nights, now: datetime
) -> int:
    """Give each its time: one batch becomes as many as there are times; return how many are due."""
    release = {row.id: nights.release(row.quiet_hours) for row in owners}
    times = [release.get(person, now) for person in batch.people().tolist()]
    hold_until(session, batch, times)
    return times.count(now)


def hold_until(session: Session, batch: Batch, times: Sequence[datetime]) -> None:
    """Make as many of a batch as there are times; it stays the one that goes out first.

    `times`: one for each device. The others wait as if they had never been tried.
    """
    first, *others = _chosen(times)
    batch.not_before = first[0]
    if others:
        session.add_all(_part(batch, moment, chosen) for moment, chosen in others)
        session.flush()
        for name, value in _packed(batch, first[1]).items():
            setattr(batch, name, value)


def _chosen(times: Sequence[datetime]) -> list[tuple[datetime, NDArray[np.bool_]]]:
    return [(moment, np.array([at == moment for at in times])) for moment in sorted(set(times))]


def _part(batch: Batch, not_before: datetime, chosen: NDArray[np.bool_]) -> Batch:
    return Batch(
        wave_id=batch.wave_id,
        channel=batch.channel,
        language=batch.language,
        priority=batch.priority,
        turn=batch.turn,
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
