"""Is a feed read by one thread at a time, and does what fails say where and not of whom?"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from alerts.intake.ncmec.api import PosterApi
from alerts.store.feeds import Feed
from service.demo.cases import sparse_case
from service.demo.feed import put_feed
from service.demo.poster_api import RunningPosterApi, run_poster_api
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.polling import Polling
from service.wiring import Runtime
from tests.fakes.clock import StandingClock

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


@dataclass(kw_only=True)
class Gate:
    """Lets a poll begin and end when told to."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    may_end: threading.Event = field(default_factory=threading.Event)


class SlowPolling(Polling):
    """The real one, whose source answers when the gate is opened."""

    gate: Gate

    def _api(self, feed: Feed) -> PosterApi:
        self.gate.begun.release()
        assert self.gate.may_end.wait(20)
        return super()._api(feed)


@pytest.fixture
def api() -> Iterator[RunningPosterApi]:
    with run_poster_api() as running:
        yield running


@pytest.fixture
def polling(house: Runtime) -> Iterator[SlowPolling]:
    bell = Doorbell("", Jobs(house))
    made = SlowPolling(house, bell)
    made.gate = Gate()
    yield made
    made.gate.may_end.set()
    bell.close()


def threads_of(feed: Feed) -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == f"poll-{feed.slug}"]


def test_a_feed_is_never_read_beside_itself(
    house: Runtime, polling: SlowPolling, api: RunningPosterApi
) -> None:
    clock = house.clock
    assert isinstance(clock, StandingClock)
    api.stand_in.add(sparse_case("1", clock() - timedelta(hours=1))[0])
    feed = put_feed(house, api)
    clock.move_on(hours=1)
    polling.poll_due()
    assert polling.gate.begun.acquire(timeout=20)
    clock.move_on(hours=1)  # longer than its turn was reserved for
    polling.poll_due()
    assert polling.poll(feed) == 0
    assert len(threads_of(feed)) == 1
    assert not polling.gate.begun.acquire(blocking=False)
    polling.gate.may_end.set()
    for thread in threads_of(feed):
        thread.join(20)
    assert [line for line in api.stand_in.requests if "skip=0" in line][1:] == []
    clock.move_on(hours=1)
    polling.poll_due()
    assert polling.gate.begun.acquire(timeout=20)
    for thread in threads_of(feed):
        thread.join(20)


class BrokenPolling(Polling):
    """Fails with words that name a child."""

    def _api(self, feed: Feed) -> PosterApi:
        raise ValueError("Wren Example")


def test_a_poll_that_fails_is_logged_without_its_words(
    house: Runtime, polling: SlowPolling, api: RunningPosterApi
) -> None:
    feed = put_feed(house, api)
    with capture_logs() as logs:
        BrokenPolling(house, polling._bell).poll(feed)
    [failed] = [line for line in logs if line["event"] == "poll_failed"]
    assert failed["error"] == "ValueError"
    assert failed["at"][-1].endswith("_api")
    assert "Wren" not in str(logs)
