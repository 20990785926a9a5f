"""What waits for each channel, and what is tried again at somebody's word."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from alerts.push import Outcome
from alerts.store.channel_states import (
    Breaker,
    Waiting,
    change_channel_state,
    channel_state,
    locked_channel_state,
    try_at_once,
    waiting_by_channel,
)
from alerts.store.engine import Store
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, BatchState
from tests.audience.town import Town
from tests.fakes.clock import NOON


@pytest.fixture
def waiting_town(town: Town) -> Town:
    """Three people, who are to be told of a case: two over FCM, one over Web Push."""
    for channel in (Channel.FCM, Channel.FCM, Channel.WEBPUSH):
        town.person(phones=(channel,))
    town.plan(town.alert())
    return town


def change(town: Town, channel: str, **values: object) -> None:
    with town.store.begin() as session:
        session.execute(update(Batch).where(Batch.channel == channel).values(**values))


def waits(town: Town) -> dict[str, Waiting]:
    with town.store.read() as session:
        return dict(waiting_by_channel(session, town.clock()))


def not_before(town: Town, channel: str) -> datetime:
    with town.store.read() as session:
        return session.scalars(select(Batch.not_before).where(Batch.channel == channel)).one()


def test_a_row_is_made_once_and_found_again(store: Store) -> None:
    with store.begin() as session:
        assert channel_state(session, "fcm") is None
        state = locked_channel_state(session, "fcm")
        assert (state.breaker, state.failures, state.why) == (Breaker.CLOSED, 0, None)
        change_channel_state(session, "fcm", why="no key")
        assert locked_channel_state(session, "fcm").why == "no key"
    with store.read() as session:
        found = channel_state(session, "fcm")
        assert found is not None
        assert found.why == "no key"


def test_batches_and_devices_are_counted_by_channel(waiting_town: Town) -> None:
    one, two = Waiting(batches=1, devices=1), Waiting(batches=1, devices=2)
    assert waits(waiting_town) == {"fcm": two, "webpush": one}
    with waiting_town.store.read() as session:
        found = waiting_by_channel(session, waiting_town.clock(), ["webpush"])
        assert found == {"webpush": one}
    change(waiting_town, "fcm", state=BatchState.DONE)
    assert waits(waiting_town) == {"webpush": one}


def test_of_a_batch_that_was_begun_those_who_were_told_dont_wait(waiting_town: Town) -> None:
    outcomes = bytes([Outcome.SENT, Outcome.IN_FLIGHT])
    later = waiting_town.clock() + timedelta(minutes=5)
    change(waiting_town, "fcm", outcomes=outcomes, attempts=1, not_before=later)
    assert waits(waiting_town)["fcm"] == Waiting(batches=1, devices=1)


def test_what_waits_for_the_end_of_quiet_hours_isnt_counted_nor_hurried(waiting_town: Town) -> None:
    tomorrow = NOON + timedelta(hours=18)
    change(waiting_town, "fcm", not_before=tomorrow)
    assert "fcm" not in waits(waiting_town)
    with waiting_town.store.begin() as session:
        assert try_at_once(session, "fcm", NOON) == 0
    assert not_before(waiting_town, "fcm") == tomorrow


def test_what_wasnt_taken_is_tried_at_once_on_that_channel_alone(waiting_town: Town) -> None:
    soon, now = waiting_town.clock() + timedelta(minutes=1), waiting_town.clock()
    for channel in ("fcm", "webpush"):
        change(waiting_town, channel, not_before=soon, last_error="no key", attempts=1)
    with waiting_town.store.begin() as session:
        assert try_at_once(session, "fcm", now) == 1
    assert not_before(waiting_town, "fcm") == now
    assert not_before(waiting_town, "webpush") == soon


def test_a_batch_that_somebody_holds_is_left_to_them(waiting_town: Town) -> None:
    now = waiting_town.clock()
    soon = now + timedelta(minutes=1)
    change(waiting_town, "fcm", not_before=soon, last_error="no key", lease_until=soon)
    with waiting_town.store.begin() as session:
        assert try_at_once(session, "fcm", now) == 0
