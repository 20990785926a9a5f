"""Is a feed recognised by its keys, and only by those that hold?"""

import pytest
from sqlalchemy import select

from alerts.errors import NotFound
from alerts.store.engine import Store
from alerts.store.feeds import (
    Feed,
    FeedKey,
    FeedKind,
    Trust,
    all_feeds,
    checkpoint,
    due_feeds,
    feed_by_slug,
    feed_of_key,
    new_key,
    pulled_feeds,
    set_checkpoint,
)
from tests.fakes.clock import NOON, StandingClock


def add_feed(store: Store, slug: str, kind: FeedKind = FeedKind.NCMEC) -> Feed:
    with store.begin() as session:
        feed = Feed(slug=slug, kind=kind, trust=Trust.REVIEW, created_at=NOON)
        session.add(feed)
    return feed


def cut_key(store: Store, feed: Feed) -> str:
    with store.begin() as session:
        return new_key(session, feed, NOON)


def owner_of(store: Store, key: str) -> str | None:
    with store.read() as session:
        found = feed_of_key(session, key)
        return found[0].slug if found else None


def test_each_of_a_feeds_keys_opens_for_it_alone(store: Store) -> None:
    police, county = add_feed(store, "police"), add_feed(store, "county")
    keys = [cut_key(store, police), cut_key(store, police), cut_key(store, county)]
    assert [owner_of(store, key) for key in keys] == ["police", "police", "county"]
    assert len(set(keys)) == 3


def test_the_secret_itself_is_nowhere_in_the_table(store: Store) -> None:
    key = cut_key(store, add_feed(store, "police"))
    with store.read() as session:
        row = session.scalars(select(FeedKey)).one()
    secret = key.removeprefix(row.prefix + "_")
    assert len(secret) >= 43  # 256 bits
    assert secret.encode() not in row.secret_hash
    assert secret not in row.prefix


def test_a_revoked_key_opens_nothing(store: Store) -> None:
    key = cut_key(store, add_feed(store, "police"))
    with store.begin() as session:
        session.scalars(select(FeedKey)).one().revoked_at = NOON
    assert owner_of(store, key) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: "",
        lambda key: "_",
        lambda key: "plk_",
        lambda key: key[:-1],
        lambda key: key + "x",
        lambda key: key.rsplit("_", 1)[0],
        lambda key: key.upper(),
        lambda key: "’" + key,
    ],
)
def test_what_is_nearly_a_key_opens_nothing(store: Store, spoil: object) -> None:
    key = cut_key(store, add_feed(store, "police"))
    assert callable(spoil)
    assert owner_of(store, spoil(key)) is None


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
