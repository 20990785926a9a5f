"""Holds the keys of the cases, apart from the data: throwing one away is the takedown.

Embedded: its own SQLite file with `secure_delete`; scaled: a database of its own. Keys are cut
ahead of need, POOL_SIZE at a time in one commit, so that taking in a poster writes to one
database only. A cut key that no case names is worth nothing to anybody.
"""

import secrets
import threading
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import (
    Engine,
    LargeBinary,
    MetaData,
    String,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from uuid_utils.compat import uuid7

from alerts.clock import Clock, utc_now
from alerts.store.base import UtcDateTime

log = structlog.get_logger()

POOL_SIZE = 64
KEY_BYTES = 32  # AES-256, HMAC-SHA256, Ed25519 seed


class Keys(Protocol):
    """What a vault asks of a keyring."""

    def take(self) -> UUID:
        """Return the id of a fresh key."""
        ...

    def secret(self, key_id: UUID) -> bytes | None:
        """Return a key's bytes, or None once it was destroyed."""
        ...

    def own(self, role: str) -> bytes:
        """Return the instance's own key for `role`."""
        ...

    def destroy(self, key_id: UUID) -> bool:
        """Throw a key away; True if it was still there."""
        ...


class KeyringBase(DeclarativeBase):
    """Base of the keyring's only table, kept out of the main database's metadata."""

    metadata = MetaData()


class SealingKey(KeyringBase):
    """One key."""

    __tablename__ = "sealing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str | None] = mapped_column(String(24), unique=True)  # of the instance's own keys
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    cut_at: Mapped[datetime] = mapped_column(UtcDateTime())


_SECRET = select(SealingKey.secret).where(SealingKey.id == bindparam("key_id"))  # made once


class Keyring:
    """Cuts, hands out and destroys keys."""

    def __init__(self, url: str, clock: Clock = utc_now) -> None:
        self._engine = _make_engine(url)
        _create_table(self._engine)
        self._sessions = sessionmaker(self._engine)
        self._clock = clock
        self._lock = threading.Lock()
        self._pool: list[UUID] = []

    def take(self) -> UUID:
        """Return the id of a fresh key that is already safe on disk."""
        with self._lock:
            if not self._pool:
                self._pool = self._cut(POOL_SIZE)
            return self._pool.pop()

    def secret(self, key_id: UUID) -> bytes | None:
        """Return a key's bytes, or None once it was destroyed."""
        with self._engine.connect() as connection:
            return connection.scalar(_SECRET, {"key_id": key_id})

    def own(self, role: str) -> bytes:
        """Return the instance's own key for `role`, cut at the first call."""
        with self._lock:
            found = self._own(role)
            if found is None:
                try:
                    self._cut(1, role)
                except IntegrityError:
                    log.debug("another_process_was_first", role=role)
                found = self._own(role)
        if found is None:
            raise RuntimeError(f"the keyring keeps no key for {role}")
        return found

    def _own(self, role: str) -> bytes | None:
        with self._sessions() as session:
            return session.scalar(select(SealingKey.secret).where(SealingKey.role == role))

    def destroy(self, key_id: UUID) -> bool:
        """Throw a key away; True if it was still there."""
        with self._lock, self._sessions.begin() as session:
            key = session.get(SealingKey, key_id)
            if key is None:
                return False
            key.secret = bytes(KEY_BYTES)  # overwritten in place, then deleted
            session.flush()
            session.delete(key)
            return True

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _cut(self, count: int, role: str | None = None) -> list[UUID]:
        keys = [
            SealingKey(
                id=uuid7(), role=role, secret=secrets.token_bytes(KEY_BYTES), cut_at=self._clock()
            )
            for _ in range(count)
        ]
        ids = [key.id for key in keys]
        with self._sessions.begin() as session:
            session.add_all(keys)
        return ids


def _create_table(engine: Engine) -> None:
    """Make the table; processes that start together on a fresh keyring may get in each other's way.

    Whoever comes second fails (OperationalError, or IntegrityError of PostgreSQL's catalogue) and
    finds the table there.
    """
    try:
        KeyringBase.metadata.create_all(engine)
    except DBAPIError:
        KeyringBase.metadata.create_all(engine)


def _make_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, pool_size=16, max_overflow=32)
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # No WAL here: a write-ahead log would keep a copy of a destroyed key until the next checkpoint.
    for pragma in ("journal_mode=DELETE", "secure_delete=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()
    connection.execute("PRAGMA busy_timeout=30000").close()
