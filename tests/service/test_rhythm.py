"""Does a job keep its rhythm, and come back to it whatever the clock did?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.rhythm import Every
from tests.fakes.clock import NOON

times = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy wants them naive
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_it_stays_in_step_with_the_time_before() -> None:
    every, late = Every(10), NOON + timedelta(seconds=0.3)
    assert every.get_next_fire_time(NOON, late) == NOON + timedelta(seconds=10)


def test_what_was_missed_isnt_made_up_for() -> None:
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    assert Every(1).get_next_fire_time(long_ago, NOON) == NOON + timedelta(seconds=1)


@given(st.none() | times, times, st.floats(min_value=0.05, max_value=86_400))
def test_the_next_time_is_ahead_by_one_interval_at_most(
    previous: datetime | None, now: datetime, seconds: float
) -> None:
    upcoming = Every(seconds).get_next_fire_time(previous, now)
    assert now < upcoming <= now + timedelta(seconds=seconds)
