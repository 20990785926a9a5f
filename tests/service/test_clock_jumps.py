"""The clock jumps an hour while everything runs: is everybody told, within seconds and once?"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from structlog.testing import capture_logs

from alerts.clock import utc_now
from alerts.push import Outcome
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.subscribers import Channel
from alerts.store.waves import BatchState
from service.process import running
from service.wiring import Runtime, wire
from tests.audience.town import Town
from tests.fakes.push_channel import FakeChannel
from tests.service.test_scheduler import eventually, town_now
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

HOUR = timedelta(hours=1)
JUMPS = [[-HOUR], [HOUR], [-HOUR, HOUR], [HOUR, -HOUR]]
PEOPLE = 24
BESIDE = ("warm-up", "photo-retries", "poll-")  # threads that nobody waits for at the end


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    """The real time, until it is told to jump; the steady clock goes on."""
    with time_machine.travel(datetime.now(UTC), tick=True) as made:  # noqa: TID251
        yield made


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def house(database_url: str, tmp_path: Path, channel: FakeChannel) -> Runtime:
    """All parts on the real clock; many small batches, so that a jump comes between them."""
    made = wire(settings_at(tmp_path / "var", database_url, sweep_every_s=0.2, batch_size=2))
    channels = {"fcm": channel}
    return replace(made, channels=channels, dispatcher=replace(made.dispatcher, channels=channels))


def people_move_in(town: Town) -> None:
    for _ in range(PEOPLE):
        town.person(phones=[Channel.FCM])


@contextmanager
def at_work(house: Runtime, *, works: bool = True) -> Iterator[None]:
    """Everything runs; what was begun beside it has come to an end when the block is left."""
    with running(house, works=works, schedules=True):
        yield
        eventually(lambda: not any(one.name.startswith(BESIDE) for one in threading.enumerate()))


def are_all_told(town: Town) -> bool:
    batches = town.batches()
    return bool(batches) and all(batch.state is BatchState.DONE for batch in batches)


def outcomes(town: Town) -> list[int]:
    return [code for batch in town.batches() for code in batch.outcomes]


@pytest.mark.parametrize("jumps", JUMPS, ids=str)
def test_a_poster_that_comes_after_it_goes_out_at_once(
    house: Runtime,
    channel: FakeChannel,
    traveller: time_machine.Traveller,
    jumps: Sequence[timedelta],
) -> None:
    town = town_now(house)
    people_move_in(town)
    with at_work(house):
        for number, by in enumerate(jumps, start=1):
            traveller.shift(by)
            town.clock.now = utc_now()
            town.alert()  # nobody rings: only the sweep can find it
            told = number * PEOPLE
            eventually(lambda told=told: len(channel.pushed) == told)  # type: ignore[misc]
    assert set(channel.times().values()) == {len(jumps)}


@pytest.mark.parametrize("jumps", JUMPS, ids=str)
def test_a_wave_in_the_middle_of_which_it_comes_goes_on(
    house: Runtime,
    channel: FakeChannel,
    traveller: time_machine.Traveller,
    jumps: Sequence[timedelta],
) -> None:
    town = town_now(house)
    people_move_in(town)
    left = list(jumps)

    def jump(*_: object) -> None:
        if len(channel.chunks) >= 3 and left:
            traveller.shift(left.pop(0))

    channel.before = jump
    town.alert()
    with at_work(house):
        eventually(lambda: are_all_told(town))
        assert outcomes(town) == [Outcome.SENT] * PEOPLE
    assert not left
    assert set(channel.times().values()) == {1}


def test_what_was_made_before_it_went_back_and_a_lease_of_the_dead_dont_wait_for_an_hour(
    house: Runtime, channel: FakeChannel, traveller: time_machine.Traveller
) -> None:
    town = town_now(house)
    people_move_in(town)
    town.plan(town.alert())
    with at_work(house), capture_logs() as logs:
        traveller.shift(-HOUR)
        eventually(lambda: any(line["event"] == "clock_jumped" for line in logs))
        eventually(lambda: are_all_told(town))
    assert set(channel.times().values()) == {1}


def test_feeds_are_polled_on(house: Runtime, traveller: time_machine.Traveller) -> None:
    with house.store.begin() as session:
        now = utc_now()
        session.add(
            Feed(
                slug="clearinghouse",
                kind=FeedKind.JSON,
                trust=Trust.REVIEW,
                url="http://127.0.0.1:9/",  # nobody listens there: each poll fails
                created_at=now,
                polled_at=now,
                next_poll_at=now + timedelta(seconds=60),
            )
        )

    def polled_at() -> datetime | None:
        with house.store.read() as session:
            return session.get_one(Feed, 1).polled_at

    with at_work(house, works=False):
        traveller.shift(-HOUR)
        back_then = utc_now() + timedelta(minutes=30)
        eventually(lambda: (polled_at() or back_then) < back_then)


def test_a_machine_that_wakes_up_in_another_year_works_at_once(
    house: Runtime, channel: FakeChannel, traveller: time_machine.Traveller
) -> None:
    town = town_now(house)
    people_move_in(town)
    with at_work(house):
        traveller.shift(timedelta(days=365 * 30))
        town.clock.now = utc_now()
        town.alert()
        eventually(lambda: len(channel.pushed) == PEOPLE)
