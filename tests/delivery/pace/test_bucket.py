"""Is the rate ever exceeded, does the ramp rise, and what does a clock that jumps do?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.pace.bucket import (
    ABSURD_S,
    BURST_S,
    FLOOR,
    IDLE_S,
    LATE_S,
    Bucket,
    Room,
    ramping_anew,
    rate_now,
    take_room,
)
from alerts.delivery.pace.policy import Pace
from tests.fakes.clock import NOON

STEADY = Pace(per_s=1_000)
RAMPED = Pace(per_s=1_000, ramp_s=60)
MOST_S = 2.0  # room that was given ends so far ahead at most

paces = st.builds(Pace, per_s=st.integers(1, 20_000), ramp_s=st.sampled_from([0.0, 5.0, 60.0]))
sizes = st.integers(1, 500)
waits = st.floats(0, 3)
jumps = st.floats(-7_200, 7_200)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def take_all(bucket: Bucket, pace: Pace, now: datetime, size: int = 100) -> tuple[int, Bucket]:
    """Take room until there is none; return how much it was."""
    taken = 0
    while (room := take_room(bucket, pace, size, now)) is not None:
        taken, bucket = taken + room.pushes, room.left
    return taken, bucket


@given(paces, st.lists(st.tuples(waits, sizes), max_size=80))
def test_no_window_has_more_than_its_rate_and_one_second_more(
    pace: Pace, steps: list[tuple[float, int]]
) -> None:
    bucket, now, taken = Bucket(), 0.0, list[tuple[float, int]]()
    for wait, size in steps:
        now += wait
        room = take_room(bucket, pace, size, at(now))
        if room is not None:
            bucket = room.left
            taken.append((now, room.pushes))
    for first, (begins, _) in enumerate(taken):
        total = 0
        for ends, pushes in taken[first:]:
            total += pushes
            assert total <= pace.per_s * (ends - begins + BURST_S) + 1


@given(paces, st.lists(st.tuples(waits, sizes), max_size=80))
def test_two_never_get_the_same_room(pace: Pace, steps: list[tuple[float, int]]) -> None:
    bucket, now = Bucket(), 0.0
    before: datetime | None = None
    for wait, size in steps:
        now += wait
        room = take_room(bucket, pace, size, at(now))
        if room is None:
            continue
        bucket = room.left
        assert 1 <= room.pushes <= size
        assert room.per_s <= pace.per_s
        assert before is None or room.starts_at >= before
        before = ends(room)
        assert (before - room.starts_at).total_seconds() >= room.pushes / room.per_s - 1e-9


def ends(room: Room) -> datetime:
    assert room.left.free_at is not None
    return room.left.free_at


def spends(bucket: Bucket, pace: Pace, now: float, size: int) -> Room | None:
    return take_room(bucket, pace, size, at(now))


@given(paces, st.lists(st.tuples(waits, jumps, sizes), max_size=60))
def test_with_a_clock_that_jumps_each_jump_gives_one_second_more_at_most(
    pace: Pace, steps: list[tuple[float, float, int]]
) -> None:
    bucket, true, off, total, jumped = Bucket(), 0.0, 0.0, 0, 0
    for wait, jump, size in steps:
        true += wait
        if abs(jump) > 3_600:  # now and then
            off, jumped = off + jump, jumped + 1
        room = spends(bucket, pace, true + off, size)
        if room is not None:
            bucket, total = room.left, total + room.pushes
    assert total <= pace.per_s * (true + (jumped + 1) * BURST_S) + jumped + 1


@given(paces, st.lists(st.tuples(waits, jumps, sizes), max_size=60))
def test_whatever_the_clock_did_there_is_room_within_a_minute(
    pace: Pace, steps: list[tuple[float, float, int]]
) -> None:
    bucket, now = Bucket(), 0.0
    for wait, jump, size in steps:
        now += wait + jump
        room = spends(bucket, pace, now, size)
        bucket = room.left if room is not None else bucket
        assert spends(bucket, pace, now + ABSURD_S, size) is not None


@given(paces, st.lists(st.tuples(waits, sizes), max_size=60))
def test_while_the_clock_runs_there_is_room_again_within_two_seconds(
    pace: Pace, steps: list[tuple[float, int]]
) -> None:
    bucket, now = Bucket(), 0.0
    for wait, size in steps:
        now += wait
        room = spends(bucket, pace, now, size)
        bucket = room.left if room is not None else bucket
        assert spends(bucket, pace, now + MOST_S, size) is not None


def test_the_first_push_starts_now_and_begins_the_ramp() -> None:
    room = take_room(Bucket(), RAMPED, 100, NOON)
    assert room is not None
    assert (room.starts_at, room.per_s) == (NOON, 1_000 * FLOOR)
    assert room.pushes == 50  # half a second's worth
    assert room.left == Bucket(free_at=at(0.5), ramp_from=NOON)


def test_the_ramp_rises_from_a_tenth_to_all_in_a_minute() -> None:
    rates = [
        rate_now(Bucket(free_at=at(s), ramp_from=NOON), RAMPED, at(s)) for s in range(0, 99, 20)
    ]
    assert rates == pytest.approx([100, 400, 700, 1_000, 1_000])
    assert rate_now(ramping_anew(NOON), RAMPED, at(20)) == pytest.approx(400)
    assert rate_now(ramping_anew(NOON), STEADY, NOON) == 1_000


def test_what_was_sent_in_a_ramp_is_what_it_allows() -> None:
    total, bucket = 0, Bucket()
    for tenth in range(600):
        taken, bucket = take_all(bucket, RAMPED, at(tenth / 10))
        total += taken
    assert 0.97 * 33_000 < total < 1.03 * 33_000  # from 100 to 1,000 a second in 60 s


def test_the_ramp_begins_anew_after_an_idle_minute_only() -> None:
    bucket = Bucket(free_at=NOON, ramp_from=at(-600))
    assert rate_now(bucket, RAMPED, at(IDLE_S)) == 1_000
    assert rate_now(bucket, RAMPED, at(IDLE_S + 1)) == 100


def test_a_limit_of_one_a_second_is_kept_to_and_never_stops() -> None:
    total, bucket = 0, Bucket()
    for second in range(60):
        taken, bucket = take_all(bucket, Pace(per_s=1, ramp_s=60), at(second))
        total += taken
    assert total in (60, 61)


def test_who_asks_steadily_gets_the_whole_rate() -> None:
    total, bucket = 0, Bucket()
    for tenth in range(100):
        taken, bucket = take_all(bucket, STEADY, at(tenth / 10))
        total += taken
    assert 10_000 <= total <= 10_000 + BURST_S * 1_000


def test_who_is_a_little_late_loses_no_room_and_who_is_very_late_gets_no_burst() -> None:
    bucket = Bucket(free_at=NOON, ramp_from=at(-600))
    late = take_room(bucket, STEADY, 100, at(LATE_S))
    assert late is not None
    assert late.starts_at == NOON
    for late_s in (10.0, 3_600.0):
        taken, _ = take_all(bucket, STEADY, at(late_s))
        assert taken <= BURST_S * 1_000


def test_an_hour_back_what_was_spoken_for_is_forgotten_a_minute_back_it_is_not() -> None:
    bucket = Bucket(free_at=NOON, ramp_from=NOON)
    assert take_room(bucket, STEADY, 1, at(-ABSURD_S)) is None
    room = take_room(bucket, STEADY, 1, at(-3_600))
    assert room is not None
    assert (room.starts_at, room.left.ramp_from) == (at(-3_600), at(-3_600))
