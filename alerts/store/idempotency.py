"""Remembers what was answered to an `Idempotency-Key`, so that a repeat gets the same answer.

The answer is sealed under the instance's key: it may hold a token that is shown once.
"""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, RowId


class RememberedAnswer(Base):
    """One answered request."""

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("lookup"),)

    id: Mapped[RowId]
    lookup: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of who, where and the key
    who: Mapped[bytes] = mapped_column(LargeBinary, index=True)  # keyed hash of who asked
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of the body
    status: Mapped[int]
    sealed_body: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime]


def remembered(session: Session, lookup: bytes) -> RememberedAnswer | None:
    """Return what was answered before."""
    return session.scalar(select(RememberedAnswer).where(RememberedAnswer.lookup == lookup))


def forget_before(session: Session, moment: datetime) -> None:
    """Forget answers older than `moment`."""
    session.execute(delete(RememberedAnswer).where(RememberedAnswer.answered_at < moment))


def forget_of(session: Session, who: bytes) -> None:
    """Forget what was answered to somebody who is erased."""
    session.execute(delete(RememberedAnswer).where(RememberedAnswer.who == who))
