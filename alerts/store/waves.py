"""What is to be sent and what became of it: waves, and batches of up to 500 devices.

A batch packs its devices, their owners, the neighborhoods that matched and one outcome byte each,
so that a million devices are 2,000 rows. Row ids are never used again (AUTOINCREMENT), so an id in
a batch means the same device for ever, or nobody.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.alert import WaveKind
from alerts.push import Outcome
from alerts.store.base import Base, BigKey, PublicId, RowId, choice
from alerts.store.subscribers import Channel

Ids = NDArray[np.int64]
Outcomes = NDArray[np.uint8]

# Lower goes first: amber before everything, an end before anything new of a low tier, and last what
# makes no sound.
PRIORITY_AMBER, PRIORITY_END, PRIORITY_OTHER, PRIORITY_SILENT = 0, 1, 2, 3


class BatchState(StrEnum):
    """Where a batch stands; `leased` is `ready` with a lease that has not run out."""

    READY = "ready"
    DONE = "done"
    PARKED = "parked"  # refused for a fault of ours; a person must look


class Wave(Base):
    """One fan-out of one alert revision."""

    __tablename__ = "wave"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    revision: Mapped[int]
    kind: Mapped[WaveKind] = mapped_column(choice(WaveKind))
    priority: Mapped[int]
    silent: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(index=True)  # the sweep: a clock that went back
    change_seq: Mapped[int] = mapped_column(BigKey)  # neighborhoods as of this change
    people: Mapped[int]
    devices: Mapped[int]
    capped: Mapped[int] = mapped_column(default=0)  # people left out by their weekly cap


class Batch(Base):
    """Up to 500 devices of a wave that share channel, language and release time."""

    __tablename__ = "batch"
    __table_args__ = (
        Index(
            "ix_batch_ready",  # all that choosing the next one and the sweep ask: rows are long
            *("channel", "priority", "turn", "id", "not_before", "lease_until", "attempts"),
            "state",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "ix_batch_wrong",  # what a person may have to look at
            *("state", "channel"),
            sqlite_where=text("last_error IS NOT NULL"),
            postgresql_where=text("last_error IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    language: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    # its place among those of its wave that go out at the same time on its channel: alerts take
    # turns by it
    turn: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    silent: Mapped[bool] = mapped_column(default=False)
    size: Mapped[int]
    device_ids: Mapped[bytes] = mapped_column(LargeBinary)  # int64 big-endian
    subscriber_ids: Mapped[bytes] = mapped_column(LargeBinary)  # int64 big-endian
    neighborhood_ids: Mapped[bytes] = mapped_column(LargeBinary)  # int64 big-endian, 0: none
    outcomes: Mapped[bytes] = mapped_column(LargeBinary)  # uint8, alerts.push.Outcome
    state: Mapped[BatchState] = mapped_column(choice(BatchState))
    not_before: Mapped[datetime]  # quiet hours, or the next try
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[UUID | None]
    last_error: Mapped[str | None] = mapped_column(String(200))
    reasons: Mapped[dict[str, Any] | None]  # the channel's code → devices that failed for good
    # devices handed over again because the answer of the time before was lost
    repeats: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    done_at: Mapped[datetime | None]

    def devices(self) -> Ids:
        """Device ids, in order."""
        return unpack_ids(self.device_ids)

    def people(self) -> Ids:
        """The owner of each device."""
        return unpack_ids(self.subscriber_ids)

    def neighborhoods(self) -> Ids:
        """The neighborhood by which each device was reached; 0 where none counts."""
        return unpack_ids(self.neighborhood_ids)

    def outcome_array(self) -> Outcomes:
        """One outcome each, a copy that may be changed."""
        return np.frombuffer(self.outcomes, np.uint8).copy()


class Receipt(Base):
    """A device's word that it showed or opened an alert."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index(
            "uq_receipt_alert_subscriber_device_wave_event",
            *("alert_id", "subscriber_id", "device_id", "wave_id", "event"),
            unique=True,
        ),
    )

    id: Mapped[RowId]
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    # 0: the app didn't say which
    device_id: Mapped[int] = mapped_column(BigKey, default=0, server_default=text("0"))
    # the first wave of those that told the same; 0: we don't know what it showed
    wave_id: Mapped[int] = mapped_column(BigKey, default=0, server_default=text("0"))
    event: Mapped[str] = mapped_column(String(12))  # shown, opened, dismissed
    received_at: Mapped[datetime]


class Report(Base):
    """A neighbour's word that an alert is wrong: a reason to choose, never free text (rule 1)."""

    __tablename__ = "report"

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(24))
    received_at: Mapped[datetime]


def pack_ids(ids: Ids) -> bytes:
    """Write ids as PostgreSQL's int8send does, so that it can make batches by itself."""
    return ids.astype(">i8").tobytes()


def unpack_ids(packed: bytes) -> Ids:
    """Read what `pack_ids` wrote."""
    return np.frombuffer(packed, ">i8").astype(np.int64)


def waves_of(session: Session, alert_id: int) -> Sequence[Wave]:
    """Return an alert's waves, oldest first."""
    return session.scalars(select(Wave).where(Wave.alert_id == alert_id).order_by(Wave.id)).all()


def batches_of_alert(session: Session, alert_id: int, kinds: Sequence[WaveKind]) -> Iterator[Batch]:
    """Stream the batches of an alert's waves of those kinds."""
    yield from session.scalars(
        select(Batch)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.alert_id == alert_id, Wave.kind.in_(kinds))
        .order_by(Batch.id)
        .execution_options(yield_per=200)
    )


def batches_naming(
    session: Session, subscriber_id: int, alert_ids: Collection[int] | None = None
) -> Iterator[tuple[Wave, Batch]]:
    """Stream the batches in which a person may be, of all alerts or of some; oldest first.

    The database compares packed bytes, so a batch may come along that doesn't name the person:
    look at `people()`.
    """
    needle = pack_ids(np.array([subscriber_id]))
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    position = func.pg_catalog.position if is_postgresql else func.instr
    statement = (
        select(Wave, Batch)
        .join(Batch, Batch.wave_id == Wave.id)
        .where(position(Batch.subscriber_ids, needle) > 0)
        .order_by(Batch.id)
    )
    if alert_ids is not None:
        statement = statement.where(Wave.alert_id.in_(alert_ids))
    for row in session.execute(statement.execution_options(yield_per=200)):
        yield row.Wave, row.Batch


def receipts_of(session: Session, subscriber_id: int) -> Sequence[Receipt]:
    """Return a person's receipts, oldest first."""
    return session.scalars(
        select(Receipt).where(Receipt.subscriber_id == subscriber_id).order_by(Receipt.id)
    ).all()


def reports_of(session: Session, subscriber_id: int) -> Sequence[Report]:
    """Return a person's reports, oldest first."""
    return session.scalars(
        select(Report).where(Report.subscriber_id == subscriber_id).order_by(Report.id)
    ).all()


def count_outcomes(session: Session, wave_id: int) -> dict[Outcome, int]:
    """Return how many devices of a wave have each outcome."""
    total = np.zeros(256, np.int64)
    for outcomes in session.scalars(select(Batch.outcomes).where(Batch.wave_id == wave_id)):
        total += np.bincount(np.frombuffer(outcomes, np.uint8), minlength=256)
    return {outcome: int(total[outcome]) for outcome in Outcome if total[outcome]}
