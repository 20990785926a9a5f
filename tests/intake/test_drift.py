"""Is a field that a feed never sent before noted, and told to the desk once?"""

from datetime import timedelta

import pytest

from alerts.intake.drift import AGAIN_AFTER, MOST_FIELDS, DriftBook
from alerts.store.drift import fields_of, see_to_fields
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.notices import open_notices
from tests.fakes.clock import NOON

pytest_plugins = ("tests.store.databases",)


@pytest.fixture
def feed(store: Store) -> Feed:
    with store.begin() as session:
        made = Feed(slug="police", kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=NOON)
        session.add(made)
    return made


def note(store: Store, book: DriftBook, feed: Feed, *paths: str, later: timedelta) -> None:
    with store.begin() as session:
        book.note(session, feed, paths, NOON + later)


def seen(store: Store, feed: Feed) -> dict[str, int]:
    with store.read() as session:
        return {field.path: field.documents for field in fields_of(session, feed.id)}


def notices(store: Store) -> list[str]:
    with store.read() as session:
        return [notice.message for notice in open_notices(session)]


def test_a_new_field_is_noted_and_told_once(store: Store, feed: Feed) -> None:
    book = DriftBook()
    note(store, book, feed, "/children/*/hat", "/weather", later=timedelta())
    note(store, book, feed, "/weather", later=timedelta(seconds=1))
    note(store, book, feed, "/weather", later=2 * AGAIN_AFTER)
    assert seen(store, feed) == {"/children/*/hat": 1, "/weather": 2}
    assert notices(store) == [
        "The feed police sends fields that it never sent before: /children/*/hat, /weather"
    ]


def test_a_process_that_starts_anew_tells_nothing_twice(store: Store, feed: Feed) -> None:
    note(store, DriftBook(), feed, "/weather", later=timedelta())
    note(store, DriftBook(), feed, "/weather", later=timedelta(seconds=1))
    assert len(notices(store)) == 1
    assert seen(store, feed) == {"/weather": 2}


def test_what_was_seen_to_is_shown_no_more(store: Store, feed: Feed) -> None:
    note(store, DriftBook(), feed, "/weather", later=timedelta())
    with store.begin() as session:
        assert see_to_fields(session, feed.id, NOON) == 1
    assert seen(store, feed) == {}


def test_a_key_that_may_be_a_name_is_not_written_down(store: Store, feed: Feed) -> None:
    note(store, DriftBook(), feed, "/children/Jane Example", "/" + "x" * 300, later=timedelta())
    assert set(seen(store, feed)) == {"/children/(odd name)", "/(odd name)"}


def test_who_makes_names_up_fills_no_table(store: Store, feed: Feed) -> None:
    book = DriftBook()
    for start in range(0, 3 * MOST_FIELDS, 100):
        names = [f"/f{n}" for n in range(start, start + 100)]
        note(store, book, feed, *names, later=timedelta())
    assert len(seen(store, feed)) == MOST_FIELDS
    note(store, DriftBook(), feed, *(f"/g{n}" for n in range(9)), later=timedelta())
    assert len(seen(store, feed)) == MOST_FIELDS  # nor does a process that starts anew
    note(store, book, feed, "/f1", "/g1", later=2 * AGAIN_AFTER)
    assert seen(store, feed)["/f1"] == 2


def test_who_makes_names_up_hides_no_other_feeds_drift(store: Store, feed: Feed) -> None:
    book = DriftBook()
    note(store, book, feed, *(f"/f{n}" for n in range(2 * MOST_FIELDS)), later=timedelta())
    with store.begin() as session:
        other = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.AUTO, created_at=NOON)
        session.add(other)
    note(store, book, other, "/weather", later=timedelta())
    assert seen(store, other) == {"/weather": 1}


def test_a_document_without_unknown_fields_costs_nothing(store: Store, feed: Feed) -> None:
    note(store, DriftBook(), feed, later=timedelta())
    assert seen(store, feed) == {}
    assert notices(store) == []
