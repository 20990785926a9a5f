"""Is a feed read by one process at a time, also after a clock went back?"""

from datetime import timedelta

import pytest

from alerts.store.feeds import Feed, FeedKind, Trust, due_feeds
from service.reading_turns import LASTS, ReadingTurn
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def feed_id(town: Town) -> int:
    """A feed that was polled just now."""
    now = town.clock()
    with town.store.begin() as session:
        feed = Feed(
            slug="clearinghouse",
            kind=FeedKind.JSON,
            trust=Trust.REVIEW,
            url="https://x.example/",
            created_at=now,
            polled_at=now,
            next_poll_at=now + MINUTE,
        )
        session.add(feed)
        session.flush()
        return feed.id


def is_due(town: Town) -> bool:
    with town.store.read() as session:
        return bool(due_feeds(session, town.clock()))


def take(town: Town, feed_id: int) -> bool:
    turn = ReadingTurn(town.store, town.clock, feed_id)
    return turn.take(only_if_due=True, puts_off=MINUTE)


def test_a_feed_is_due_after_its_interval_and_taken_by_one(town: Town, feed_id: int) -> None:
    assert not is_due(town)
    assert not take(town, feed_id)
    town.clock.now += MINUTE
    assert is_due(town)
    assert [take(town, feed_id), take(town, feed_id)] == [True, False]


def test_a_feed_that_was_polled_in_the_future_is_due_now_once(town: Town, feed_id: int) -> None:
    town.clock.now -= HOUR
    assert is_due(town)
    assert [take(town, feed_id), take(town, feed_id)] == [True, False]


def test_a_clock_that_is_a_little_behind_is_right(town: Town, feed_id: int) -> None:
    town.clock.now -= timedelta(seconds=4)
    assert not is_due(town)


def test_a_turn_that_a_process_took_in_the_future_and_died_is_over(
    town: Town, feed_id: int
) -> None:
    town.clock.now += MINUTE
    assert take(town, feed_id)
    town.clock.now -= LASTS / 2
    assert not take(town, feed_id)
    town.clock.now -= HOUR
    assert take(town, feed_id)
