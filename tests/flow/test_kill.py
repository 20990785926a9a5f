"""The plug is pulled in the middle of a wave: nobody is lost, and next to nobody hears it twice."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.push import Outcome
from alerts.store.engine import Store
from alerts.store.waves import Batch
from config.settings import Settings
from tests.flow.house import ROOT, House, eventually, running_house
from tests.flow.test_story import NEAR, poster_of_wrenlyn

DEVICES = 10_000
# What one crash can leave in doubt: a chunk in the hands of each of the channel's threads.
MOST_IN_FLIGHT = Settings().send_chunk * FastFcmChannel.threads
LOOKS_EVERY_S = 0.5  # ten thousand lines are read anew each time


@pytest.mark.timeout(300)
def test_kill_9_in_a_wave_of_10000_devices(data_dir: Path, tmp_path: Path) -> None:
    with fcm_process(tmp_path / "fcm") as (settings, log):
        with running_house(data_dir, **settings) as house:
            everybody(house, tmp_path / "everybody.geojsonl")
            house.feed("police").push(poster_of_wrenlyn())
            eventually(lambda: len(sent(log)) > DEVICES // 4, 120, LOOKS_EVERY_S)
            house.kill()

        in_doubt = devices_with(data_dir, Outcome.IN_FLIGHT)
        assert 0 < len(devices_with(data_dir, Outcome.PENDING)) < DEVICES

        with running_house(data_dir, **settings):
            eventually(lambda: len(set(sent(log))) == DEVICES, 180, LOOKS_EVERY_S)
            eventually(lambda: len(devices_with(data_dir, Outcome.SENT)) == DEVICES)

    # Every device has its outcome, and only those in the channel's hands at the kill heard twice.
    twice = {token for token, times in Counter(sent(log)).items() if times > 1}
    print(f"in flight at the kill: {len(in_doubt)}; pushed twice: {len(twice)}")
    assert len(in_doubt) <= MOST_IN_FLIGHT
    assert twice <= {f"phone-{device - 1}" for device in in_doubt}
    assert max(Counter(sent(log)).values()) <= 2


def everybody(house: House, file: Path) -> None:
    """Import DEVICES neighbours of Marquette, each with a phone."""
    with file.open("w") as lines:
        for number in range(DEVICES):
            lon, lat = NEAR[0] + (number % 100) * 1e-4, NEAR[1] + (number // 100) * 1e-4
            ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat]]
            feature = {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"device": {"channel": "fcm", "token": f"phone-{number}"}},
            }
            lines.write(json.dumps(feature) + "\n")
    assert house.cli_apart("subscriber", "import", str(file))["imported"] == DEVICES


def devices_with(data_dir: Path, outcome: Outcome) -> list[int]:
    """Return the devices that have an outcome, read from the database file itself."""
    store = Store(f"sqlite:///{data_dir / 'porchlight.sqlite3'}")
    with store.read() as session:
        batches = session.query(Batch).all()
        found = [b.devices()[b.outcome_array() == outcome].tolist() for b in batches]
    store.close()
    return [device for devices in found for device in devices]


def sent(log: Path) -> list[str]:
    """Return the tokens that FCM accepted a message for, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line)["token"] for line in lines if line.endswith("}")]


@contextmanager
def fcm_process(folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """Run the FCM stand-in as a process of its own, with a log that outlives us."""
    folder.mkdir()
    log = folder / "accepted.jsonl"
    program = [sys.executable, "-m", "tests.stand_ins.fcm", "--dir", str(folder), "--log", str(log)]
    process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        eventually((folder / "url.txt").exists)
        yield (
            {
                "PORCHLIGHT_FCM_CREDENTIAL": str(folder / "service-account.json"),
                "PORCHLIGHT_FCM_URL": (folder / "url.txt").read_text().strip(),
                "PORCHLIGHT_FCM_CA_BUNDLE": str(folder / "ca.pem"),
            },
            log,
        )
    finally:
        process.terminate()
        process.wait(10)
