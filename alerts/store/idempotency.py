"""Remembers what was answered to an `Idempotency-Key`, so that a repeat gets the same answer.

The answer is sealed under the instance's key: it may hold a token that is shown once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, RowId
from alerts.store.engine import Store

_here: set[bytes] = set()  # requests that this process has in hand
_one = threading.Lock()


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


@contextmanager
def in_hand(store: Store, lookup: bytes) -> Iterator[bool]:
    """Take a request in hand until it is answered; False: somebody has it in hand already.

    In PostgreSQL that holds across processes, by an advisory lock of a connection of its own: it
    is no transaction, and goes with the connection if the process dies.
    """
    with _one:
        is_free = lookup not in _here
        _here.add(lookup)
    if not is_free:
        yield False
        return
    try:
        with _across_processes(store, lookup) as is_free:
            yield is_free
    finally:
        _here.discard(lookup)


@contextmanager
def _across_processes(store: Store, lookup: bytes) -> Iterator[bool]:
    if store.is_sqlite:  # one process answers all requests
        yield True
        return
    number = {"n": int.from_bytes(lookup[:8], "big", signed=True)}
    engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        is_free = connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), number)
        try:
            yield bool(is_free)
        finally:
            if is_free:
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), number)
