"""Every document as received, sealed, with what became of it: nothing a feed sent is lost."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from alerts.problem import Problem
from alerts.signature import SignatureState
from alerts.store.alerts import Alert
from alerts.store.base import Base, PublicId, RowId, choice


class SubmissionOutcome(StrEnum):
    """What became of a document."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class Submission(Base):
    """One raw document."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_feed_digest", "feed_id", "digest"),
        Index("ix_submission_feed_received", "feed_id", "received_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of the bytes
    name: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)  # keyed hash of CAP's name
    signature: Mapped[SignatureState | None] = mapped_column(choice(SignatureState))
    key_id: Mapped[UUID]  # the case's key, or the document's own
    sealed_raw: Mapped[bytes | None] = mapped_column(LargeBinary)  # None after takedown
    outcome: Mapped[SubmissionOutcome] = mapped_column(choice(SubmissionOutcome))
    problems: Mapped[list[Any]]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_record.id"), index=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"))

    alert: Mapped[Alert | None] = relationship()


def submission_by_public_id(session: Session, feed_id: int, public_id: UUID) -> Submission | None:
    """Return a feed's submission; another feed's is none of its business."""
    return session.scalar(
        select(Submission).where(Submission.feed_id == feed_id, Submission.public_id == public_id)
    )


def submissions_of(
    session: Session, feed_id: int, before: int | None, limit: int
) -> Sequence[Submission]:
    """Return a feed's submissions, newest first, those older than row `before`."""
    statement = select(Submission).where(Submission.feed_id == feed_id)
    if before is not None:
        statement = statement.where(Submission.id < before)
    return session.scalars(statement.order_by(Submission.id.desc()).limit(limit)).all()


def was_seen(session: Session, feed_id: int, digest: bytes) -> bool:
    """Say whether a feed sent the same bytes before and they weren't refused."""
    found = _same(feed_id, digest).where(Submission.outcome != SubmissionOutcome.REFUSED)
    return session.scalar(found.limit(1)) is not None


def was_refused(session: Session, feed_id: int, digest: bytes) -> bool:
    """Say whether a feed sent the same bytes before and they were refused."""
    found = _same(feed_id, digest).where(Submission.outcome == SubmissionOutcome.REFUSED)
    return session.scalar(found.limit(1)) is not None


def was_held(session: Session, feed_id: int, digest: bytes) -> bool:
    """Say whether a feed sent the same bytes before and they wait for the desk, of no case."""
    found = _same(feed_id, digest).where(
        Submission.outcome == SubmissionOutcome.HELD, Submission.case_id.is_(None)
    )
    return session.scalar(found.limit(1)) is not None


def submissions_named(session: Session, feed_id: int, name: bytes) -> Sequence[Submission]:
    """Return what a feed sent under the same CAP name and wasn't refused, oldest first."""
    return session.scalars(
        select(Submission)
        .where(Submission.feed_id == feed_id, Submission.name == name)
        .where(Submission.outcome != SubmissionOutcome.REFUSED)
        .order_by(Submission.id)
    ).all()


def _same(feed_id: int, digest: bytes) -> Select[int]:
    return select(Submission.id).where(Submission.feed_id == feed_id, Submission.digest == digest)


def of_case(session: Session, case_id: int) -> Sequence[Submission]:
    """Return every document of a case."""
    return session.scalars(select(Submission).where(Submission.case_id == case_id)).all()


def was_blanked(session: Session, case_id: int) -> bool:
    """Say whether a document of the case was forgotten: one of its children was found."""
    blanked = select(Submission.id).where(
        Submission.case_id == case_id, Submission.sealed_raw.is_(None)
    )
    return session.scalar(blanked.limit(1)) is not None


def old_refused(session: Session, before: datetime) -> Sequence[Submission]:
    """Return refused documents of no case that were kept long enough."""
    return session.scalars(
        select(Submission).where(
            Submission.case_id.is_(None),
            Submission.sealed_raw.is_not(None),
            Submission.received_at < before,
        )
    ).all()


def as_json(problems: Sequence[Problem]) -> list[Any]:
    """Return problems as they are stored."""
    return [problem.model_dump() for problem in problems]
