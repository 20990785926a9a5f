"""Waves followed over a real server: figures rise, the end is told, and nobody is starved."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask

from alerts.delivery.progress import Counting
from alerts.store.alerts import Alert
from alerts.store.batches import ready_batches
from alerts.store.staff_tokens import revoke_staff_token
from config.settings import Settings
from service.api.desk import wave_events
from service.api.desk.wave_watch import Look, WaveWatch
from service.jobs import Jobs
from service.serve import listening
from service.wiring import Runtime
from tests.desk.test_suggest import an_alert
from tests.flow.house import eventually
from tests.service.api_desk.conftest import Person
from tests.service.api_partner.documents import add_neighbours

PEOPLE, BATCHES = 60, 12
WITHIN_S = 30.0


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    more = {"batch_size": PEOPLE // BATCHES, "desk_requests_per_minute": 1_000}
    return Settings(data_dir=data_dir, host="127.0.0.1", PORT=0, _env_file=None, **more)  # type: ignore[arg-type]


@pytest.fixture
def house(runtime: Runtime) -> Runtime:
    """With places, by which the alert has its area."""
    return runtime


@pytest.fixture
def alert(house: Runtime) -> Alert:
    """One whose wave is made, and nothing of it sent."""
    add_neighbours(house, PEOPLE)
    made = an_alert(house)
    Jobs(house).plan()
    return made


@pytest.fixture
def address(settings: Settings, house: Runtime, app: Flask) -> Iterator[str]:
    """The real server, as `porchlight serve` runs it."""
    with listening(settings) as server:
        server.wsgi_app = app
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
        house.stopping.set()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


class Stream:
    """What one viewer receives."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(chunk_size=1, decode_unicode=True)

    def next(self) -> tuple[str, Any]:
        """Return the next event and its data, ("", None) at the end; comments are left out."""
        name = ""
        for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        return "", None

    def comments(self) -> Iterator[str]:
        return (line for line in self._lines if line.startswith(":"))


@contextmanager
def following(address: str, viewer: Person, alert: Alert) -> Iterator[Stream]:
    with ask(address, viewer, alert) as answer:
        assert answer.status_code == 200, answer.text
        yield Stream(answer)


def ask(address: str, viewer: Person, alert: Alert) -> requests.Response:
    return requests.get(
        f"{address}/v1/desk/alerts/{alert.public_id}/waves/stream",
        headers={"Authorization": f"Bearer {viewer.token}"},
        stream=True,
        timeout=WITHIN_S,
    )


def send(house: Runtime, batches: int) -> None:
    with house.store.read() as session:
        ready = list(ready_batches(session, house.clock(), batches))
    for batch_id in ready:
        house.dispatcher.send_batch(batch_id)


def test_figures_rise_to_the_whole_and_then_it_is_done(
    house: Runtime, address: str, viewer: Person, alert: Alert
) -> None:
    seen = []
    with following(address, viewer, alert) as stream:
        assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
        assert stream.answer.headers["Cache-Control"] == "no-store"
        assert stream.answer.headers["X-Accel-Buffering"] == "no"
        for more in (4, 4, 4):
            name, said = stream.next()
            assert name == "progress"
            seen.append((said["items"][0]["share_done"], said["items"][0]["sent"]))
            send(house, more)
        name, last = stream.next()
        assert (name, stream.next()) == ("progress", ("done", last))
        assert stream.next() == ("", None)  # it ends by itself
    seen.append((last["items"][0]["share_done"], last["items"][0]["sent"]))
    assert seen == [(0.0, "<10"), (0.3333, 20), (0.6667, 40), (1.0, 60)]
    assert last["items"][0]["status"] == "done"


def test_viewers_have_a_quarter_of_the_threads_and_no_more(
    address: str, viewer: Person, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_events, "KEEP_ALIVE_S", 0.1)
    for _ in range(5):  # whoever asks for the head alone takes no place
        head = {"Authorization": f"Bearer {viewer.token}"}
        url = f"{address}/v1/desk/alerts/{alert.public_id}/waves/stream"
        assert requests.head(url, headers=head, timeout=WITHIN_S).status_code == 200
    with ExitStack() as open_:
        answers = [open_.enter_context(ask(address, viewer, alert)) for _ in range(26)]
        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [503] * 22
        refused = answers[-1]
        assert refused.headers["Retry-After"] == "15"
        assert refused.json()["type"].endswith("too_many_streams")
        for _ in range(20):  # everybody else is served
            assert requests.get(f"{address}/health/live", timeout=WITHIN_S).status_code == 200

    def is_free() -> bool:
        with ask(address, viewer, alert) as answer:
            return answer.status_code == 200

    eventually(is_free)  # those who went away make room


def test_nothing_new_is_a_comment_now_and_then(
    address: str, viewer: Person, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_events, "KEEP_ALIVE_S", 0.1)
    with following(address, viewer, alert) as stream:
        comments = stream.comments()
        assert [next(comments), next(comments)] == [": keep-alive"] * 2


def test_a_token_that_is_revoked_ends_what_it_began(
    house: Runtime, address: str, viewer: Person, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_events, "MAY_STILL_S", 0.0)
    with following(address, viewer, alert) as stream:
        assert stream.next()[0] == "progress"
        with house.store.begin() as session:
            revoke_staff_token(session, viewer.number, house.clock())
        assert stream.next() == ("", None)
    assert ask(address, viewer, alert).status_code == 401


def test_a_process_that_is_told_to_end_lets_its_viewers_go(
    house: Runtime, address: str, viewer: Person, alert: Alert
) -> None:
    with following(address, viewer, alert) as stream:
        assert stream.next()[0] == "progress"
        house.stopping.set()
        assert stream.next() == ("", None)


def test_a_stream_ends_after_some_minutes(
    address: str, viewer: Person, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_events, "LONGEST_S", 0.0)
    with following(address, viewer, alert) as stream:
        assert stream.next()[0] == "progress"
        assert stream.next() == ("", None)


class NotingWatch(WaveWatch):
    """The real one, which notes when it counts."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime, Counting())
        self.counted: list[UUID] = []

    def look(self, alert_id: UUID) -> Look:
        self.counted.append(alert_id)
        return super().look(alert_id)


def test_all_who_watch_one_alert_share_one_count(house: Runtime, alert: Alert) -> None:
    watch = NotingWatch(house)
    with ExitStack() as open_:
        looks = [open_.enter_context(watch.watching(alert.public_id)) for _ in range(20)]
        first = {look().number for look in looks}
        assert (len(first), len(watch.counted)) == (1, 1)
        send(house, 4)
        eventually(lambda: looks[0]().number not in first)
        counted = len(watch.counted)
        assert counted <= WITHIN_S
        assert {look().number for look in looks} == {looks[0]().number}
    with watch.watching(alert.public_id) as look:  # nobody watched: it is counted anew
        look()
    assert len(watch.counted) > counted
