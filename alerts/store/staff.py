"""Who works at the desk, and the book of who did what: a chain that can't be rewritten."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary, String, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, RowId
from alerts.store.turns import AUDIT, take_turns

CHAIN_START = bytes(32)
_DEEDS = "audit.deeds"  # in session.info: what the transaction did, and in which savepoint


class Role(StrEnum):
    """What a person of the desk may do: each what those before may, and more."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"

    def is_at_least(self, least: "Role") -> bool:
        """Say whether this role may what `least` may."""
        order = list(Role)
        return order.index(self) >= order.index(least)


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


_END_OF_CHAIN = select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
_Deed = tuple[AuditEntry, SessionTransaction | None]


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
    """Write a deed into the book, chained to the one before, as its transaction commits.

    Only then: who holds the end of the chain waits for nobody any more, so that transactions that
    take turns at cases and alerts never wait for each other crosswise.
    """
    entry = AuditEntry(done_at=now, actor=actor, deed=deed, subject=subject, details=details)
    if _DEEDS not in session.info:
        session.info[_DEEDS] = []
        event.listen(session, "before_commit", _chain)
        event.listen(session, "after_soft_rollback", _forget_undone)
    at = session.get_nested_transaction() or session.get_transaction()
    session.info[_DEEDS].append((entry, at))


def _chain(session: Session) -> None:
    """Chain what the transaction did to the end of the book, in its turn."""
    deeds: list[_Deed] = session.info[_DEEDS]
    if not deeds or session.in_nested_transaction():
        return
    session.flush()  # from here on nothing is waited for but this turn
    take_turns(session, AUDIT)
    before = session.scalar(_END_OF_CHAIN)
    for entry, _ in deeds:
        before = entry.digest = _digest(before or CHAIN_START, entry)
        session.add(entry)
    deeds.clear()


def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    """Forget what was done in a savepoint, or a transaction, that was rolled back."""
    while not undone.nested and undone.parent is not None:  # a flush that failed in it
        undone = undone.parent
    deeds: list[_Deed] = session.info[_DEEDS]
    deeds[:] = [deed for deed in deeds if not _is_within(deed[1], undone)]


def _is_within(at: SessionTransaction | None, undone: SessionTransaction) -> bool:
    while at is not None and at is not undone:
        at = at.parent
    return at is undone


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
