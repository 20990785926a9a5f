"""Who works at the desk, and the book of who did what: a chain that can't be rewritten."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, RowId
from alerts.store.turns import AUDIT, take_turns

CHAIN_START = bytes(32)


class Staff(Base):
    """A person of the alert desk."""

    __tablename__ = "staff"

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(16))  # viewer, editor, approver, admin
    joined_at: Mapped[datetime]


class AuditEntry(Base):
    """One deed. `digest` covers the entry and the one before; no minor's data is ever in it."""

    __tablename__ = "audit_entry"

    id: Mapped[RowId]
    done_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))  # "staff:ana", "feed:ncmec", "system"
    deed: Mapped[str] = mapped_column(String(60))  # "alert.approved"
    subject: Mapped[str] = mapped_column(String(120))  # "alert:<public id>"
    details: Mapped[dict[str, Any]]
    digest: Mapped[bytes] = mapped_column(LargeBinary)


def staff_by_name(session: Session, name: str) -> Staff:
    """Return the person; NotFound if nobody of that name works at the desk."""
    person = session.scalar(select(Staff).where(Staff.name == name))
    if person is None:
        raise NotFound(f"nobody named {name!r} works at the desk; add them: porchlight staff add")
    return person


def all_staff(session: Session) -> Sequence[Staff]:
    """Return everybody who works at the desk, in the order in which they joined."""
    return session.scalars(select(Staff).order_by(Staff.id)).all()


def record(
    session: Session, now: datetime, *, actor: str, deed: str, subject: str, **details: Any
) -> None:
    """Write a deed into the book, chained to the one before."""
    take_turns(session, AUDIT)
    last = session.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(done_at=now, actor=actor, deed=deed, subject=subject, details=details)
    entry.digest = _digest(last or CHAIN_START, entry)
    session.add(entry)  # flushed before the next one asks for the last digest


def first_broken_link(session: Session) -> int | None:
    """Return the id of the first entry that was changed after it was written, or None."""
    before = CHAIN_START
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        if entry.digest != _digest(before, entry):
            return entry.id
        before = entry.digest
    return None


def _digest(before: bytes, entry: AuditEntry) -> bytes:
    done_at = entry.done_at.astimezone(UTC)  # as it comes back from the database
    said = [done_at.isoformat(), entry.actor, entry.deed, entry.subject, entry.details]
    return hashlib.sha256(before + json.dumps(said, sort_keys=True).encode()).digest()
