"""The gate on both databases: room for all workers together, and one breaker for all."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from alerts.delivery.gate import Slot
from alerts.delivery.pace.bucket import BURST_S
from alerts.push import Outcome, PushOutcome
from alerts.store.channel_states import Breaker, KeptChannel
from alerts.store.engine import Store
from tests.delivery.pace.gates import BUSY, DOWN, SENT, Worker
from tests.fakes.clock import NOON, StandingClock


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def worker(store: Store) -> Worker:
    return Worker(store=store)


@pytest.fixture
def other(store: Store) -> Worker:
    """Another process on the same database."""
    return Worker(store=store)


def row(worker: Worker, channel: str = "fcm") -> KeptChannel:
    found = worker.row(channel)
    assert found is not None
    return found


def open_fcm(worker: Worker, now: datetime = NOON) -> None:
    worker.hear(now, DOWN, DOWN, times=3)


def test_the_first_push_goes_out_at_once(worker: Worker) -> None:
    assert worker.reserve(NOON) == Slot(starts_at=NOON, per_s=1_000, pushes=100)


def test_workers_share_the_room(worker: Worker, other: Worker) -> None:
    slots = [one.reserve(NOON) for one in (worker, other, worker, other)]
    starts = [(slot.starts_at - NOON).total_seconds() if slot else None for slot in slots]
    assert starts == [0, 0.1, 0.2, None]


def test_a_channel_whose_room_is_spoken_for_for_a_moment_isnt_closed(
    worker: Worker, other: Worker
) -> None:
    worker.take_all(NOON)
    assert other.reserve(NOON) is None
    assert other.closed(NOON) == []
    assert other.reserve(at(0.1)) is not None


def test_a_transaction_that_fails_gives_its_room_back(worker: Worker) -> None:
    assert worker.reserve_in_vain(NOON) is not None
    slot = worker.reserve(NOON)
    assert slot is not None
    assert slot.starts_at == NOON


@pytest.mark.parametrize("channel", ["webpush", "console"])
def test_a_channel_without_a_limit_gets_all_it_asks_for_and_writes_nothing(
    worker: Worker, channel: str
) -> None:
    for _ in range(50):
        slot = worker.reserve(NOON, 500, channel)
        assert slot == Slot(starts_at=NOON, per_s=float("inf"), pushes=500)
    assert worker.row(channel) is None


@pytest.mark.parametrize("jump_s", [3_600, -3_600])
def test_a_clock_that_jumps_an_hour_stops_nothing_and_gives_no_burst(
    worker: Worker, jump_s: float
) -> None:
    worker.take_all(NOON)
    assert 0 < worker.take_all(at(jump_s)) <= BURST_S * 1_000


def test_after_three_chunks_in_a_row_nobody_sends_and_all_know_why(
    worker: Worker, other: Worker
) -> None:
    worker.hear(NOON, DOWN, DOWN, times=2)
    assert other.reserve(NOON) is not None
    worker.hear(NOON, DOWN, DOWN)
    assert (worker.reserve(NOON), other.reserve(NOON)) == (None, None)
    assert (worker.closed(NOON), other.closed(NOON)) == (["fcm"], ["fcm"])
    state = row(worker)
    assert (state.breaker, state.why, state.opened_at) == (Breaker.OPEN, "UNAVAILABLE", NOON)
    assert worker.reports.heard == ["fcm opened: UNAVAILABLE"]


def test_a_chunk_that_was_taken_in_between_counts_from_the_start(worker: Worker) -> None:
    for _ in range(5):
        worker.hear(NOON, DOWN, times=2)
        worker.hear(NOON, SENT, DOWN)
    assert worker.reserve(NOON) is not None
    assert worker.reports.heard == []


def test_one_gets_a_probe_of_a_few_and_the_others_none(worker: Worker, other: Worker) -> None:
    open_fcm(worker)
    assert other.closed(at(13)) == []
    probe = other.reserve(at(13))
    assert probe is not None
    assert (probe.is_probe, probe.pushes) == (True, 10)
    assert (worker.reserve(at(13)), other.reserve(at(13))) == (None, None)
    assert worker.closed(at(13)) == ["fcm"]


def test_a_probe_that_is_taken_opens_the_way_for_all_at_the_foot_of_the_ramp(
    worker: Worker, other: Worker
) -> None:
    open_fcm(worker)
    other.reserve(at(13))
    other.hear(at(13.1), SENT)
    assert worker.reserve(at(13.1)) is not None
    state = row(worker)
    assert (state.breaker, state.why, state.failures) == (Breaker.CLOSED, None, 0)
    assert state.ramp_from == at(13.1)
    assert other.reports.heard == ["fcm closed"]


def test_a_probe_that_fails_doubles_the_pause(worker: Worker, other: Worker) -> None:
    open_fcm(worker)
    other.reserve(at(13))
    other.hear(at(14), DOWN)
    assert worker.closed(at(33.9)) == ["fcm"]
    assert worker.closed(at(40)) == []
    assert row(worker).opened_at == NOON
    assert other.reports.heard == ["fcm paused: UNAVAILABLE"]


def test_only_who_has_the_probe_decides(worker: Worker, other: Worker) -> None:
    open_fcm(worker)
    other.reserve(at(13))
    worker.hear(at(13), SENT)  # they were sent long before
    worker.hear(at(13), DOWN, times=9)
    assert row(worker).breaker is Breaker.HALF_OPEN
    other.hear(at(14), SENT)
    assert row(worker).breaker is Breaker.CLOSED


def test_a_probe_that_crashed_is_followed_by_another(worker: Worker, other: Worker) -> None:
    open_fcm(worker)
    assert other.reserve(at(13)) is not None
    assert worker.reserve(at(27)) is None
    again = worker.reserve(at(28))
    assert again is not None
    assert again.is_probe


def test_a_probe_whose_transaction_failed_is_followed_by_another_at_once(worker: Worker) -> None:
    open_fcm(worker)
    assert worker.reserve_in_vain(at(13)) is not None
    assert worker.reserve(at(13)) is not None


def test_over_quota_leaves_it_alone_as_long_as_was_asked_although_some_were_taken(
    worker: Worker, other: Worker
) -> None:
    worker.hear(NOON, SENT, BUSY, BUSY)
    assert other.closed(at(29.9)) == ["fcm"]
    assert other.closed(at(38)) == []
    assert row(worker).why == "QUOTA_EXCEEDED"
    assert worker.reports.heard == ["fcm paused: QUOTA_EXCEEDED"]


def test_wrong_settings_close_it_at_once_for_all(worker: Worker, other: Worker) -> None:
    for one in (worker, other, worker):
        one.gate.fail("fcm", "the key is of another project", NOON)
    assert worker.closed(at(59)) == other.closed(at(59)) == ["fcm"]
    assert row(worker).why == "the key is of another project"
    assert worker.reports.heard == ["fcm opened: the key is of another project"]
    assert other.reports.heard == []
    probe = other.reserve(at(76))
    assert probe is not None
    other.hear(at(77), SENT)
    assert worker.closed(at(77)) == []


def test_web_push_is_many_services_and_only_wrong_settings_close_it(worker: Worker) -> None:
    worker.hear(NOON, DOWN, BUSY, BUSY, times=20, channel="webpush")
    assert worker.closed(NOON) == []
    assert worker.row("webpush") is None
    worker.gate.fail("webpush", "no VAPID key", NOON)
    assert worker.reserve(at(1), 5, "webpush") is None
    probe = worker.reserve(at(76), 5, "webpush")
    assert probe is not None
    assert (probe.is_probe, probe.pushes) == (True, 5)
    worker.hear(at(77), DOWN, channel="webpush")  # it could be asked: its settings are right
    assert worker.reserve(at(77), 500, "webpush") is not None


@pytest.mark.parametrize("jump_s", [-3_600, 3_600])
def test_a_clock_that_jumps_an_hour_leaves_no_channel_closed(
    worker: Worker, other: Worker, jump_s: float
) -> None:
    open_fcm(worker)
    probe = other.reserve(at(jump_s))
    assert probe is not None
    other.hear(at(jump_s), SENT)
    assert worker.take_all(at(jump_s)) > 0


def test_a_channel_that_is_well_is_heard_without_asking_the_database(
    worker: Worker, store: Store
) -> None:
    asked: list[object] = []
    worker.reserve(NOON)
    event.listen(store.engine, "before_cursor_execute", lambda *_: asked.append(1))
    worker.hear(NOON, *[SENT] * 99, PushOutcome(outcome=Outcome.GONE, reason="X"), times=100)
    assert asked == []


def test_where_the_database_is_away_a_chunks_outcomes_are_not_lost_over_it(
    worker: Worker, store: Store
) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE channel_state RENAME TO elsewhere"))
    try:
        with capture_logs() as logs:
            worker.hear(NOON, DOWN, times=3)
            worker.gate.fail("fcm", "no key", NOON)
    finally:
        with store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO channel_state"))
    assert {entry["event"] for entry in logs} == {"breaker_not_written"}
    open_fcm(worker)
    assert worker.closed(NOON) == ["fcm"]


def test_whatever_happens_the_channel_is_tried_again_and_works_again(store: Store) -> None:
    """Two minutes of errors of FCM's own, three workers, a step each second."""
    clock, workers = StandingClock(), [Worker(store=store) for _ in range(3)]
    ends, sent, probes = clock() + timedelta(minutes=2), 0, 0
    for second in range(300):
        now = clock.move_on(seconds=1)
        one = workers[second % 3]
        slot = one.reserve(now, 100)
        if slot is None:
            continue
        is_up = now > ends
        one.hear(now, *[SENT if is_up else DOWN] * slot.pushes)
        sent += slot.pushes if is_up else 0
        probes += slot.is_probe
    assert probes <= 8
    assert row(workers[0]).breaker is Breaker.CLOSED
    assert sent > 10_000  # of 100 a second, in what is left of five minutes
