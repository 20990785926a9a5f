"""A running Porchlight as its users meet it: the process, its HTTP, its command line, its pushes.

Everything is real: `porchlight serve` in a process of its own, a SQLite file, FCM's protocol over
TLS. Nothing is reached into; what a test wants to know it asks over HTTP or the command line.
Commands that answer and end run in the test's own process: one of their own takes two seconds.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests

from service.cli import run
from tests.logs import logs_kept
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
PORCHLIGHT = Path(sys.executable).with_name("porchlight")
ANSWER_S = 30.0


def eventually(what: Callable[[], Any], within_s: float = ANSWER_S, every_s: float = 0.05) -> Any:
    """Return what `what` returns once it is truthy; fail with its last answer after `within_s`."""
    until = time.monotonic() + within_s
    while not (found := what()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {within_s} s; last seen: {found!r}")
        time.sleep(every_s)
    return found


@dataclass
class House:
    """One Porchlight."""

    data_dir: Path
    extra: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings of this house, and no others."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PORCHLIGHT_")}  # noqa: TID251
        return {**kept, "PYTHONUNBUFFERED": "1", **self.settings}

    @property
    def settings(self) -> dict[str, str]:
        """The settings of this house."""
        own = {"PORT": str(self.port), "PORCHLIGHT_DATA_DIR": str(self.data_dir)}
        return {**own, **self.extra}

    @property
    def output(self) -> str:
        """What it printed so far."""
        return (self.data_dir / "stdout.txt").read_text()

    def start(self, *command: str) -> None:
        """Start it and wait until it is ready."""
        with (
            (self.data_dir / "stdout.txt").open("ab") as out,
            (self.data_dir / "stderr.txt").open("ab") as err,
        ):
            self.process = subprocess.Popen(
                [str(PORCHLIGHT), *(command or ("serve",))],
                env=self.env,
                cwd=self.data_dir,
                stdout=out,
                stderr=err,
            )
        eventually(self.is_ready, 60)

    def is_ready(self) -> bool:
        """Say whether it answers; fail if it has died."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError((self.data_dir / "stderr.txt").read_text()[-3000:])
        try:
            return requests.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except (requests.ConnectionError, requests.Timeout):  # machines are busy
            return False

    def kill(self) -> None:
        """Pull the plug: SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """End it as an operator does; return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    def cli(self, *words: str) -> Any:
        """Run a command and return its JSON."""
        out, err = StringIO(), StringIO()
        with self._here(), redirect_stdout(out), redirect_stderr(err):
            code = run([*words, "--json"])
        assert code == 0, f"porchlight {' '.join(words)}: {out.getvalue()}{err.getvalue()}"
        return json.loads(out.getvalue())

    def cli_apart(self, *words: str) -> Any:
        """Run a command in a process of its own and return its JSON."""
        done = subprocess.run(
            [str(PORCHLIGHT), *words, "--json"],
            env=self.env,
            cwd=self.data_dir,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"porchlight {' '.join(words)}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    @contextmanager
    def _here(self) -> Iterator[None]:
        """Give this process the settings of the house for a while, and its logs back after it."""
        with logs_kept(), pytest.MonkeyPatch.context() as patch:
            for name, said in self.settings.items():
                patch.setenv(name, said)
            patch.chdir(self.data_dir)
            yield

    def feed(self, slug: str, kind: str = "poster", trust: str = "auto") -> "PartnerFeed":
        """Add a feed."""
        made = self.cli("feed", "add", slug, "--kind", kind, "--trust", trust)
        return PartnerFeed(house=self, slug=slug, key=made["api_key"])

    def neighbour(self, language: str = "en", **more: Any) -> "Neighbour":
        """Let somebody join."""
        made = requests.post(f"{self.url}/v1/subscribers", json={"language": language}, timeout=30)
        assert made.status_code == 201, made.text
        somebody = Neighbour(house=self, id=made.json()["id"], token=made.json()["token"])
        if more:
            somebody.ask("PATCH", "/v1/me", json=more)
        return somebody

    def console_pushes(self) -> list[str]:
        """Return the pushes that were printed, one line each."""
        return [line for line in self.output.splitlines() if line.startswith("PUSH console")]


@dataclass
class PartnerFeed:
    """A partner who pushes posters."""

    house: House
    slug: str
    key: str

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask as this partner."""
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        url = f"{self.house.url}/v1/feeds/{self.slug}{path}"
        return requests.request(method, url, headers=headers, timeout=30, **more)

    def push(self, poster: Mapping[str, Any]) -> dict[str, Any]:
        """Push a poster; it must be taken in."""
        answer = self.ask("POST", "/posters", json=poster)
        assert answer.status_code == 202, answer.text
        said: dict[str, Any] = answer.json()
        return said


@dataclass
class Neighbour:
    """Somebody with a phone."""

    house: House
    id: str
    token: str

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask as this person; it must work."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(
            method, f"{self.house.url}{path}", headers=headers, timeout=30, **more
        )
        assert answer.status_code < 300, answer.text
        return answer

    def draws(self, lon: float, lat: float, radius_m: float = 1_500, name: str = "Home") -> None:
        """Draw a neighborhood around a point."""
        self.ask(
            "POST",
            "/v1/me/neighborhoods",
            json={
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"radius_m": radius_m, "name": name},
            },
        )

    def has_phone(self, fcm_token: str) -> None:
        """Register a phone that FCM reaches."""
        self.ask("PUT", "/v1/me/devices/phone", json={"channel": "fcm", "token": fcm_token})

    def has_console(self) -> None:
        """Register the terminal as a device."""
        self.ask("PUT", "/v1/me/devices/terminal", json={"channel": "console"})


@contextmanager
def running_house(data_dir: Path, **extra: str) -> Iterator[House]:
    """Run a Porchlight for as long as the block lasts."""
    house = House(data_dir=data_dir, extra=extra)
    house.start()
    try:
        yield house
    finally:
        house.stop()
