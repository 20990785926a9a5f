"""Who was told of this alert already, and how often was a person pushed this week?

Both are read from the batches themselves: there is no second book that could say otherwise.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.ids import Ids, distinct, no_ids
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.leads import alerts_of_same_child
from alerts.store.waves import Batch, BatchState, Wave, batches_naming, batches_of_alert, unpack_ids

FIRST_TELLING = (WaveKind.ALERT, WaveKind.EXERCISE)
TELLING = (WaveKind.ALERT, WaveKind.UPDATE, WaveKind.CORRECTION, WaveKind.EXERCISE)
# A person with one of these was told, or is about to be: no second push of the case.
TOLD_OR_DUE = (
    Outcome.SENT,
    Outcome.PENDING,
    Outcome.IN_FLIGHT,
    Outcome.UNKNOWN,
    Outcome.CAPPED,
)
TOLD = (Outcome.SENT, Outcome.UNKNOWN)  # these hear the end of it
PUSHED_OR_DUE = (*TOLD, Outcome.PENDING, Outcome.IN_FLIGHT)
WEEK = timedelta(days=7)  # over which a person's pushes are counted (DOMAIN rule 10)


def people_told_or_due(session: Session, alert_id: int, *, knows_cap: bool = True) -> Ids:
    """Return the subscribers whom this alert reached, or is on its way to.

    Another alert counts as this one if the desk said that both are of the same child.

    Who is over their weekly cap is among them, unless it `knows_cap` no more: it is amber now.
    """
    found = []
    told_or_due = [o for o in TOLD_OR_DUE if knows_cap or o is not Outcome.CAPPED]
    for of_child in (alert_id, *alerts_of_same_child(session, alert_id)):
        for batch in batches_of_alert(session, of_child, TELLING):
            due = np.isin(batch.outcome_array(), told_or_due)
            found.append(batch.people()[due])
    return _unique(found)


def devices_told(session: Session, alert_id: int, *, or_in_flight: bool = False) -> Ids:
    """Return the devices to which a channel took this alert: they get what follows.

    `or_in_flight`: also those that a channel is being handed at this moment.
    """
    told = (*TOLD, Outcome.IN_FLIGHT) if or_in_flight else TOLD
    found = []
    for batch in batches_of_alert(session, alert_id, TELLING):
        found.append(batch.devices()[np.isin(batch.outcome_array(), told)])
    return _unique(found)


def last_told(session: Session, alert_id: int) -> tuple[Ids, Ids]:
    """Return the devices that were told, or are being told, and of which revision at last.

    That is the one that the newest wave was made for; its text may be of a later one.
    """
    told = (*TOLD, Outcome.IN_FLIGHT)
    statement = (
        select(Wave.revision, Batch.device_ids, Batch.outcomes)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert_id, Wave.kind.in_(TELLING))
    )
    devices: dict[int, list[Ids]] = {}
    for row in session.execute(statement.execution_options(yield_per=200)):
        heard = np.isin(np.frombuffer(row.outcomes, np.uint8), told)
        devices.setdefault(row.revision, []).append(unpack_ids(row.device_ids)[heard])
    found, of = no_ids(), no_ids()
    for revision, lists in sorted(devices.items(), reverse=True):
        mine = _unique(lists)
        mine = mine[~np.isin(mine, found)]
        found = np.concatenate([found, mine])
        of = np.concatenate([of, np.full(len(mine), revision)])
    return found, of


@dataclass(frozen=True, kw_only=True)
class Due:
    """Devices to which something is on its way: it will say what is live when it is sent."""

    device_ids: Ids  # sorted
    times: NDArray[np.float64]  # when it may go out, in seconds of the epoch

    def among(self, device_ids: Ids, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell to which of these it goes out no later than at these times."""
        due = np.zeros(len(device_ids), bool)
        places = np.searchsorted(self.device_ids, device_ids)
        inside = np.flatnonzero(places < len(self.device_ids))
        there = places[inside]
        is_same = self.device_ids[there] == device_ids[inside]
        due[inside] = is_same & (self.times[there] <= times[inside])
        return due


