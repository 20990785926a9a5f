"""Many threads and processes at once, on both databases: is room ever given twice?

The clock stands still for all of them, so what one worker alone would get is what all together may.
"""

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context

import pytest

from alerts.delivery.pace.bucket import AHEAD_S
from alerts.store.engine import Store
from tests.delivery.pace.gates import DOWN, POLICIES, Worker
from tests.fakes.clock import NOON

PUSHES = 10
RATE = POLICIES["fcm"].pace.per_s
# from now on: room for a quarter of a second, and one more who begins at its end
AT_ONCE = int(RATE * AHEAD_S) + PUSHES
SECONDS = [NOON + timedelta(seconds=second) for second in range(4)]


def take(url: str, moments: list[datetime], _number: int) -> list[int]:
    """Take all room of each moment, in a process or thread with connections of its own."""
    worker = Worker(store=Store(url))
    try:
        return [worker.take_all(now, PUSHES) for now in moments]
    finally:
        worker.store.close()


def probe(url: str, now: datetime, _number: int) -> int:
    """Ask for a probe; return how many pushes it may have."""
    worker = Worker(store=Store(url))
    try:
        slot = worker.reserve(now)
        return slot.pushes if slot is not None else 0
    finally:
        worker.store.close()


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def threads() -> Executor:
    return ThreadPoolExecutor(8)


@pytest.mark.parametrize("crowd", [threads, processes])
def test_all_together_get_what_one_would(database_url: str, crowd: "type[Executor]") -> None:
    with crowd() as pool:
        taken = list(pool.map(partial(take, database_url, SECONDS[:1]), range(8)))
    assert sum(map(sum, taken)) == AT_ONCE


def test_threads_that_share_a_gate_get_what_one_would(store: Store) -> None:
    worker = Worker(store=store)
    for now in SECONDS:
        with ThreadPoolExecutor(8) as pool:
            total = sum(pool.map(lambda _: worker.take_all(now, PUSHES), range(8)))  # noqa: B023
        # after a second there is also what the last quarter of it left
        assert total in (AT_ONCE, 2 * AT_ONCE - PUSHES)


def test_while_clocks_differ_by_seconds_the_rate_is_kept(database_url: str) -> None:
    """Eight machines, each of which takes what it can in four seconds, all out of step."""
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(partial(take, database_url, SECONDS), range(8)))
    assert sum(map(sum, taken)) <= RATE * (3 + 1) + PUSHES


@pytest.mark.parametrize("crowd", [threads, processes])
def test_exactly_one_of_many_gets_the_probe(database_url: str, crowd: "type[Executor]") -> None:
    first = Worker(store=Store(database_url))
    first.hear(NOON, DOWN, times=3)
    first.store.close()
    later = NOON + timedelta(seconds=20)
    with crowd() as pool:
        assert sorted(pool.map(partial(probe, database_url, later), range(8))) == [0] * 7 + [10]
