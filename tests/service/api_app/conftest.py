from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alerts.store.feeds import Feed
from config.settings import Settings
from service.app import create_app
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.service.api_app.people import HeardBell, Person, add_feed, sign_up

SignUp = Callable[..., Person]


@dataclass
class MovableClock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def moves(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def runtime(settings: Settings, clock: MovableClock) -> Iterator[Runtime]:
    made = wire(settings, clock)
    yield made
    made.close()


@pytest.fixture
def jobs(runtime: Runtime) -> Jobs:
    return Jobs(runtime)


@pytest.fixture
def bell(jobs: Jobs) -> Iterator[HeardBell]:
    made = HeardBell("", jobs)
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime, jobs: Jobs, bell: HeardBell) -> Flask:
    return create_app(Process(runtime=runtime, jobs=jobs, bell=bell))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def wren(client: FlaskClient) -> Person:
    """A neighbour."""
    return sign_up(client)


@pytest.fixture
def feed(runtime: Runtime) -> Feed:
    return add_feed(runtime)
