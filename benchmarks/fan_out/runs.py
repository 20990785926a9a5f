"""Waves sent by a process of its own: what each costs, and what arrived at the stand-in."""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.fan_out.stand_in import Accepted, StandIn
from benchmarks.fan_out.wave import plan_wave
from tests.flow.house import House

ROOT = Path(__file__).parents[2]
FREELY = {"fcm_rate_per_s": 1_000_000, "fcm_ramp_s": 0}  # no quota holds the sender back
TAKES_AT_MOST_S = 1_800


class Spent(BaseModel):
    """What the sender says of itself."""

    outcomes: dict[str, int]
    cpu_s: float  # while it sent, all threads
    start_cpu_s: float  # until it was ready to
    took_s: float
    peak_mb: float


@contextmanager
def waiting_wave(folder: Path, devices: int) -> Iterator[Path]:
    """Make a database with a wave to so many devices; it is removed at the end."""
    data_dir = folder / f"wave-{devices}"
    shutil.rmtree(data_dir, ignore_errors=True)
    made = plan_wave(data_dir, devices)
    assert made == devices, made
    try:
        yield data_dir
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def sender(folder: Path, fcm: StandIn, devices: int, **settings: object) -> dict[str, Any]:
    """Have the product send a wave, and record every outcome."""
    with waiting_wave(folder, devices) as data_dir:
        fcm.stats(reset=True)
        spent = apart("send_wave", data_dir, fcm, (), **{**FREELY, **settings})
        return told(spent, fcm.stats(), devices)


def peer(folder: Path, fcm: StandIn, devices: int) -> dict[str, Any]:
    """Have firebase-admin's send_each send the same message to as many."""
    with waiting_wave(folder, devices) as data_dir:
        fcm.stats(reset=True)
        spent = apart("send_each", data_dir, fcm, (fcm.url, str(devices)))
        return told(spent, fcm.stats(), devices)


def paced(folder: Path, fcm: StandIn, devices: int, rate_per_s: float) -> dict[str, Any]:
    """Have the product keep to a rate, the stand-in being far away."""
    found = sender(folder, fcm, devices, fcm_rate_per_s=rate_per_s)
    came = fcm.stats()
    rate = steady(came)
    found["per_second"] = came.per_second
    found["steady_pushes_per_second"] = round(rate)
    found["share_of_the_rate"] = round(rate / rate_per_s, 3)
    return found


def steady(came: Accepted) -> float:
    """Return what was accepted a second after the start: whole seconds, the first apart."""
    whole = came.per_second[1:-1]
    return statistics.mean(whole) if whole else came.accepted / max(came.took_s, 1e-3)


def told(spent: Spent, came: Accepted, devices: int) -> dict[str, Any]:
    """Return the figures of a run."""
    return {
        "devices": devices,
        "pushes_per_core_second": round(devices / spent.cpu_s),
        "pushes_per_second": round(devices / spent.took_s),
        "cpu_s": round(spent.cpu_s, 2),
        "start_cpu_s": round(spent.start_cpu_s, 2),
        "took_s": round(spent.took_s, 2),
        "peak_mb": round(spent.peak_mb),
        "outcomes": spent.outcomes,
        "stand_in": arrived(came),
    }


def arrived(came: Accepted) -> dict[str, Any]:
    """Return what the stand-in says, in short."""
    return {
        "accepted": came.accepted,
        "distinct": came.distinct,
        "repeats": came.repeats,
        "refused": came.refused,
        "connections": came.connections,
        "body_bytes": came.body_bytes,
        "cpu_us_each": round(came.cpu_s / max(came.accepted, 1) * 1e6),
    }


def apart(
    module: str, data_dir: Path, fcm: StandIn, words: Sequence[str], **settings: object
) -> Spent:
    """Run a module of this package in a process of its own, and return what it says at last."""
    house = House(data_dir=data_dir, extra=fcm.settings(**settings))
    env = {**house.env, "PYTHONPATH": str(ROOT), "REQUESTS_CA_BUNDLE": str(fcm.ca_path)}
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.fan_out.{module}", *words],
        env=env,
        cwd=data_dir,
        capture_output=True,
        text=True,
        timeout=TAKES_AT_MOST_S,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:]}")
    return Spent.model_validate(json.loads(done.stdout.splitlines()[-1]))
