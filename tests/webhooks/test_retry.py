"""How long a failed webhook waits."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.webhooks.post import _seconds
from alerts.webhooks.retry import (
    JITTER,
    LONGEST_ASKED_S,
    WAITS_S,
    RetryPolicy,
    is_given_up,
    wait_s,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(st.integers(0, 1_000), st.one_of(st.none(), st.floats(0, 1e9)), st.integers())
def test_a_wait_grows_is_bounded_and_never_shorter_than_asked_for(
    tries: int, asked_for_s: float | None, seed: int
) -> None:
    waited_s = wait_s(tries, asked_for_s, random.Random(seed))  # noqa: S311 - no secret
    least_s = WAITS_S[min(max(tries, 1), len(WAITS_S)) - 1] * (1 - JITTER)
    assert waited_s >= least_s
    assert waited_s >= min(asked_for_s or 0, LONGEST_ASKED_S)
    assert waited_s <= max(WAITS_S[-1] * (1 + JITTER), LONGEST_ASKED_S)


def test_what_failed_together_doesnt_come_back_together() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    assert len({wait_s(3, None, chance) for _ in range(100)}) == 100


def test_it_is_given_up_when_the_next_try_would_come_too_late() -> None:
    policy = RetryPolicy(
        give_up_after=timedelta(hours=72),
        disable_after_given_up=10,
        disable_after=timedelta(days=5),
    )
    assert not is_given_up(NOW, NOW + timedelta(hours=72), policy)
    assert is_given_up(NOW, NOW + timedelta(hours=72, seconds=1), policy)


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    assert _seconds("120", NOW) == 120
    assert _seconds("Sun, 22 Nov 2026 12:02:00 GMT", NOW) == 120
    assert _seconds("Sun, 22 Nov 2026 11:00:00 GMT", NOW) == 0
    assert _seconds("soon", NOW) is None
    assert _seconds("-5", NOW) is None
    assert _seconds("9" * 400, NOW) == 999_999_999_999
