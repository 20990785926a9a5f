"""Is a feed found, is it due when it should be, and is it known how far it was read?"""

import pytest

from alerts.errors import NotFound
from alerts.store.engine import Store
from alerts.store.feeds import (
    Feed,
    FeedKind,
    Trust,
    all_feeds,
    checkpoint,
    due_feeds,
    feed_by_slug,
    pulled_feeds,
    set_checkpoint,
)
from tests.fakes.clock import NOON, StandingClock


def add_feed(store: Store, slug: str, kind: FeedKind = FeedKind.NCMEC) -> Feed:
    with store.begin() as session:
        feed = Feed(slug=slug, kind=kind, trust=Trust.REVIEW, created_at=NOON)
        session.add(feed)
    return feed


def test_a_feed_is_found_by_its_slug_or_not_at_all(store: Store) -> None:
    add_feed(store, "police")
    with store.read() as session:
        assert feed_by_slug(session, "police").slug == "police"
        with pytest.raises(NotFound, match="county"):
            feed_by_slug(session, "county")


def test_feeds_are_listed_by_name_and_the_pulled_ones_apart(store: Store) -> None:
    add_feed(store, "ncmec")
    add_feed(store, "county", FeedKind.CAP)
    paused = add_feed(store, "closed")
    with store.begin() as session:
        session.get_one(Feed, paused.id).paused = True
    with store.read() as session:
        assert [feed.slug for feed in all_feeds(session)] == ["closed", "county", "ncmec"]
        assert [feed.slug for feed in pulled_feeds(session)] == ["ncmec"]


def test_a_pulled_feed_is_due_when_its_time_has_come_and_it_isnt_paused(store: Store) -> None:
    clock = StandingClock()
    for slug, kind in (
        ("new", FeedKind.NCMEC),
        ("pushes", FeedKind.CAP),
        ("rests", FeedKind.NCMEC),
    ):
        add_feed(store, slug, kind)
    with store.begin() as session:
        feed_by_slug(session, "rests").next_poll_at = NOON

    def due() -> list[str]:
        with store.read() as session:
            return sorted(feed.slug for feed in due_feeds(session, clock()))

    clock.move_on(seconds=-1)
    assert due() == ["new"]
    clock.move_on(seconds=1)
    assert due() == ["new", "rests"]
    with store.begin() as session:
        feed_by_slug(session, "new").paused = True
    assert due() == ["rests"]


def test_a_checkpoint_is_kept_per_feed_and_name_and_replaced(store: Store) -> None:
    police, county = add_feed(store, "police"), add_feed(store, "county")
    with store.begin() as session:
        assert checkpoint(session, police, "page") is None
        set_checkpoint(session, police, "page", "1", NOON)
        set_checkpoint(session, police, "modified", "yesterday", NOON)
        set_checkpoint(session, county, "page", "7", NOON)
    with store.begin() as session:
        set_checkpoint(session, police, "page", "2", NOON)
    with store.read() as session:
        kept = [checkpoint(session, f, n) for f in (police, county) for n in ("page", "modified")]
    assert kept == ["2", "yesterday", "7", None]


def test_a_checkpoint_is_lost_with_what_was_read(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        set_checkpoint(session, feed, "page", "2", NOON)
        session.rollback()
    with store.read() as session:
        assert checkpoint(session, feed, "page") is None
