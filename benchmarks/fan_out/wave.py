"""A database with a crowd in it, and a wave to all of them that waits to be sent."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
from shapely.geometry import box
from sqlalchemy import func, select

from alerts.alert import Tier
from alerts.audience.make_wave import WavePolicy
from alerts.clock import utc_now
from alerts.push import Outcome
from alerts.store.engine import Store
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault
from alerts.store.waves import Batch, BatchState
from benchmarks.crowd import crowd
from benchmarks.crowd_rows import fill_sqlite
from config.settings import Settings
from service import database
from tests.audience.town import Town
from tests.fakes.clock import StandingClock

EVERYBODY = box(-179, -80, 179, 80)  # no feed may send such an area: it is planned by hand
LOOKS_EVERY_S = 0.25
GIVES_UP_AFTER_S = 120.0  # without any batch done


def plan_wave(data_dir: Path, people: int, batch_size: int = 500) -> int:
    """Make a database with a wave of batches to everybody, one device each; return how many."""
    settings = Settings(data_dir=data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    database.migrate(settings.resolved_database_url)
    store = Store(settings.resolved_database_url)
    fill_sqlite(store, crowd(people))
    town = Town(
        store=store,
        vault=Vault(Keyring(settings.resolved_keyring_url, utc_now)),
        clock=StandingClock(utc_now()),
        policy=WavePolicy(batch_size=batch_size, weekly_cap=3),
    )
    devices = town.plan(town.alert(tier=Tier.AMBER, area=EVERYBODY))
    store.close()
    return devices


def wait_until_sent(store: Store) -> None:
    """Return when no batch is left to send; SystemExit if nothing moves any more."""
    left, since = -1, time.monotonic()
    while (now_left := waiting(store)) > 0:
        if now_left != left:
            left, since = now_left, time.monotonic()
        if time.monotonic() - since > GIVES_UP_AFTER_S:
            raise SystemExit(f"{now_left} batches wait and none is sent")
        time.sleep(LOOKS_EVERY_S)


def waiting(store: Store) -> int:
    """Return how many batches aren't done."""
    with store.read() as session:
        count = select(func.count()).where(Batch.state == BatchState.READY)
        return session.scalar(count) or 0


def outcomes(store: Store) -> dict[str, int]:
    """Return how many devices have each outcome, in all waves."""
    found = Counter[int]()
    with store.read() as session:
        for packed in session.scalars(select(Batch.outcomes)):
            found.update(np.frombuffer(packed, np.uint8).tolist())
    return {Outcome(code).name: count for code, count in sorted(found.items())}
