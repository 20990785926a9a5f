"""Is a feed asked again in time: spread, later after failures, never before the source says?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.pull.timetable import LONGEST_ASKED_FOR, LONGEST_BACK_OFF, wait_for

MINUTE = timedelta(minutes=1)
chances = st.floats(0, 1)


@given(chances)
def test_after_a_success_the_interval_is_spread_by_a_tenth(chance: float) -> None:
    assert MINUTE * 0.9 <= wait_for(MINUTE, 0, chance=chance) <= MINUTE * 1.1


def test_polls_do_not_knock_together() -> None:
    assert len({wait_for(MINUTE, 0) for _ in range(20)}) > 10


@given(st.integers(1, 10_000), chances)
def test_after_failures_the_wait_doubles_up_to_half_an_hour(failures: int, chance: float) -> None:
    wait = wait_for(MINUTE, failures, chance=chance)
    whole = min(MINUTE * 2 ** min(failures, 10), LONGEST_BACK_OFF)
    assert whole / 2 <= wait <= whole
    assert wait >= MINUTE * 0.9


def test_a_longer_interval_than_half_an_hour_is_kept() -> None:
    hour = timedelta(hours=1)
    assert hour * 0.9 <= wait_for(hour, 5, chance=0.0) <= hour * 1.1


@given(st.integers(0, 20), chances, st.floats(0, 86_400))
def test_what_the_source_asks_for_is_never_undercut(
    failures: int, chance: float, retry_after_s: float
) -> None:
    wait = wait_for(MINUTE, failures, retry_after_s, chance)
    assert wait >= timedelta(seconds=retry_after_s)


def test_a_source_may_ask_for_a_day_at_most() -> None:
    assert wait_for(MINUTE, 1, 1e9) == LONGEST_ASKED_FOR
    assert wait_for(MINUTE, 0, -5.0, 0.5) == MINUTE
