"""Which batches aren't done, and why? Those that are parked wait for a person.

Read from the indexes of what is ready and of what went wrong; of a batch's devices only how many.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import Session

from alerts.alert import Status, WaveKind
from alerts.errors import NotFound
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.batches import IS_READY
from alerts.store.waves import Batch, BatchState, Wave

# As the index of what went wrong has it: whoever parks a batch says why.
IS_PARKED = (Batch.state == literal_column("'parked'")) & Batch.last_error.is_not(None)
_COLUMNS: tuple[Any, ...] = (
    Batch.id,
    Alert.public_id,
    Wave.kind,
    Wave.revision,
    Batch.channel,
    Batch.language,
    Batch.state,
    Batch.size,
    Batch.outcomes,
    Batch.attempts,
    Batch.last_error,
    Batch.not_before,
)
WAITS = (Outcome.PENDING, Outcome.IN_FLIGHT)


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """A batch, and how far it got."""

    id: int
    alert_id: UUID
    kind: WaveKind
    revision: int
    channel: str
    language: str
    state: BatchState
    devices: int
    waiting: int  # of these, without a final outcome
    refused: int  # of these, by the channel, each by itself
    attempts: int
    why: str | None  # it waits, or is parked
    since: datetime  # it was due then, or is tried then if that is still to come


def open_batches(
    session: Session, states: Collection[BatchState], *, after: int = 0, most: int
) -> Sequence[BatchLine]:
    """Return batches that are ready or parked, oldest first.

    Parameters
    ----------
    states: without DONE: those are many, and nobody has to do anything about them.
    after: the row id of the last one that is known.
    """
    wanted = {BatchState.READY: IS_READY, BatchState.PARKED: IS_PARKED}
    return _lines(session, or_(*(wanted[state] for state in states)), after, most)


def batches_with_refused(session: Session, *, after: int = 0, most: int) -> Sequence[BatchLine]:
    """Return batches of active alerts in which single devices were refused, oldest first."""
    return _lines(session, (Alert.status == Status.ACTIVE) & has_refused(session), after, most)


def has_refused(session: Session) -> ColumnElement[bool]:
    """Say whether the channel refused our message for any device of a batch."""
    refused = bytes([Outcome.REFUSED])
    if session.get_bind().dialect.name == "postgresql":
        return func.pg_catalog.position(Batch.outcomes, refused) > 0
    return func.instr(Batch.outcomes, refused) > 0


def alert_of_batch(session: Session, batch_id: int) -> Alert:
    """Return whose batch it is; NotFound if there is no such batch."""
    found = session.scalar(
        select(Alert)
        .join(Wave, Wave.alert_id == Alert.id)
        .join(Batch, Batch.wave_id == Wave.id)
        .where(Batch.id == batch_id)
    )
    if found is None:
        raise NotFound(f"there is no batch {batch_id}; see: porchlight batch list")
    return found


def alerts_with_parked(session: Session) -> Sequence[Alert]:
    """Return the alerts of which batches are parked, in the order of their rows."""
    return _alerts(session, IS_PARKED)


def alerts_with_refused(session: Session) -> Sequence[Alert]:
    """Return the active alerts for which single devices were refused, in the same order."""
    return _alerts(session, (Alert.status == Status.ACTIVE) & has_refused(session))


def count_parked(session: Session) -> int:
    """Return how many batches are parked."""
    return session.scalar(select(func.count()).select_from(Batch).where(IS_PARKED)) or 0


def _alerts(session: Session, which: ColumnElement[bool]) -> Sequence[Alert]:
    of_batches = (
        select(Wave.alert_id)
        .join(Batch, Batch.wave_id == Wave.id)
        .join(Alert, Alert.id == Wave.alert_id)
        .where(which)
    )
    return session.scalars(select(Alert).where(Alert.id.in_(of_batches)).order_by(Alert.id)).all()


def _lines(
    session: Session, which: ColumnElement[bool], after: int, most: int
) -> Sequence[BatchLine]:
    rows = session.execute(
        select(*_COLUMNS)
        .join(Wave, Wave.id == Batch.wave_id)
        .join(Alert, Alert.id == Wave.alert_id)
        .where(which, Batch.id > after)
        .order_by(Batch.id)
        .limit(most)
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> BatchLine:
    outcomes: bytes = row.outcomes
    return BatchLine(
        id=row.id,
        alert_id=row.public_id,
        kind=row.kind,
        revision=row.revision,
        channel=str(row.channel),
        language=row.language,
        state=row.state,
        devices=row.size,
        waiting=sum(outcomes.count(bytes([outcome])) for outcome in WAITS),
        refused=outcomes.count(bytes([Outcome.REFUSED])),
        attempts=row.attempts,
        why=row.last_error,
        since=row.not_before,
    )
