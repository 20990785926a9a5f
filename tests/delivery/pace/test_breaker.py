"""When is a channel left alone, for how long, and who may try it again?"""

import math
import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.pace.breaker import (
    CLOSED,
    LONGEST_ASKED_S,
    PROBE_S,
    Admission,
    BreakerState,
    admission,
    after_failures,
    after_misconfigured,
    after_quota,
    after_success,
    probed,
)
from alerts.delivery.pace.heard import Heard, Said
from alerts.delivery.pace.policy import BreakerPolicy
from alerts.store.channel_states import Breaker
from tests.fakes.clock import NOON

POLICY = BreakerPolicy()
seeds = st.integers()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def heard(asked_s: float = 0.0, why: str = "UNAVAILABLE") -> Heard:
    return Heard(said=Said.FAILS, why=why, asked_s=asked_s)


def rng_of(seed: int = 0) -> random.Random:
    return random.Random(seed)  # noqa: S311 - jitter, not a secret


def fails(
    state: BreakerState, asked_s: float = 0.0, seed: int = 0, now: datetime = NOON
) -> BreakerState:
    return after_failures(state, POLICY, heard(asked_s), now, rng_of(seed), was_probe=True)


def paused_s(state: BreakerState, now: datetime = NOON) -> float:
    assert state.retry_at is not None
    return (state.retry_at - now).total_seconds()


def test_it_opens_with_the_reason_and_the_time() -> None:
    state = fails(CLOSED)
    assert (state.breaker, state.why, state.opened_at) == (Breaker.OPEN, "UNAVAILABLE", NOON)
    assert admission(state, POLICY, at(9.9)) is Admission.NOTHING
    assert admission(state, POLICY, at(12.6)) is Admission.PROBE


@given(seeds, st.sampled_from([0.0, -5.0, math.nan, math.inf, -math.inf]))
def test_each_probe_that_fails_doubles_the_pause_up_to_a_minute(seed: int, asked: float) -> None:
    state, now, steps = CLOSED, NOON, [10, 20, 40, 60, 60]
    for step in steps:
        state = fails(state, asked, seed, now)
        assert step <= paused_s(state, now) <= step * 1.25
        assert state.opened_at == NOON
        now += timedelta(seconds=paused_s(state, now))
        assert admission(state, POLICY, now) is Admission.PROBE
        state = probed(state, now)
    assert after_success(state) == CLOSED


@given(seeds, st.floats(0, 1e9))
def test_the_pause_is_as_long_as_was_asked_for_within_reason(seed: int, asked_s: float) -> None:
    least = min(asked_s, LONGEST_ASKED_S)
    assert least <= paused_s(fails(CLOSED, asked_s, seed)) <= max(10, least) * 1.25
    quiet = after_quota(CLOSED, POLICY, heard(asked_s), NOON, rng_of(seed))
    assert max(1, least) <= paused_s(quiet) <= max(1, least) * 1.25


@given(st.integers(0, 10_000))
def test_the_pause_never_outgrows_the_longest(failures: int) -> None:
    state = BreakerState(breaker=Breaker.HALF_OPEN, failures=failures)
    assert paused_s(fails(state)) <= 75


def test_one_probes_and_the_others_wait_for_it_but_not_for_ever() -> None:
    state = probed(fails(CLOSED), at(20))
    assert admission(state, POLICY, at(20)) is Admission.NOTHING
    assert admission(state, POLICY, at(19.9 + PROBE_S)) is Admission.NOTHING
    assert admission(state, POLICY, at(20 + PROBE_S)) is Admission.PROBE


def test_what_was_sent_before_it_opened_changes_nothing() -> None:
    opened = fails(CLOSED)
    assert fails(opened, now=at(5)) == opened
    assert after_success(opened) == opened
    assert after_success(CLOSED) == CLOSED
    half = probed(opened, at(20))
    late = after_failures(half, POLICY, heard(), at(21), rng_of(), was_probe=False)
    assert late == half


def test_of_several_wishes_to_be_left_alone_the_longest_counts_and_nothing_doubles() -> None:
    first = after_quota(CLOSED, POLICY, heard(30, "QUOTA_EXCEEDED"), NOON, rng_of())
    shorter = after_quota(first, POLICY, heard(5, "QUOTA_EXCEEDED"), at(1), rng_of())
    longer = after_quota(first, POLICY, heard(300, "QUOTA_EXCEEDED"), at(1), rng_of())
    assert shorter == first
    assert (longer.failures, longer.opened_at) == (1, NOON)
    assert paused_s(longer, at(1)) >= 300


def test_wrong_settings_are_looked_at_once_a_minute_and_many_who_say_so_change_nothing() -> None:
    state = after_misconfigured(CLOSED, POLICY, "no key", NOON, rng_of())
    assert 60 <= paused_s(state) <= 75
    assert after_misconfigured(state, POLICY, "no key", at(1), rng_of(9)) == state
    assert after_misconfigured(state, POLICY, "no project", at(1), rng_of()).why == "no project"
    again = after_misconfigured(probed(state, at(80)), POLICY, "no key", at(81), rng_of())
    assert paused_s(again, at(81)) >= 60
    assert again.opened_at == NOON


def test_a_reason_has_room_in_the_table() -> None:
    said = after_misconfigured(CLOSED, POLICY, "x" * 1_000, NOON, rng_of())
    assert said.why == "x" * 200
    assert after_misconfigured(said, POLICY, "x" * 1_000, at(1), rng_of(5)) == said


@pytest.mark.parametrize("back_s", [3_600, 7_200, 86_400])
def test_a_clock_that_went_back_leaves_no_channel_closed(back_s: float) -> None:
    opened = fails(CLOSED)
    now = at(-back_s)
    assert admission(opened, POLICY, now) is Admission.PROBE
    assert admission(probed(opened, NOON), POLICY, now) is Admission.PROBE
    assert fails(probed(opened, now), now=now).opened_at == now


def test_with_a_policy_of_long_pauses_they_are_waited_for() -> None:
    patient = BreakerPolicy(first_pause_s=3_000, longest_pause_s=3_000)
    state = after_failures(CLOSED, patient, heard(), NOON, rng_of(), was_probe=False)
    assert admission(state, patient, at(2_999)) is Admission.NOTHING
