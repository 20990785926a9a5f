"""Is a feed recognised by its keys, and only by those that hold?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.errors import Conflict, NotFound
from alerts.store.engine import Store
from alerts.store.feed_keys import (
    LONGEST_OVERLAP,
    FeedKey,
    Scope,
    feed_of_key,
    key_by_prefix,
    keys_of,
    new_key,
    note_use,
    prefix_of,
    revoke_key,
    rotate_key,
)
from alerts.store.feeds import Feed, FeedKind, Trust
from tests.fakes.clock import NOON

DAY = timedelta(days=1)


def add_feed(store: Store, slug: str) -> Feed:
    with store.begin() as session:
        feed = Feed(slug=slug, kind=FeedKind.POSTER, trust=Trust.REVIEW, created_at=NOON)
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


@pytest.mark.parametrize("key", ["plk_\x00", "plk_" + "0" * 12 + "_" + "\x00" * 43, "x" * 100_000])
def test_what_no_database_would_take_opens_nothing(store: Store, key: str) -> None:
    assert owner_of(store, key) is None


def test_the_prefix_is_the_part_that_is_no_secret(store: Store) -> None:
    feed = add_feed(store, "police")
    for _ in range(20):  # a secret may have underscores too
        key = cut_key(store, feed)
        with store.read() as session:
            assert key_by_prefix(session, feed, prefix_of(key)).prefix == key[:16]


def test_a_key_is_found_among_its_own_feeds_alone(store: Store) -> None:
    police, county = add_feed(store, "police"), add_feed(store, "county")
    prefix = prefix_of(cut_key(store, police))
    with store.read() as session:
        assert [key.prefix for key in keys_of(session, police)] == [prefix]
        assert keys_of(session, county) == []
        with pytest.raises(NotFound, match="county"):
            key_by_prefix(session, county, prefix)


def test_a_key_without_scopes_may_do_everything_and_another_what_it_says(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        whole = key_by_prefix(session, feed, prefix_of(new_key(session, feed, NOON)))
        narrow_key = new_key(session, feed, NOON, scopes=[Scope.CAP_WRITE, Scope.CAP_WRITE])
        narrow = key_by_prefix(session, feed, prefix_of(narrow_key))
        with pytest.raises(ValueError, match="everything"):
            new_key(session, feed, NOON, scopes=["everything"])
    assert all(whole.allows(scope) for scope in Scope)
    assert [scope for scope in Scope if narrow.allows(scope)] == [Scope.CAP_WRITE]
    assert narrow.scopes == ["cap:write"]


def test_a_key_is_over_when_its_time_has_come(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        key = new_key(session, feed, NOON, expires_at=NOON + DAY)
    with store.read() as session:
        found = feed_of_key(session, key)
    assert found is not None
    assert [found[1].is_over(NOON + DAY + timedelta(seconds=s)) for s in (-1, 0)] == [False, True]


def test_a_rotated_key_and_the_one_that_follows_work_side_by_side(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        old_key = new_key(session, feed, NOON, scopes=[Scope.POSTERS_WRITE])
        old = key_by_prefix(session, feed, prefix_of(old_key))
        following = rotate_key(session, feed, old, NOON + DAY, 2 * DAY)
    with store.read() as session:
        first, second = keys_of(session, feed)
        assert feed_of_key(session, old_key)
        assert feed_of_key(session, following)
    assert (first.expires_at, second.expires_at) == (NOON + 3 * DAY, None)
    assert second.scopes == first.scopes == ["posters:write"]


def test_a_key_for_a_time_is_followed_by_one_for_as_long(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        key = new_key(session, feed, NOON, expires_at=NOON + 30 * DAY)
        old = key_by_prefix(session, feed, prefix_of(key))
        rotate_key(session, feed, old, NOON + 29 * DAY, 7 * DAY)
    with store.read() as session:
        expiries = [one.expires_at for one in keys_of(session, feed)]
    assert expiries == [NOON + 30 * DAY, NOON + 59 * DAY]  # the overlap makes no key live longer


@pytest.mark.parametrize("overlap", [-DAY, LONGEST_OVERLAP + timedelta(seconds=1)])
def test_keys_overlap_within_bounds(store: Store, overlap: timedelta) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        old = key_by_prefix(session, feed, prefix_of(new_key(session, feed, NOON)))
        with pytest.raises(Conflict, match="30 days"):
            rotate_key(session, feed, old, NOON, overlap)


def test_a_key_that_works_no_more_is_not_rotated(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        over = new_key(session, feed, NOON, expires_at=NOON)
        revoked = new_key(session, feed, NOON)
        assert revoke_key(key_by_prefix(session, feed, prefix_of(revoked)), NOON)
        for key in (over, revoked):
            with pytest.raises(Conflict, match="no more"):
                rotate_key(session, feed, key_by_prefix(session, feed, prefix_of(key)), NOON)


def test_a_key_is_revoked_once(store: Store) -> None:
    feed = add_feed(store, "police")
    with store.begin() as session:
        key = key_by_prefix(session, feed, prefix_of(new_key(session, feed, NOON)))
        assert [revoke_key(key, NOON), revoke_key(key, NOON + DAY)] == [True, False]
        assert key.revoked_at == NOON


def test_it_is_noted_when_a_key_was_used(store: Store) -> None:
    feed = add_feed(store, "police")
    cut_key(store, feed)
    with store.begin() as session:
        note_use(session, keys_of(session, feed)[0].id, NOON + DAY)
    with store.read() as session:
        assert keys_of(session, feed)[0].last_used_at == NOON + DAY
