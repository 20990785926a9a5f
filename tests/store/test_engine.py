"""Do writers take turns, and does a reader see one state?"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from tests.fakes.clock import NOON

WRITERS = 16


def add_feed(store: Store, slug: str, then: Callable[[], object] = lambda: None) -> None:
    with store.begin() as session:
        # reading first is what makes a deferred transaction fail at its first write
        session.scalar(select(func.count()).select_from(Feed))
        session.add(Feed(slug=slug, kind=FeedKind.CAP, trust=Trust.REVIEW, created_at=NOON))
        session.flush()
        then()


def count_feeds(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(Feed)) or 0


def test_a_transaction_is_committed_at_its_end(store: Store) -> None:
    add_feed(store, "police")
    assert count_feeds(store) == 1


def test_an_error_leaves_nothing_behind(store: Store) -> None:
    add_feed(store, "police")
    with pytest.raises(IntegrityError):
        add_feed(store, "police")
    with pytest.raises(ZeroDivisionError):
        add_feed(store, "county", then=lambda: 1 // 0)
    assert count_feeds(store) == 1


def test_many_writers_at_once_all_succeed(store: Store) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda n: add_feed(store, f"feed-{n}"), range(WRITERS * 4)))
    assert count_feeds(store) == WRITERS * 4


def test_writers_of_two_processes_wait_for_each_other(store: Store, database_url: str) -> None:
    other = Store(database_url)  # has a lock of its own, as another process would
    try:
        with ThreadPoolExecutor(8) as threads:
            stores = [store, other] * 20
            list(threads.map(lambda n: add_feed(stores[n], f"feed-{n}"), range(40)))
    finally:
        other.close()
    assert count_feeds(store) == 40


def test_a_reader_sees_one_state_however_much_is_written_meanwhile(store: Store) -> None:
    add_feed(store, "police")
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(Feed))
        add_feed(store, "county")
        assert session.scalar(select(func.count()).select_from(Feed)) == before == 1
    assert count_feeds(store) == 2


def test_nothing_that_a_reader_writes_stays(store: Store) -> None:
    with store.read() as session:
        session.add(Feed(slug="police", kind=FeedKind.CAP, trust=Trust.REVIEW, created_at=NOON))
        with pytest.raises(DBAPIError, match=r"read.?only"):
            session.flush()
    assert count_feeds(store) == 0
    add_feed(store, "police")  # the connection writes again


def test_readers_dont_wait_for_a_writer(store: Store) -> None:
    seen, is_written, may_commit = [], threading.Event(), threading.Event()

    def commit_late() -> None:
        is_written.set()
        assert may_commit.wait(10)

    writer = threading.Thread(target=add_feed, args=(store, "police", commit_late))
    writer.start()
    try:
        assert is_written.wait(10)
        seen.append(count_feeds(store))
    finally:
        may_commit.set()
        writer.join(10)
    assert [*seen, count_feeds(store)] == [0, 1]


class TestSqlite:
    @pytest.fixture
    def sqlite(self, migrated_sqlite: Path) -> Store:
        return Store(f"sqlite:///{migrated_sqlite}")

    def test_a_writer_takes_the_lock_at_once_and_a_reader_doesnt(self, sqlite: Store) -> None:
        said: list[str] = []
        event.listen(
            sqlite.engine,
            "before_cursor_execute",
            lambda *call: said.append(call[2]),
        )
        with sqlite.begin() as session:
            session.execute(text("SELECT 1"))
        with sqlite.read() as session:
            session.execute(text("SELECT 1"))
        assert [s for s in said if s.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]
        sqlite.close()

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
    )
    def test_a_connection_is_safe_against_power_cuts_and_forgets(
        self, sqlite: Store, pragma: str, value: object
    ) -> None:
        with sqlite.read() as session:
            assert session.scalar(text(f"PRAGMA {pragma}")) == value
        sqlite.close()
