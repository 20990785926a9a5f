"""Did a phone show the push that its owner asked for? Asked by the web, sent by a worker.

A row that nobody tried is to be sent. Who sends it takes it first, by a conditional UPDATE, and
never gives it back: a test that was lost is asked for again by the person who waits for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, PublicId, RowId
from alerts.store.subscribers import Device

ANSWER_WITHIN = timedelta(seconds=60)  # also how long a push service keeps it for a phone
KEPT = timedelta(days=1)
AT_ONCE = 100


class SelfTest(Base):
    """One push on demand, for one device."""

    __tablename__ = "self_test"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]  # what the push carries as its alert id
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    tried_at: Mapped[datetime | None]  # a worker took it
    pushed_at: Mapped[datetime | None]  # handed to the push service, which took it
    failed: Mapped[str | None] = mapped_column(String(60))  # why it didn't
    shown_at: Mapped[datetime | None]


def due_self_tests(session: Session, now: datetime) -> Sequence[int]:
    """Return the tests that nobody tried yet, oldest first; one that is too old is forgotten."""
    return session.scalars(
        select(SelfTest.id)
        .where(SelfTest.asked_at > now - ANSWER_WITHIN, SelfTest.tried_at.is_(None))
        .order_by(SelfTest.id)
        .limit(AT_ONCE)
    ).all()


def take_self_test(session: Session, test_id: int, now: datetime) -> SelfTest | None:
    """Take a test to send it; None if another did."""
    result: Any = session.execute(
        update(SelfTest)
        .where(SelfTest.id == test_id, SelfTest.tried_at.is_(None))
        .values(tried_at=now)
        .execution_options(synchronize_session=False)
    )
    taken = result.rowcount == 1 if isinstance(result, CursorResult) else False
    return session.get(SelfTest, test_id, populate_existing=True) if taken else None


def asked_since(session: Session, device_id: int, since: datetime) -> Sequence[datetime]:
    """Return when this device's tests were asked for, later than `since`, oldest first."""
    return session.scalars(
        select(SelfTest.asked_at)
        .where(SelfTest.device_id == device_id, SelfTest.asked_at > since)
        .order_by(SelfTest.asked_at)
    ).all()


def newest_self_test(session: Session, device_id: int) -> SelfTest | None:
    """Return the last test that was asked for on a device."""
    return session.scalar(
        select(SelfTest)
        .where(SelfTest.device_id == device_id)
        .order_by(SelfTest.id.desc())
        .limit(1)
    )


def own_self_test(session: Session, public_id: UUID, subscriber_id: int) -> SelfTest | None:
    """Return a person's own test."""
    return session.scalar(
        select(SelfTest)
        .join(Device, Device.id == SelfTest.device_id)
        .where(SelfTest.public_id == public_id, Device.subscriber_id == subscriber_id)
    )


def self_tests_of(session: Session, subscriber_id: int) -> Sequence[tuple[SelfTest, str]]:
    """Return a person's tests, each with the app's name for its device, oldest first."""
    rows = session.execute(
        select(SelfTest, Device.device_key)
        .join(Device, Device.id == SelfTest.device_id)
        .where(Device.subscriber_id == subscriber_id)
        .order_by(SelfTest.id)
    )
    return [(row.SelfTest, row.device_key) for row in rows]


def forget_self_tests(session: Session, now: datetime) -> None:
    """Forget tests of yesterday."""
    session.execute(delete(SelfTest).where(SelfTest.asked_at < now - KEPT))
