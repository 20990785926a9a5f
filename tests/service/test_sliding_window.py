"""Is no more let in than may come, in a minute that slides, and is the wait said truly?"""

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.store.engine import Store
from service.sliding_window import Windows, WindowsHere, WindowsTogether
from tests.fakes.clock import StandingClock

pytest_plugins = ("tests.store.databases",)

MOST = 5


@pytest.fixture(params=["here", "sqlite", "postgresql"])
def windows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Windows]:
    """Both ways of counting, the second on both databases."""
    if request.param == "here":
        yield WindowsHere()
        return
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    else:
        path = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "copy.sqlite3")
        url = f"sqlite:///{path}"
    store = Store(url)
    yield WindowsTogether(store)
    store.close()


@pytest.fixture
def clock() -> StandingClock:
    """A clock that stands in the middle of a window."""
    clock = StandingClock()
    clock.move_on(seconds=30)
    return clock


def burst(windows: Windows, clock: StandingClock) -> int:
    """Return how many are let in if more than enough come at once."""
    return sum(windows.wait_s("feed", MOST, clock()) == 0 for _ in range(MOST + 2))


def test_a_window_slides(windows: Windows, clock: StandingClock) -> None:
    allowed = [burst(windows, clock)]
    for _ in range(4):
        clock.move_on(seconds=30)
        allowed.append(burst(windows, clock))
    # of the five of the first minute five, then two and a half still count; then so of three
    assert allowed == [5, 0, 3, 2, 2]
    clock.move_on(seconds=120)
    assert burst(windows, clock) == 5


def test_names_are_counted_apart(windows: Windows, clock: StandingClock) -> None:
    burst(windows, clock)
    assert windows.wait_s("another feed", MOST, clock()) == 0


def test_who_comes_at_once_is_counted_one_by_one(windows: Windows, clock: StandingClock) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = pool.map(lambda _: windows.wait_s("feed", 25, clock()), range(40))
        assert Counter(wait == 0 for wait in waits) == {True: 25, False: 15}


@pytest.mark.parametrize("shift_s", [0, 7.5, 29.9, 30, 41.2, 59.99])
def test_who_waits_as_long_as_was_said_is_let_in(
    windows: Windows, clock: StandingClock, shift_s: float
) -> None:
    burst(windows, clock)
    clock.move_on(seconds=shift_s)
    for _ in range(12):
        wait_s = windows.wait_s("feed", MOST, clock())
        clock.move_on(seconds=wait_s)
        assert wait_s == 0 or windows.wait_s("feed", MOST, clock()) == 0


def test_who_comes_a_second_too_early_is_not(windows: Windows, clock: StandingClock) -> None:
    burst(windows, clock)
    clock.move_on(seconds=windows.wait_s("feed", MOST, clock()) - 1)
    assert windows.wait_s("feed", MOST, clock()) == 1


def test_two_processes_count_together(store: Store, clock: StandingClock) -> None:
    one, other = WindowsTogether(store), WindowsTogether(store)
    waits = [part.wait_s("feed", MOST, clock()) for _ in range(MOST) for part in (one, other)]
    assert [wait == 0 for wait in waits] == [True] * MOST + [False] * MOST


@given(pauses_s=st.lists(st.floats(0, 200), max_size=60), most=st.integers(1, 9))
def test_never_are_more_than_twice_as_many_let_in_within_a_minute(
    pauses_s: list[float], most: int
) -> None:
    windows, clock, let_in = WindowsHere(), StandingClock(), list[float]()
    for pause_s in pauses_s:
        clock.move_on(seconds=pause_s / 10)
        wait_s = windows.wait_s("feed", most, clock())
        if wait_s == 0:
            let_in.append(clock().timestamp())
        assert 0 <= wait_s <= 61
    for moment in let_in:
        assert sum(moment - 60 < other <= moment for other in let_in) <= 2 * most


def test_memory_is_bounded_however_many_come(clock: StandingClock) -> None:
    windows = WindowsHere(most_names=100)
    for number in range(1_000):
        windows.wait_s(str(number), MOST, clock())
    assert len(windows) == 100
    assert windows.wait_s("999", 1, clock()) > 0  # the latest are remembered
    assert windows.wait_s("0", 1, clock()) == 0
