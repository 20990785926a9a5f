"""`porchlight serve` as a real process: it listens, says where, works, and ends when told to."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest
from sqlalchemy import func, select

from alerts.store.alerts import Alert
from alerts.store.feeds import all_feeds
from alerts.store.subscribers import Subscriber
from service.wiring import Runtime
from tests.service.cli.conftest import Run, environment
from tests.service.cli.test_subscriber_import import circle, fcm, written

PATIENCE_S = 30.0  # two cores shared with other tests


class Server:
    """A running `porchlight serve`, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: Queue[str] = Queue()
        self.heard: list[str] = []
        self.thread = Thread(target=self._listen)
        self.thread.start()

    def wait_for(self, start: str) -> str:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                line = self.lines.get(timeout=max(0.1, until - time.monotonic()))
            except Empty:
                raise AssertionError(f"no line began with {start!r}: {self.heard}") from None
            self.heard.append(line)
            if line.startswith(start):
                return line

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)


@contextmanager
def serving(folder: Path, *args: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "service.cli", "serve", *args]
    with (
        (folder.parent / "log").open("w") as log,
        subprocess.Popen(
            command,
            env=environment(folder, PORT="0"),
            cwd=folder.parent,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        server = Server(process)
        try:
            yield server
        finally:
            process.kill()
            server.thread.join()


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
        code: int = response.status
        return code


def ends(server: Server, number: signal.Signals) -> float:
    """Ask it to end; return how many seconds it took."""
    start = time.monotonic()
    server.process.send_signal(number)
    assert server.process.wait(timeout=15) == 0
    return time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_is_ready_within_seconds_and_ends_cleanly(
    data_dir: Path, number: signal.Signals
) -> None:
    start = time.monotonic()
    with serving(data_dir, "--json") as server:
        said = json.loads(server.wait_for("{"))
        assert time.monotonic() - start < PATIENCE_S / 2
        assert said["event"] == "listening"
        assert (said["demo"], said["alert"]) == (False, None)
        assert not said["url"].endswith(":0")
        assert status(said["url"] + "/health/ready") == 200
        assert status(said["url"] + "/") == 200
        assert ends(server, number) < 10


def test_a_fresh_folder_is_set_up_first(tmp_path: Path) -> None:
    with serving(tmp_path / "fresh", "--json") as server:
        url = json.loads(server.wait_for("{"))["url"]
        assert status(url + "/health/live") == 200
        assert ends(server, signal.SIGTERM) < 10


def test_the_demo_pushes_says_what_to_open_and_starts_again(
    data_dir: Path, runtime: Runtime, porchlight: Run
) -> None:
    with serving(data_dir, "--demo") as server:
        page = server.wait_for("    Poster").split()[-1]
        assert status(page) == 200
        push = server.wait_for("PUSH console")
        assert page in push
        ends(server, signal.SIGTERM)
    with serving(data_dir, "--demo", "--json") as again:
        said = json.loads(again.wait_for("{"))
        assert said["alert"] == page.rsplit("/", 1)[-1]
        assert porchlight("alert", "recall", said["alert"]).code == 0
        assert "kind=all_clear" in again.wait_for("PUSH console")
        ends(again, signal.SIGTERM)
    with runtime.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 12
        assert session.scalar(select(func.count()).select_from(Alert)) == 1


def test_the_demo_stays_out_of_a_real_instance(
    quick: Run, data_dir: Path, runtime: Runtime, tmp_path: Path
) -> None:
    quick("subscriber", "import", str(written(tmp_path / "p", circle(-87.4, device=fcm("a")))))
    with serving(data_dir, "--demo", "--json") as server:
        said = json.loads(server.wait_for("{"))
        assert said["demo"] is False
        assert "no demo was started" in said["note"]
        ends(server, signal.SIGTERM)
    with runtime.store.read() as session:
        assert all_feeds(session) == []


def test_a_port_that_is_taken_is_a_sentence(data_dir: Path, porchlight: Run) -> None:
    with serving(data_dir, "--json") as server:
        port = json.loads(server.wait_for("{"))["url"].rsplit(":", 1)[-1]
        ran = porchlight("serve", PORT=port)
    assert ran.code == 1
    assert "set another PORT" in ran.err
    assert "Traceback" not in ran.err
