"""How long from a poster's arrival to the first push, with 100,000 neighborhoods?

Runs `porchlight serve` as a user does, imports the crowd, pushes posters over HTTP one after the
other, and reads the server's own clock: arrival of the document to the first push handed to the
channel (`porchlight_first_push_seconds`). The peer, in the same run on the same neighborhoods:
shapely's STRtree with an exact test, the usual way to match, against our index.
"""

import json
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import requests
import shapely

from alerts.audience.columns.index import Columns
from alerts.store.engine import Store
from benchmarks.crowd import write_crowd
from geo.circle import circle
from geo.coordinates import LonLat
from tests.fakes.names import name_of
from tests.flow.house import House, PartnerFeed, eventually

NEIGHBORHOODS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
POSTERS = 30
PLACES = (("New York", "NY"), ("Chicago", "IL"), ("Houston", "TX"), ("Marquette", "MI"))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(data_dir=Path(folder))
        write_crowd(Path(folder) / "crowd.geojsonl", NEIGHBORHOODS)
        house.cli("init")
        imported_s = timed(lambda: house.cli("subscriber", "import", f"{folder}/crowd.geojsonl"))
        house.start()
        eventually(lambda: "audience_loaded" in (Path(folder) / "stderr.txt").read_text(), 60)
        took_ms = first_pushes(house, house.feed("police"))
        house.stop()
        print(
            json.dumps(
                {
                    "benchmark": "first_push",
                    "neighborhoods": NEIGHBORHOODS,
                    "import_s": round(imported_s, 1),
                    "posters": len(took_ms),
                    "arrival_to_first_push_ms": summary(took_ms),
                    "reach": reach_against_strtree(Path(folder)),
                }
            )
        )


def first_pushes(house: House, police: PartnerFeed) -> list[float]:
    """Push posters, one at a time; return what the server measured for each, in ms."""
    took = []
    for number in range(POSTERS):
        until_quiet(house)  # the wave before has left: an alert is a rare thing
        before = first_push_total(house)
        police.push(poster(number))
        count, seconds = eventually(partial(newer, house, before))
        took.append((seconds - before[1]) / (count - before[0]) * 1000)
    return took


def until_quiet(house: House) -> None:
    """Wait until no push has left for half a second."""
    seen, since = pushes(house), time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(0.1)
        now = pushes(house)
        if now != seen:
            seen, since = now, time.monotonic()


def pushes(house: House) -> float:
    """Return how many pushes the server has counted."""
    lines = requests.get(f"{house.url}/metrics", timeout=10).text.splitlines()
    return sum(float(x.rsplit(" ", 1)[1]) for x in lines if x.startswith("porchlight_pushes_total"))


def newer(house: House, before: tuple[float, float]) -> tuple[float, float] | None:
    """Return the server's totals once they moved."""
    now = first_push_total(house)
    return now if now[0] > before[0] else None


def first_push_total(house: House) -> tuple[float, float]:
    """Return how many first pushes the server counted, and their seconds in all."""
    lines = requests.get(f"{house.url}/metrics", timeout=10).text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    name = "porchlight_first_push_seconds"
    return float(values[f"{name}_count"]), float(values[f"{name}_sum"])


def poster(number: int) -> dict[str, Any]:
    """Return a poster of a fictional child in one of PLACES."""
    city, state = PLACES[number % len(PLACES)]
    first, last = name_of(str(number))
    return {
        "organizationCode": "BENCH",
        "caseNumber": str(number),
        "amberAlert": True,
        "children": [
            {
                "firstName": first,
                "lastName": last,
                "ageNow": "9",
                "missingCity": city,
                "missingState": state,
                "missingCountry": "US",
            }
        ],
        "contacts": [{"name": "Police (fictional)", "phoneNumbers": ["1-906-555-0100"]}],
    }


def reach_against_strtree(folder: Path) -> dict[str, Any]:
    """Time our index and STRtree on the same areas; their ids must agree."""
    store, index = Store(f"sqlite:///{folder / 'porchlight.sqlite3'}"), Columns()
    areas = [circle(LonLat(*c), 24_000) for c in ((-74, 40.7), (-87.65, 41.85), (-95.4, 29.8))]
    ours, theirs = [], []
    with store.read() as session:
        load_s = timed(lambda: index.refresh(session))
        shapes, ids = index.shapes()
        tree = shapely.STRtree(shapes)
        for area in areas * 10:
            ours.append(timed(lambda a=area: index.reach(session, a)) * 1000)
            theirs.append(timed(lambda a=area: strtree_reach(tree, a)) * 1000)
            found = index.reach(session, area).neighborhood_ids
            assert set(found) == set(ids[strtree_reach(tree, area)])
    return {
        "load_s": round(load_s, 2),
        "columns_ms": summary(ours),
        "strtree_ms": summary(theirs),
        "times_as_fast": round(statistics.median(theirs) / statistics.median(ours), 2),
    }


def strtree_reach(tree: shapely.STRtree, area: shapely.Polygon) -> "np.ndarray[Any, Any]":
    """Match as one does with shapely alone."""
    return np.asarray(tree.query(area, predicate="intersects"))


def timed(what: Any) -> float:
    """Return how long a call takes, in seconds."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def summary(values: list[float]) -> dict[str, float]:
    """Return median, p90 and the largest."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 1),
        "p90": round(ordered[int(len(ordered) * 0.9)], 1),
        "max": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    main()
