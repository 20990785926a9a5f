"""Do tallies count together, stop at their limit, and go when nobody needs them?"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.store.engine import Store
from alerts.store.tallies import Tally, count_of, count_up, count_up_within, forget_tallies
from tests.fakes.clock import NOON

LATER = NOON + timedelta(minutes=1)


def up(store: Store, name: str = "now") -> int:
    with store.begin() as session:
        return count_up(session, name, LATER)


def within(store: Store, most: int, weight: float = 0.0) -> bool:
    with store.begin() as session:
        return count_up_within(session, "now", LATER, most=most, before="before", weight=weight)


def test_each_is_counted_once_however_many_count_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: up(store), range(40)))
    assert sorted(counts) == list(range(1, 41))


def test_no_more_are_counted_than_the_limit_allows(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        allowed = Counter(pool.map(lambda _: within(store, 25), range(40)))
    assert allowed == {True: 25, False: 15}
    with store.read() as session:
        assert count_of(session, "now") == 25  # who is refused isn't counted
        assert count_of(session, "never") == 0


@pytest.mark.parametrize(("weight", "left"), [(1.0, 0), (0.5, 5), (0.25, 8), (0.0, 10)])
def test_what_came_before_counts_in_part(store: Store, weight: float, left: int) -> None:
    for _ in range(10):
        up(store, "before")
    assert sum(within(store, 10, weight) for _ in range(12)) == left


def test_what_has_expired_is_forgotten(store: Store) -> None:
    up(store)
    with store.begin() as session:
        count_up(session, "long", LATER + timedelta(days=1))
    with store.begin() as session:
        forget_tallies(session, LATER + timedelta(seconds=1))
    with store.read() as session:
        assert session.scalars(select(Tally.name)).all() == ["long"]
