"""Which batch is sent next, by whom, and what became of it? Leases are conditional UPDATEs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, func, literal_column, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from alerts.push import Outcome
from alerts.store.waves import Batch, BatchState, Wave

TABLE = cast("Table", Batch.__table__)
# Made once, beside the ORM: some of these go with each batch.
CLAIM = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("batch"), TABLE.c.state == BatchState.READY)
    .where(TABLE.c.not_before <= bindparam("now"))
    .where(or_(TABLE.c.lease_until.is_(None), TABLE.c.lease_until <= bindparam("now")))
    .values(
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        attempts=TABLE.c.attempts + 1,
    )
)
MARK = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("batch"), TABLE.c.lease_owner == bindparam("owner"))
    .where(TABLE.c.state == BatchState.READY)
    .values(
        outcomes=bindparam("outcomes_"),
        repeats=bindparam("repeats_"),
        reasons=bindparam("reasons_"),
        lease_until=bindparam("until"),
    )
)
IS_READY = Batch.state == literal_column("'ready'")  # as the partial index has it: not a parameter


def ready_batches(
    session: Session,
    now: datetime,
    limit: int,
    *,
    channel: str | None = None,
    closed: Collection[str] = (),
) -> Sequence[int]:
    """Return batches whose time has come and that nobody holds, most urgent first.

    Waves of the same urgency take turns, a batch each.

    Parameters
    ----------
    channel: only of this one; None: of all.
    closed: channels from which nothing is taken now.
    """
    free = or_(Batch.lease_until.is_(None), Batch.lease_until <= now)
    statement = (
        select(Batch.id)
        .where(IS_READY, Batch.not_before <= now, free)
        .order_by(Batch.priority, Batch.turn, Batch.id)
        .limit(limit)
    )
    if channel is not None:
        statement = statement.where(Batch.channel == channel)
    if closed:
        statement = statement.where(Batch.channel.not_in(closed))
    return session.scalars(statement).all()


def claim(session: Session, batch_id: int, now: datetime, until: datetime) -> UUID | None:
    """Lease a batch by a conditional UPDATE; None if somebody else has it or it is done."""
    owner = uuid4()
    values = {"batch": batch_id, "owner": owner, "now": now, "until": until}
    return owner if _rows(session.execute(CLAIM, values)) == 1 else None


def mark(
    session: Session,
    batch_id: int,
    owner: UUID,
    outcomes: bytes,
    repeats: int,
    reasons: Mapping[str, int] | None,
    lease_until: datetime,
) -> bool:
    """Write what became of a batch so far, and hold it longer; False if it isn't ours any more."""
    values = {
        "batch": batch_id,
        "owner": owner,
        "outcomes_": outcomes,
        "repeats_": repeats,
        "reasons_": reasons,
        "until": lease_until,
    }
    return _rows(session.execute(MARK, values)) == 1


def write_if_owner(session: Session, batch_id: int, owner: UUID, **values: Any) -> bool:
    """Change a batch that we hold; False if the lease went to somebody else."""
    result = session.execute(
        update(TABLE)
        .where(TABLE.c.id == batch_id, TABLE.c.lease_owner == owner)
        .where(TABLE.c.state == BatchState.READY)
        .values(**values)
    )
    return _rows(result) == 1


def is_older_in_hand(session: Session, alert_id: int, wave_id: int, now: datetime) -> bool:
    """Say whether a sender holds a batch of an earlier wave of the alert."""
    older = (
        select(Batch.id)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert_id, Wave.id < wave_id, IS_READY, Batch.lease_until > now)
    )
    return session.scalar(older.limit(1)) is not None


def put_off(session: Session, batch_id: int, now: datetime, until: datetime) -> None:
    """Let a batch that nobody holds wait until then."""
    free = or_(Batch.lease_until.is_(None), Batch.lease_until <= now)
    session.execute(
        update(Batch)
        .where(Batch.id == batch_id, Batch.state == BatchState.READY, free)
        .values(not_before=until, attempts=Batch.attempts + 1)  # it was tried: no quiet hours
        .execution_options(synchronize_session=False)
    )


def unpark(session: Session, alert_id: int, now: datetime) -> int:
    """Let an alert's parked batches be tried again, written anew; return their devices."""
    parked = session.scalars(
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert_id, Batch.state == BatchState.PARKED)
        .with_for_update(of=Batch)
    )
    devices = 0
    for batch in parked:
        batch.state, batch.last_error = BatchState.READY, None
        batch.not_before = max(batch.not_before, now)
        devices += batch.size
    return devices


def close(batch: Batch, now: datetime) -> None:
    """End a batch whose alert is over: what was tried in vain gave up, the rest never left."""
    outcomes = batch.outcome_array()
    outcomes[outcomes == Outcome.PENDING] = Outcome.GAVE_UP if batch.attempts > 1 else Outcome.ENDED
    outcomes[outcomes == Outcome.IN_FLIGHT] = Outcome.UNKNOWN
    batch.outcomes, batch.state, batch.done_at = outcomes.tobytes(), BatchState.DONE, now
    batch.lease_owner = batch.lease_until = None


def _rows(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def oldest_backlog(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest-waiting batch could have been sent."""
    return session.scalar(
        select(func.min(Batch.not_before)).where(IS_READY, Batch.not_before <= now)
    )


def stuck(session: Session) -> Sequence[tuple[str, str, int]]:
    """Return what a person must look at: channel, what is wrong, how many batches wait for it."""
    found = session.execute(
        select(Batch.channel, Batch.last_error, func.count())
        .where(
            Batch.state.in_((BatchState.READY, BatchState.PARKED)), Batch.last_error.is_not(None)
        )
        .group_by(Batch.channel, Batch.last_error)
    )
    return [(str(channel), error or "", count) for channel, error, count in found]
