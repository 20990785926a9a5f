"""A poster to everybody, in one `porchlight serve` on SQLite: from its arrival to the last outcome.

The settings are the defaults but two: FCM is the stand-in, and an area as large as a country isn't
held for the desk. Set-up, crowd and places are made once and kept, if a folder is given.
"""

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from alerts.store.engine import Store
from alerts.store.waves import Batch
from benchmarks.crowd import crowd
from benchmarks.crowd_rows import fill_sqlite
from benchmarks.fan_out.burn import cpu_s, peak_mb
from benchmarks.fan_out.runs import arrived
from benchmarks.fan_out.stand_in import StandIn
from benchmarks.fan_out.wave import outcomes, wait_until_sent
from tests.flow.house import House, PartnerFeed, eventually

# Where the crowd's cities are, Alaska and Hawaii too.
THE_STATES = ((-175.0, 15.0), (-60.0, 15.0), (-60.0, 73.0), (-175.0, 73.0), (-175.0, 15.0))
LARGE_ENOUGH_KM2 = 1e9
LOADED_WITHIN_S = 120
PLANNED_WITHIN_S = 120
TOLD_OF_S = 10  # the rate is told of every ten seconds


def everybody(folder: Path, fcm: StandIn, people: int) -> dict[str, Any]:
    """Push one poster to all of them."""
    with copied(prepared(folder, people)) as data_dir:
        settings = fcm.settings(hold_amber_area_above_km2=LARGE_ENOUGH_KM2)
        house = House(data_dir=data_dir, extra=settings)
        house.start()
        try:
            eventually(lambda: "audience_loaded" in said(house), LOADED_WITHIN_S)
            return {"devices": people, **pushed(house, fcm)}
        finally:
            house.stop()


def pushed(house: House, fcm: StandIn) -> dict[str, Any]:
    """Push the poster, wait for the last outcome, and return the figures."""
    assert house.process is not None
    server, store = house.process.pid, Store(database_of(house.data_dir))
    police = PartnerFeed(house=house, slug="police", key=(house.data_dir / "key.txt").read_text())
    fcm.stats(reset=True)
    before_s, ready_mb, posted_s = cpu_s(server), peak_mb(server), time.time()
    answer = police.push(poster())
    answered_s = time.time()
    assert answer["outcome"] == "accepted", answer
    eventually(lambda: last_outcome(store) is not None, PLANNED_WITHIN_S)
    wait_until_sent(store)
    ended, used_s, came = last_outcome(store), cpu_s(server) - before_s, fcm.stats()
    assert ended is not None
    found = outcomes(store)
    store.close()
    return {
        "answered_s": round(answered_s - posted_s, 3),
        "first_push_s": round(came.first_ms / 1000 - posted_s, 3),
        "last_push_s": round(came.last_ms / 1000 - posted_s, 1),
        "last_outcome_s": round(ended.timestamp() - posted_s, 1),
        "pushes_per_core_second": round(sum(found.values()) / used_s),
        "cpu_s": round(used_s, 1),
        "stand_in_cpu_s": round(came.cpu_s, 1),
        "peak_mb": round(peak_mb(server)),
        "peak_mb_before": round(ready_mb),
        "outcomes": found,
        "pushes_per_second": by_tens(came.per_second),
        "stand_in": arrived(came),
    }


def by_tens(per_second: list[int]) -> list[int]:
    """Return means of ten seconds each."""
    starts = range(0, len(per_second), TOLD_OF_S)
    return [round(statistics.mean(per_second[at : at + TOLD_OF_S])) for at in starts]


def last_outcome(store: Store) -> datetime | None:
    """Return when the last batch so far was done."""
    with store.read() as session:
        return session.scalar(select(func.max(Batch.done_at)))


def prepared(folder: Path, people: int) -> Path:
    """Return a folder with that many people, and a feed whose key is in key.txt."""
    made = folder / f"people-{people}"
    if made.exists():
        return made
    unready = folder / f"people-{people}.new"
    shutil.rmtree(unready, ignore_errors=True)
    unready.mkdir(parents=True)
    house = House(data_dir=unready)
    house.cli("init")
    (unready / "key.txt").write_text(house.feed("police").key)
    store = Store(database_of(unready))
    fill_sqlite(store, crowd(people))
    store.scrub()
    store.close()
    return unready.rename(made)


@contextmanager
def copied(data_dir: Path) -> Iterator[Path]:
    """Copy a folder for as long as the block lasts."""
    copy = data_dir.with_suffix(".run")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data_dir, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def database_of(data_dir: Path) -> str:
    """Return the URL of the database in a folder."""
    return f"sqlite:///{data_dir / 'porchlight.sqlite3'}"


def said(house: House) -> str:
    """Return what the server logged."""
    return (house.data_dir / "stderr.txt").read_text()


def poster() -> dict[str, Any]:
    """Return the poster of a fictional child, with an area of everybody."""
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [THE_STATES]},
        "properties": {
            "organizationCode": "BENCH",
            "caseNumber": "1",
            "amberAlert": True,
            "children": [
                {
                    "firstName": "Wren",
                    "lastName": "Example",
                    "ageNow": "9",
                    "missingCity": "Marquette",
                    "missingState": "MI",
                    "missingCountry": "US",
                }
            ],
            "contacts": [{"name": "Police (fictional)", "phoneNumbers": ["1-906-555-0100"]}],
        },
    }
