"""Are requests spaced for all processes together, and stopped for the day?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from alerts.area.geocoder.answer import GeocoderFailed
from alerts.geocoding.turns import Pace, take_turn
from alerts.store.engine import Store
from tests.fakes.clock import NOON

pytest_plugins = ("tests.store.databases",)

PACE = Pace(min_delay_s=1.0, per_day=1_000)


def turn(store: Store, now: datetime = NOON, pace: Pace = PACE, within_s: float = 5.0) -> datetime:
    with store.begin() as session:
        return take_turn(session, "nominatim", pace, now, within_s)


def code(store: Store, pace: Pace = PACE, within_s: float = 5.0) -> str:
    with pytest.raises(GeocoderFailed) as failed:
        turn(store, pace=pace, within_s=within_s)
    return failed.value.code


def test_whoever_asks_at_once_gets_turns_a_second_apart(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        turns = sorted(pool.map(lambda _: turn(store), range(6)))
    assert turns == [NOON + timedelta(seconds=n) for n in range(6)]
    assert code(store) == "busy"


def test_a_turn_begins_at_or_after_now(store: Store) -> None:
    now = NOON + timedelta(milliseconds=300)
    assert turn(store, now) == NOON + timedelta(seconds=1)


def test_no_turn_is_waited_for_longer_than_allowed(store: Store) -> None:
    turn(store, within_s=0.5)
    assert code(store, within_s=0.5) == "busy"
    assert turn(store, within_s=1.0) == NOON + timedelta(seconds=1)


def test_services_dont_wait_for_each_other(store: Store) -> None:
    turn(store)
    with store.begin() as session:
        assert take_turn(session, "photon", PACE, NOON, 0.5) == NOON


def test_a_server_of_ones_own_needs_no_turns(store: Store) -> None:
    free = Pace(min_delay_s=0, per_day=3)
    assert [turn(store, pace=free) for _ in range(3)] == [NOON] * 3


def test_a_day_has_so_many_requests_and_the_next_as_many(store: Store) -> None:
    pace = Pace(min_delay_s=0, per_day=2)
    turn(store, pace=pace)
    turn(store, pace=pace)
    assert code(store, pace=pace) == "used_up"
    tomorrow = NOON + timedelta(days=1)
    assert turn(store, tomorrow, pace) == tomorrow


def test_a_refusal_uses_nothing_up(store: Store) -> None:
    pace = Pace(min_delay_s=1.0, per_day=2)
    turn(store, pace=pace, within_s=0.5)
    for _ in range(5):
        assert code(store, pace=pace, within_s=0.5) == "busy"
    assert turn(store, NOON + timedelta(seconds=9), pace)
