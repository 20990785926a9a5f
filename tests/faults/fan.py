"""A wave on its way through the product's own parts, on a clock that moves when somebody waits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from alerts.store.waves import Batch, BatchState
from config.settings import Settings
from service.jobs import Jobs
from service.wiring import Runtime, wire
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.faults.settings import settings_of
from tests.stand_ins.fcm import FcmStandIn

GIVES_UP_AFTER = timedelta(hours=3)


@dataclass(kw_only=True)
class Fan:
    """The parts, and FCM at the other end."""

    town: Town
    fcm: FcmStandIn
    runtime: Runtime
    jobs: Jobs

    @property
    def clock(self) -> StandingClock:
        """The clock of everything but TLS and OAuth."""
        return self.town.clock

    def send(self, lasts: timedelta = GIVES_UP_AFTER) -> None:
        """Do what is due, second by second, until nothing is left to send or the time is over."""
        ends_at = self.clock() + lasts
        while self.clock() < ends_at:
            self.jobs.run_until_quiet()
            if not self.waits():
                return
            self.clock.move_on(seconds=1)

    def waits(self) -> int:
        """How many batches aren't done."""
        with self.runtime.store.read() as session:
            count = select(func.count()).where(Batch.state != BatchState.DONE)
            return session.scalar(count) or 0

    def repeats(self) -> int:
        """How many devices were handed over again because an answer was lost: our own count."""
        with self.runtime.store.read() as session:
            return session.scalar(select(func.sum(Batch.repeats))) or 0


@contextmanager
def fan_of(town: Town, keyring_url: str, folder: Path, **settings: Any) -> Iterator[Fan]:
    """Wire the product to the town and to an FCM of its own."""
    (folder / "fcm").mkdir()
    with FcmStandIn.running(folder / "fcm") as fcm:
        said = settings_of(town, keyring_url, folder, fcm, **{"batch_size": 200, **settings})
        runtime = wire(Settings(**said), town.clock)
        dispatcher = replace(runtime.dispatcher, pause=moving(town.clock))
        runtime = replace(runtime, dispatcher=dispatcher)
        town.policy = runtime.wave_policy
        yield Fan(town=town, fcm=fcm, runtime=runtime, jobs=Jobs(runtime))
        runtime.close()


def moving(clock: StandingClock) -> Callable[[float], None]:
    """Return a pause that takes no time: the clock is moved on."""

    def pause(seconds: float) -> None:
        clock.move_on(seconds=seconds)

    return pause


@contextmanager
def as_soon_as(happens: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Act, in another thread, as soon as something happens while the block runs; it must."""
    acted = threading.Event()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if happens():
                act()
                acted.set()
                return
            time.sleep(0.001)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)
    assert acted.is_set(), "it never came to that"
