"""Does the book of deeds show when somebody changed it?"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta, timezone

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.errors import NotFound
from alerts.store.engine import Store
from alerts.store.staff import AuditEntry, Staff, first_broken_link, record, staff_by_name
from tests.fakes.clock import NOON


def write(store: Store, deed: str, **details: object) -> None:
    with store.begin() as session:
        record(session, NOON, actor="system", deed=deed, subject="alert:1", **details)


def broken(store: Store) -> int | None:
    with store.read() as session:
        return first_broken_link(session)


@pytest.fixture
def book(store: Store) -> list[int]:
    for number in range(4):
        write(store, "alert.live", revision=number, tier=Tier.AMBER, share=0.25, why=["a", None])
    with store.read() as session:
        return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def test_an_untouched_book_is_whole(store: Store, book: list[int]) -> None:
    assert broken(store) is None


def test_an_empty_book_is_whole(store: Store) -> None:
    assert broken(store) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "staff:ana"},
        {"deed": "alert.ended"},
        {"subject": "alert:2"},
        {"details": {"revision": 9}},
        {"done_at": NOON + timedelta(seconds=1)},
        {"digest": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_is_changed_in_an_entry_is_found(
    store: Store, book: list[int], change: dict[str, object]
) -> None:
    with store.begin() as session:
        entry = session.get_one(AuditEntry, book[1])
        for name, value in change.items():
            setattr(entry, name, value)
    assert broken(store) == book[1]


def test_an_entry_that_was_taken_out_is_missed_by_the_next(store: Store, book: list[int]) -> None:
    with store.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == book[1]))
    assert broken(store) == book[2]


def test_those_who_write_at_once_keep_the_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: write(store, "alert.live", n=n), range(40)))
    assert broken(store) is None
    with store.read() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == 40


def test_the_chain_holds_for_a_deed_told_in_another_time_zone(store: Store) -> None:
    with store.begin() as session:
        local = NOON.astimezone(timezone(timedelta(hours=-5)))
        record(session, local, actor="staff:ana", deed="alert.recalled", subject="alert:1")
    assert broken(store) is None


def test_what_failed_leaves_no_deed(store: Store, book: list[int]) -> None:
    with store.begin() as session:
        record(session, NOON, actor="system", deed="alert.live", subject="alert:1")
        session.rollback()
    write(store, "alert.ended")
    assert broken(store) is None


def test_staff_are_found_by_name_or_said_to_be_missing(store: Store) -> None:
    with store.begin() as session:
        session.add(Staff(name="ana", role="approver", joined_at=NOON))
    with store.read() as session:
        assert staff_by_name(session, "ana").role == "approver"
        with pytest.raises(NotFound, match="staff add"):
            staff_by_name(session, "ben")


def test_what_was_undone_is_in_no_book_and_the_rest_is(store: Store) -> None:
    with store.begin() as session:
        note(session, "first")
        with suppress(IntegrityError), session.begin_nested():
            note(session, "undone")
            with session.begin_nested():
                note(session, "undone with it")
            session.add_all([Staff(name="ana", role="admin", joined_at=NOON) for _ in range(2)])
            session.flush()
        with session.begin_nested():
            note(session, "second")
    with suppress(RuntimeError), store.begin() as session:
        note(session, "never")
        raise RuntimeError
    with store.read() as session:
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds == ["first", "second"]
    assert broken(store) is None


def test_who_has_done_something_makes_nobody_wait_until_it_commits(postgresql_url: str) -> None:
    store = Store(postgresql_url)
    with store.begin() as slow:
        note(slow, "slow")
        slow.flush()
        with store.begin() as quick:  # else these two would wait for each other for ever
            quick.execute(text("SET LOCAL lock_timeout = '2s'"))
            note(quick, "quick")
    assert broken(store) is None
    store.close()


def note(session: Session, deed: str) -> None:
    record(session, NOON, actor="system", deed=deed, subject="alert:1")
