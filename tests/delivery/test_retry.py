"""Are retries patient, spread out, and never sooner than the channel asked?"""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.retry import LONGEST_ASKED_S, next_try_after_s, read_retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

attempts_made = st.integers(min_value=-5, max_value=10_000)
seeds = st.integers()


def rng_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - jitter, not a secret


@given(attempts_made, seeds)
def test_a_retry_is_between_10_s_and_300_s_away(attempts: int, seed: int) -> None:
    assert 10.0 <= next_try_after_s(attempts, None, rng_of(seed)) <= 300.0


@given(attempts_made, st.floats(min_value=0, max_value=1e6), seeds)
def test_a_retry_is_never_sooner_than_the_channel_asked_within_reason(
    attempts: int, asked_s: float, seed: int
) -> None:
    wait_s = next_try_after_s(attempts, asked_s, rng_of(seed))
    asked_s = min(asked_s, LONGEST_ASKED_S)
    assert max(10.0, asked_s) <= wait_s <= max(asked_s, 150.0) + 150.0


@given(attempts_made, st.sampled_from([-1.0, math.nan, math.inf, -math.inf, None]), seeds)
def test_nonsense_from_the_channel_is_as_nothing(
    attempts: int, asked_s: float | None, seed: int
) -> None:
    assert 10.0 <= next_try_after_s(attempts, asked_s, rng_of(seed)) <= 300.0


@given(st.integers(min_value=1, max_value=50), st.integers())
def test_the_wait_never_shrinks_from_one_failure_to_the_next(attempts: int, seed: int) -> None:
    first = next_try_after_s(attempts, None, rng_of(seed))
    assert next_try_after_s(attempts + 1, None, rng_of(seed)) >= first


def test_the_step_doubles_from_10_s() -> None:
    waits = [
        min(next_try_after_s(n, None, rng_of(seed)) for seed in range(2000))
        for n in (1, 2, 3, 4, 5)
    ]
    assert [round(wait, -1) for wait in waits] == [10, 20, 40, 80, 150]


def test_a_crowd_that_failed_together_does_not_come_back_together() -> None:
    rng = rng_of(1)
    waits = [next_try_after_s(1, 60.0, rng) for _ in range(1000)]
    assert min(waits) < 61
    assert max(waits) > 69
    assert len(set(waits)) == 1000


@pytest.mark.parametrize(
    ("header", "expected_s"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120.0),
        ("Sun, 01 Mar 2026 12:02:00 -0000", 120.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sunday, 01-Mar-26 12:02:00 GMT", 120.0),
        ("-5", None),
        ("1.5", None),
        ("nan", None),
        ("soon", None),
        ("9" * 400, None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999999999", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(
    header: str | None, expected_s: float | None
) -> None:
    assert read_retry_after_s(header, NOW) == expected_s


@given(st.text(max_size=40))
def test_any_header_is_read_without_an_exception(header: str) -> None:
    seconds = read_retry_after_s(header, NOW)
    assert seconds is None or seconds >= 0


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=300)))
def test_a_date_counts_from_now(ahead: timedelta) -> None:
    moment = (NOW + ahead).replace(microsecond=0)
    header = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert read_retry_after_s(header, NOW) == (moment - NOW).total_seconds()
