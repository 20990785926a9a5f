"""How is each channel? One row a channel, shared by all workers: its pace and its breaker."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, Select, String, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.push import Outcome
from alerts.store.base import Base, choice
from alerts.store.waves import Batch, BatchState

LONGEST_WHY = 200
WAITS = (Outcome.PENDING, Outcome.IN_FLIGHT)


class Breaker(StrEnum):
    """Whether a channel is used."""

    CLOSED = "closed"  # pushes flow
    OPEN = "open"  # they wait until `retry_at`
    HALF_OPEN = "half_open"  # a few are out to see whether it works again


class ChannelState(Base):
    """The pace and the breaker of one channel."""

    __tablename__ = "channel_state"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    free_at: Mapped[datetime | None]  # pushes up to here are spoken for (GCRA)
    ramp_from: Mapped[datetime | None]  # the rate grows from here
    breaker: Mapped[Breaker] = mapped_column(choice(Breaker), default=Breaker.CLOSED)
    failures: Mapped[int] = mapped_column(default=0)  # pauses in a row
    why: Mapped[str | None] = mapped_column(String(LONGEST_WHY))
    opened_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    probe_until: Mapped[datetime | None]  # of the one that probes


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What a channel has yet to send, apart from what waits for the end of quiet hours."""

    batches: int = 0
    devices: int = 0


@dataclass(frozen=True, kw_only=True)
class KeptChannel:
    """A row as it was read; a channel that nothing was ever sent over has none, and is as this."""

    name: str
    free_at: datetime | None = None
    ramp_from: datetime | None = None
    breaker: Breaker = Breaker.CLOSED
    failures: int = 0
    why: str | None = None
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    probe_until: datetime | None = None


# Of the table, not of the mapped class: they run with every chunk that is sent.
_TABLE = cast("Table", ChannelState.__table__)
_ALL = select(_TABLE).order_by(_TABLE.c.name)
_ONE = select(_TABLE).where(_TABLE.c.name == bindparam("channel"))
_LOCKED = _ONE.with_for_update()
_CHANGE = update(_TABLE).where(_TABLE.c.name == bindparam("channel"))


def channel_states(session: Session) -> Sequence[KeptChannel]:
    """Return all rows, by name."""
    return [KeptChannel(**row) for row in session.execute(_ALL).mappings()]


def channel_state(session: Session, name: str) -> KeptChannel | None:
    """Return the row as it is now, or None; others may change it meanwhile."""
    return _one(session, _ONE, name)


def locked_channel_state(session: Session, name: str) -> KeptChannel:
    """Return the row, made if there is none; nobody else changes it until we commit."""
    kept = _one(session, _LOCKED, name)
    if kept is None:
        _make(session, name)
        kept = _one(session, _LOCKED, name)
    assert kept is not None  # noqa: S101 - rows are never taken away
    return kept


def change_channel_state(session: Session, name: str, **values: Any) -> None:
    """Write columns of a row that we hold."""
    session.execute(_CHANGE, {"channel": name, **values})


def _one(session: Session, statement: Select[Any], name: str) -> KeptChannel | None:
    row = session.execute(statement, {"channel": name}).mappings().one_or_none()
    return KeptChannel(**row) if row is not None else None


def _make(session: Session, name: str) -> None:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    values = {"name": name, "breaker": Breaker.CLOSED, "failures": 0}
    session.execute(insert(_TABLE).values(values).on_conflict_do_nothing())


def waiting_by_channel(
    session: Session, now: datetime, names: Collection[str] | None = None
) -> Mapping[str, Waiting]:
    """Return what waits for each channel: what could go out, and what was tried in vain.

    A batch that was put down in the middle, by no fault of its own, counts as a whole: so nothing
    is read of batches that nobody began, and they are many.

    names: of these channels only.
    """
    whose = [Batch.channel.in_(names)] if names is not None else []
    begun = _begun(session, whose)
    counted = session.execute(
        select(
            Batch.channel,
            func.count(),
            func.coalesce(func.sum(Batch.size).filter(Batch.attempts == 0), 0),
        )
        .where(Batch.state == BatchState.READY, _is_due(now), *whose)
        .group_by(Batch.channel)
    )
    return {
        str(channel): Waiting(batches=batches, devices=int(untried) + begun.get(str(channel), 0))
        for channel, batches, untried in counted
    }


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(Batch.not_before <= now, Batch.attempts > 0)


def _begun(session: Session, whose: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Count the devices that still wait in batches that were tried."""
    found: dict[str, int] = {}
    rows = session.execute(
        select(Batch.channel, Batch.outcomes).where(
            Batch.state == BatchState.READY, Batch.attempts > 0, *whose
        )
    )
    for channel, outcomes in rows:
        waits = np.isin(np.frombuffer(outcomes, np.uint8), WAITS).sum()
        found[str(channel)] = found.get(str(channel), 0) + int(waits)
    return found


def try_at_once(session: Session, name: str, now: datetime) -> int:
    """Let batches that a channel didn't take be tried again now; return how many.

    What waits for the end of somebody's quiet hours goes on waiting.
    """
    free = or_(Batch.lease_until.is_(None), Batch.lease_until <= now)
    hurried = session.execute(
        update(Batch)
        .where(Batch.channel == name, Batch.state == BatchState.READY, free)
        .where(Batch.last_error.is_not(None), Batch.not_before > now)
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(hurried, "rowcount", 0))
