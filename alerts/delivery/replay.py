"""Sends again what was set aside for a fault of ours, once somebody has mended it.

A parked batch becomes ready: its message is written anew when it is claimed, and whoever was told
before isn't told again. Of a batch that was sent, those whom the channel refused one by one may be
put back. Nothing is replayed of an alert that may not be told any more: its batches are closed.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status, WaveKind
from alerts.audience.ids import Ids, no_ids
from alerts.audience.plan import is_only_listed
from alerts.audience.told import TELLING, TOLD_OR_DUE
from alerts.delivery.compose import END_TTL, ENDS
from alerts.errors import Conflict
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.leads import alerts_of_same_child
from alerts.store.parked import IS_PARKED, has_refused
from alerts.store.staff import Role, Staff, record
from alerts.store.waves import Batch, BatchState, Wave, batches_of_alert

WAITS = (Outcome.PENDING, Outcome.IN_FLIGHT)
# Codes under which devices ended for good; all others count those that were refused.
OF_ENDED_DEVICES = frozenset({"UNREGISTERED", "SENDER_ID_MISMATCH", "NO_ADDRESS", "GONE"})


class Over(Conflict):
    """Nobody may be told of the alert any more."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What is sent again."""

    batches: int = 0
    devices: int = 0  # in them, that wait to be told
    busy: int = 0  # batches that a sender holds just now: they were left as they are

    def __add__(self, other: "Replayed") -> "Replayed":
        return Replayed(
            batches=self.batches + other.batches,
            devices=self.devices + other.devices,
            busy=self.busy + other.busy,
        )


def may_be_replayed(session: Session, alert: Alert, kind: WaveKind, now: datetime) -> bool:
    """Say whether people may still be told what a wave of that kind says."""
    if kind in ENDS:  # as the claim asks: then no phone shows the alert any more
        return alert.ended_at is None or now - alert.ended_at <= END_TTL
    if alert.status is not Status.ACTIVE or alert.expires_at <= now:
        return False
    return not is_only_listed(session, alert, kind)


def replay(
    session: Session,
    alert: Alert,
    person: Staff,
    now: datetime,
    *,
    only: int | None = None,
    refused: bool = False,
) -> Replayed:
    """Let an alert's parked batches be sent again; what isn't parked is left alone.

    Parameters
    ----------
    only: the row id of a batch; the others stay.
    refused: not the parked ones, but in all batches those devices that were refused by themselves.

    Raises
    ------
    Conflict: the person may not.
    Over: nobody may be told of the alert any more.
    """
    if not Role(person.role).is_at_least(Role.EDITOR):
        raise Conflict(f"{person.name} is {person.role}; a {person.role} can't replay batches")
    session.refresh(alert, with_for_update=True)
    chosen = _chosen(session, alert, only, refused=refused)
    allowed = [one for one in chosen if may_be_replayed(session, alert, one[1], now)]
    if not allowed and (chosen or not may_be_replayed(session, alert, WaveKind.ALERT, now)):
        raise Over(f"the alert {alert.public_id} is over or only listed now: nobody is told")
    done = _put_back_all(session, alert, allowed, now)
    if done.batches:
        record(
            session,
            now,
            actor=f"staff:{person.name}",
            deed="batch.replayed",
            subject=f"alert:{alert.public_id}",
            batch=only,
            batches=done.batches,
            devices=done.devices,
            refused=refused,
        )
    return done


def _chosen(
    session: Session, alert: Alert, only: int | None, *, refused: bool
) -> Sequence[tuple[Batch, WaveKind]]:
    """Return the batches that may be meant, the newest first; no sender takes one meanwhile."""
    statement = (
        select(Batch, Wave.kind)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert.id, has_refused(session) if refused else IS_PARKED)
        .order_by(Batch.id.desc())
        .with_for_update(of=Batch)
    )
    if only is not None:
        statement = statement.where(Batch.id == only)
    return [(row.Batch, row.kind) for row in session.execute(statement)]


def _put_back_all(
    session: Session, alert: Alert, chosen: Sequence[tuple[Batch, WaveKind]], now: datetime
) -> Replayed:
    done, told = Replayed(), _Told(session, alert)
    for batch, kind in chosen:
        if batch.lease_until is not None and batch.lease_until > now:
            done += Replayed(busy=1)
            continue
        if _put_back(batch, told.since(batch, kind), now):
            waits = np.isin(batch.outcome_array(), WAITS)
            told.add(batch, batch.devices()[waits])
            done += Replayed(batches=1, devices=int(waits.sum()))
    return done


def _put_back(batch: Batch, told_since: Ids, now: datetime) -> bool:
    """Make a batch ready, and those who were refused in it due, unless they heard it since."""
    outcomes = batch.outcome_array()
    again = (outcomes == Outcome.REFUSED) & ~np.isin(batch.devices(), told_since)
    if batch.state is not BatchState.PARKED and not again.any():
        return False
    outcomes[again] = Outcome.PENDING
    batch.outcomes = outcomes.tobytes()
    batch.reasons = _without(batch.reasons, int(again.sum()))
    batch.state, batch.last_error, batch.done_at = BatchState.READY, None, None
    batch.lease_owner = batch.lease_until = None
    batch.not_before, batch.attempts = now, 1  # it was tried, and its pauses begin anew
    return True


def _without(reasons: Mapping[str, int] | None, devices: int) -> dict[str, int] | None:
    """Return why devices failed for good, less so many that were refused."""
    left = Counter(reasons or {})
    for code in sorted(left, key=lambda code: code in OF_ENDED_DEVICES):
        taken = min(left[code], devices)
        left[code] -= taken
        devices -= taken
    return dict(+left) or None


class _Told:
    """Who was told by newer batches of an alert, or is about to be: never the same twice."""

    def __init__(self, session: Session, alert: Alert) -> None:
        self._session, self._alert = session, alert
        self._known: dict[tuple[WaveKind, ...], list[tuple[float, Ids]]] = {}

    def since(self, batch: Batch, kind: WaveKind) -> Ids:
        """Return the devices; only looked for where some were refused."""
        if Outcome.REFUSED not in batch.outcomes:
            return no_ids()
        kinds = ENDS if kind in ENDS else TELLING
        if kinds not in self._known:
            self._known[kinds] = self._find(kinds)
        newer = [devices for id_, devices in self._known[kinds] if id_ > batch.id]
        return np.concatenate([no_ids(), *newer])

    def _find(self, kinds: tuple[WaveKind, ...]) -> list[tuple[float, Ids]]:
        """Return (row id, devices) of batches; another alert of the same child is always newer."""
        found: list[tuple[float, Ids]] = []
        for alert_id in (self._alert.id, *alerts_of_same_child(self._session, self._alert.id)):
            is_own = alert_id == self._alert.id
            for batch in batches_of_alert(self._session, alert_id, kinds):
                told = batch.devices()[np.isin(batch.outcome_array(), TOLD_OR_DUE)]
                found.append((batch.id if is_own else math.inf, told))
        return found

    def add(self, batch: Batch, devices: Ids) -> None:
        """Take in a batch that is about to be sent again."""
        for known in self._known.values():
            known.append((batch.id, devices))
