"""Is everything done in time without any bell, and does the process stop at once?"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import Status
from alerts.clock import utc_now
from alerts.store.alerts import Alert
from alerts.store.engine import Store
from alerts.store.subscribers import Channel
from service.process import running
from service.scheduler import Leadership
from service.wiring import Runtime, wire
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


def eventually(is_true: Callable[[], object], within_s: float = 20) -> None:
    until = time.monotonic() + within_s
    while not is_true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


def town_now(runtime: Runtime) -> Town:
    """The town at the real time, whose clock then stands."""
    clock = StandingClock(utc_now())
    return Town(store=runtime.store, vault=runtime.vault, clock=clock, index=runtime.index)


@pytest.fixture
def ticking(database_url: str, tmp_path: Path) -> Runtime:
    """All parts on the real clock, looking often."""
    settings = settings_at(tmp_path / "var", database_url, sweep_every_s=0.1, expiry_every_s=0.1)
    return wire(settings)


def test_without_any_bell_the_sweep_plans_sends_expires_and_takes_down(
    ticking: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town(
        store=ticking.store,
        vault=ticking.vault,
        clock=StandingClock(utc_now()),
        index=ticking.index,
    )
    with running(ticking, works=True, schedules=True):
        town.person(phones=[Channel.CONSOLE])
        alert_id = town.alert(lives=timedelta(seconds=4))
        said: list[str] = []

        def pushed(kind: str) -> bool:
            said.append(capsys.readouterr().out)
            return f"kind={kind}" in "".join(said)

        eventually(lambda: pushed("alert"))
        eventually(lambda: pushed("takedown"))
        with ticking.store.read() as session:
            assert session.get_one(Alert, alert_id).status is Status.ENDED
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 8
    assert "".join(said).count("PUSH console") == 2


def test_a_process_that_only_answers_requests_runs_no_jobs(ticking: Runtime) -> None:
    town = Town(
        store=ticking.store,
        vault=ticking.vault,
        clock=StandingClock(utc_now()),
        index=ticking.index,
    )
    with running(ticking, works=False, schedules=False) as process:
        town.person()
        alert_id = town.alert()
        process.bell.ring(*process.jobs.waiting())
        time.sleep(0.3)
        assert town.waves(alert_id) == []


def test_embedded_the_only_process_leads(tmp_path: Path, migrated_sqlite: Path) -> None:
    store = Store(f"sqlite:///{migrated_sqlite}")
    leadership = Leadership(store)
    assert leadership.is_ours()
    leadership.give_up()
    assert leadership.is_ours()
    store.close()
