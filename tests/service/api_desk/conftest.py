"""The desk's side: people with tokens, and the app on a database of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from alerts.store.staff import Role, Staff
from alerts.store.staff_tokens import add_staff_token
from service.app import create_app
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.store.instances import settings_at

MOST = 20  # questions a minute of one person, in these tests
Hire = Callable[..., "Person"]


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the desk who asks the API."""

    app: Flask
    token: str
    number: int  # of the token

    def ask(self, method: str, path: str, **how: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        return self.app.test_client().open(path, method=method, headers=headers, **how)

    def reach(self, document: object) -> TestResponse:
        if isinstance(document, bytes):
            return self.ask("POST", "/v1/desk/reach", data=document)
        return self.ask("POST", "/v1/desk/reach", json=document)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[Runtime]:
    """All parts, on both sizes, on a clock that stands still."""
    settings = settings_at(tmp_path / "var", database_url, desk_requests_per_minute=MOST)
    made = wire(settings, clock)
    yield made
    made.close()


@pytest.fixture
def app(house: Runtime) -> Iterator[Flask]:
    jobs = Jobs(house)
    bell = Doorbell("", jobs)
    yield create_app(Process(runtime=house, jobs=jobs, bell=bell))
    bell.close()


@pytest.fixture
def hire(house: Runtime, app: Flask) -> Hire:
    """Add somebody to the desk, with a token."""

    def hire(name: str = "vi", role: Role = Role.VIEWER, days: float = 1) -> Person:
        now = house.clock()
        with house.store.begin() as session:
            person = Staff(name=name, role=role.value, joined_at=now)
            session.add(person)
            session.flush()
            token, row = add_staff_token(session, person, now, now + timedelta(days=days))
        return Person(app=app, token=token, number=row.id)

    return hire


@pytest.fixture
def viewer(hire: Hire) -> Person:
    """Somebody who may look only."""
    return hire()
