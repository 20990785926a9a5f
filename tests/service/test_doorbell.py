"""Is a bell that nobody heard rung again, and one that rings not twice?"""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service import doorbell
from service.doorbell import QUEUE, Doorbell
from service.jobs import Job, Jobs
from service.wiring import Runtime
from tests.service.test_scheduler import eventually

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


class Heard(Jobs):
    """Remembers what it was rung for."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.heard: list[Job] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def run(self, job: Job) -> bool:
        self.heard.append(job)
        self.may_end.wait(10)
        return False


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is in it is nobody's business here."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def jobs(house: Runtime) -> Heard:
    return Heard(house)


@pytest.fixture
def bell(jobs: Heard) -> Iterator[Doorbell]:
    with closing(Doorbell("", jobs)) as made:
        yield made


def lose(bell: Doorbell) -> None:
    """Lose whatever was rung."""
    bell._broker.flush(QUEUE)


def test_a_bell_that_is_lost_in_this_process_is_rung_again(
    jobs: Heard, bell: Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell.ring(Job.PLAN)
    lose(bell)
    bell.start_workers(1)
    bell.ring(Job.PLAN)  # as far as it knows, it rings already
    monkeypatch.setattr(doorbell, "UNHEARD_S", 0.0)

    def is_heard() -> bool:
        bell.ring(Job.PLAN)
        return bool(jobs.heard)

    eventually(is_heard)
    monkeypatch.undo()
    jobs.heard.clear()
    for _ in range(3):  # from then on each is heard
        eventually(lambda: not bell._unheard[Job.PLAN])
        bell.ring(Job.PLAN)
    eventually(lambda: len(jobs.heard) >= 3)


def test_a_bell_that_rings_already_isnt_rung_again(jobs: Heard, bell: Doorbell) -> None:
    for _ in range(5):
        bell.ring(Job.PLAN, times=2)
        bell.ring(Job.AFTERCARE)
    bell.start_workers(1)
    eventually(lambda: len(jobs.heard) == 3)
    assert sorted(jobs.heard) == [Job.AFTERCARE, Job.PLAN, Job.PLAN]


def test_one_that_is_at_work_is_asked_once_more(jobs: Heard, bell: Doorbell) -> None:
    jobs.may_end.clear()
    bell.start_workers(1)
    bell.ring(Job.PLAN)
    eventually(lambda: jobs.heard)
    for _ in range(5):
        bell.ring(Job.PLAN)
    jobs.may_end.set()
    eventually(lambda: len(jobs.heard) == 2)
