"""Opens the database: one engine, short transactions, the same for SQLite and PostgreSQL.

`Store.begin()` is the only way to write, `Store.read()` the only way to read. In SQLite there is
one writer at a time: writers of this process queue at a lock (fair and quick) instead of polling
the file, writers of other processes wait up to BUSY_TIMEOUT_MS.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 30_000
SCRUB_WAITS_MS = 200
# Keeps the pages of a million neighborhoods' index in memory; negative is KiB (sqlite.org/pragma).
SQLITE_CACHE = -64_000


class Store:
    """The main database."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._write_lock: AbstractContextManager[Any] = (
            threading.Lock() if self.is_sqlite else nullcontext()
        )
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(**_reading(self.is_sqlite))
        self._reading = sessionmaker(reader, expire_on_commit=False)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction that may write; commits at the end, rolls back on an error."""
        with self._write_lock, self._writing.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads, on one consistent state."""
        with self._reading() as session:
            yield session

    def scrub(self) -> None:
        """Empty SQLite's write-ahead log: what was deleted must not live on in it.

        Busy readers may keep part of it for now; the next call or SQLite's own checkpoint takes it.
        """
        if not self.is_sqlite:
            return
        with self._write_lock, self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            connection.rollback()  # a checkpoint runs outside a transaction
            if raw is not None:  # writers wait meanwhile: it must not wait long for a reader
                raw.execute(f"PRAGMA busy_timeout={SCRUB_WAITS_MS}").close()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
                raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _reading(is_sqlite: bool) -> dict[str, Any]:
    """Return the options under which the database itself refuses writes, and keeps one state."""
    if is_sqlite:
        return {"read_only": True}  # a transaction in WAL sees the state of its first read
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def make_engine(url: str) -> Engine:
    """Make an engine for a SQLAlchemy URL (sqlite or postgresql+psycopg)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_size=16, max_overflow=32, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(  # lifo: few connections, few caches, unless many are at it at once
        parsed, pool_size=32, max_overflow=32, pool_use_lifo=True, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an alert that was accepted survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted leaves no trace in free pages
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        f"cache_size={SQLITE_CACHE}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once, so that a transaction never fails at its first write."""
    read_only = connection.get_execution_options().get("read_only", False)
    if connection.info.get("read_only") is not read_only:  # as it was with the transaction before
        connection.info.pop("read_only", None)
        connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
        connection.info["read_only"] = read_only
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