def due_again(
    session: Session, alert_id: int, kinds: Collection[WaveKind], *, loud: bool, now: datetime
) -> Due:
    """Return the devices to which an alert's earlier waves of these kinds are still on their way.

    What a channel put off counts as due now: it comes as soon as the channel takes it.
    """
    statement = (
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert_id, Wave.kind.in_(kinds), Batch.state == BatchState.READY)
    )
    if loud:
        statement = statement.where(Batch.silent.is_(False))
    ids, times = [no_ids()], [np.zeros(0)]
    for batch in session.scalars(statement.execution_options(yield_per=200)):
        waits = batch.devices()[batch.outcome_array() == Outcome.PENDING]
        at = min(batch.not_before, now) if batch.attempts else batch.not_before
        ids.append(waits)
        times.append(np.full(len(waits), at.timestamp()))
    devices, when = np.concatenate(ids), np.concatenate(times)
    order = np.lexsort((when, devices))
    first = np.flatnonzero(np.diff(devices[order], prepend=-1))
    return Due(device_ids=devices[order][first], times=when[order][first])


def devices_in_waves(session: Session, alert_id: int, kind: WaveKind) -> Ids:
    """Return the devices that an alert's waves of one kind have in a batch."""
    return _unique([b.devices() for b in batches_of_alert(session, alert_id, (kind,))])


def pushes_since(session: Session, since: datetime, *, but: int | None = None) -> tuple[Ids, Ids]:
    """Return subscribers and their number of pushes since then, amber and updates apart.

    An alert is one push to a person, however many phones they have. `but`: without this alert.
    """
    statement = (
        select(Wave.alert_id, Batch.subscriber_ids, Batch.outcomes)
        .join(Wave, Wave.id == Batch.wave_id)
        .join(Alert, Alert.id == Wave.alert_id)
        .where(Wave.made_at > since, Wave.kind == WaveKind.ALERT, Alert.tier != Tier.AMBER)
    )
    if but is not None:
        statement = statement.where(Wave.alert_id != but)
    people: dict[int, list[Ids]] = {}
    for row in session.execute(statement.execution_options(yield_per=200)):
        reached = np.isin(np.frombuffer(row.outcomes, np.uint8), PUSHED_OR_DUE)
        people.setdefault(row.alert_id, []).append(unpack_ids(row.subscriber_ids)[reached])
    if not people:
        return no_ids(), no_ids()
    once_each = np.concatenate([_unique(found) for found in people.values()])
    ids, counts = np.unique(once_each, return_counts=True)
    return ids, counts


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One push that a channel took for one device of a person."""

    alert_id: int
    kind: WaveKind
    revision: int
    device_id: int
    neighborhood_id: int  # 0: by none in particular
    at: datetime  # the batch was done; while others of it still wait, the wave was made


def tellings_of(
    session: Session, subscriber_id: int, alert_ids: Collection[int] | None = None
) -> list[Telling]:
    """Return what a person was told, of all alerts or of some; oldest first."""
    found = []
    for wave, batch in batches_naming(session, subscriber_id, alert_ids):
        mine = (batch.people() == subscriber_id) & np.isin(batch.outcome_array(), TOLD)
        for place in np.flatnonzero(mine).tolist():
            found.append(_telling(wave, batch, place))
    return found


def _telling(wave: Wave, batch: Batch, place: int) -> Telling:
    return Telling(
        alert_id=wave.alert_id,
        kind=wave.kind,
        revision=wave.revision,
        device_id=int(batch.devices()[place]),
        neighborhood_id=int(batch.neighborhoods()[place]),
        at=batch.done_at or wave.made_at,
    )


def _unique(found: Sequence[Ids]) -> Ids:
    return distinct(np.concatenate(found)) if found else no_ids()
