"""Whom does an area reach, and how soon? The columns against PostGIS, on the same neighborhoods.

    python -m benchmarks.bench_audience [NEIGHBORHOODS] [--without-postgis] [--folder FOLDER]

One crowd (benchmarks.crowd) in a SQLite file and, its heap in Hilbert order, in PostgreSQL; five
areas (benchmarks.areas). Each area is asked of the columns, of PostGIS plainly (ST_Intersects) and
with the area in pieces (ST_Subdivide), and of our PostgisIndex, by turns; the sets of ids must be
the same everywhere. Then what loading, a change and a wave to everybody cost. Medians in ms.
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import shapely
from shapely.geometry import box
from sqlalchemy import create_engine, make_url, select, text

from alerts.aftercare.settle import settle
from alerts.alert import Tier
from alerts.audience.columns.index import Columns
from alerts.audience.index import AudienceIndex, Ids, Question
from alerts.audience.postgis.index import PostgisIndex
from alerts.audience.postgis.planned import plan_well
from alerts.clock import utc_now
from alerts.push import Outcome
from alerts.store.engine import Store
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault
from alerts.store.waves import Batch, BatchState
from benchmarks.areas import areas
from benchmarks.crowd import Crowd, crowd
from benchmarks.crowd_rows import fill_postgresql, fill_sqlite
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.parts import Shape
from service import database
from tests.audience.town import POLICY, Town
from tests.servers import postgresql

ROUNDS = 7
CHANGES = 40
EVERYBODY = box(-179, -80, 179, 80)  # no feed may send such an area: it is planned by hand
SOMEWHERE = LonLat(-87.4, 46.54)
Ask: TypeAlias = Callable[[Shape], Ids]

PLAIN = """
    SELECT id FROM neighborhood
    WHERE shape && ST_GeomFromWKB(:area, 4326)
      AND ST_Intersects(shape, ST_GeomFromWKB(:area, 4326))
"""
SUBDIVIDED = """
    SELECT DISTINCT id FROM neighborhood
    JOIN (SELECT ST_Subdivide(ST_GeomFromWKB(:area, 4326), 64) AS piece) AS pieces
      ON ST_Intersects(shape, piece)
"""


@dataclass(frozen=True, kw_only=True)
class Size:
    """One size of the product, filled."""

    town: Town
    index: AudienceIndex


def main() -> None:
    """Measure and print."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("neighborhoods", type=int, nargs="?", default=1_000_000)
    said.add_argument("--without-postgis", action="store_true")
    said.add_argument("--folder", type=Path, help="where the databases are made; else a temporary")
    asked = said.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        people = crowd(asked.neighborhoods)
        found: dict[str, Any] = {"benchmark": "audience", "neighborhoods": asked.neighborhoods}
        embedded = filled_sqlite(Path(folder), people)
        found["load"] = load(embedded)
        if asked.without_postgis:
            found["areas"] = compared({"columns": index_ids(embedded)})
            found["embedded"] = rest_of(embedded)
        else:
            with filled_postgresql(Path(folder), people) as scaled:
                ways = {
                    "columns": index_ids(embedded),
                    "plain": sql_ids(scaled, PLAIN),
                    "subdivided": sql_ids(scaled, SUBDIVIDED),
                    "postgis": index_ids(scaled),
                }
                found["areas"] = compared(ways)
                found["embedded"] = rest_of(embedded)
                found["scaled"] = rest_of(scaled)
        print(json.dumps(found, indent=1))


def filled_sqlite(folder: Path, people: Crowd) -> Size:
    """Fill the embedded size."""
    url = f"sqlite:///{folder / 'porchlight.sqlite3'}"
    database.migrate(url)
    fill_sqlite(Store(url), people)
    return size_of(url, folder / "keys-embedded.sqlite3", Columns())


@contextmanager
def filled_postgresql(folder: Path, people: Crowd) -> Iterator[Size]:
    """Fill the scaled size."""
    with postgresql(folder) as admin:
        engine = create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE crowd"))
        engine.dispose()
        url = make_url(admin).set(database="crowd").render_as_string(hide_password=False)
        database.migrate(url)
        fill_postgresql(url, people)
        size = size_of(url, folder / "keys-scaled.sqlite3", PostgisIndex())
        yield size
        size.town.store.close()


def size_of(url: str, keys: Path, index: AudienceIndex) -> Size:
    """Open what was filled."""
    town = Town(store=Store(url), vault=Vault(Keyring(f"sqlite:///{keys}", utc_now)))
    town.index = index
    return Size(town=town, index=index)


def load(size: Size) -> dict[str, float]:
    """Measure the first load of the columns: seconds, and memory a neighborhood."""
    before = resident_bytes()
    seconds, _ = timed(lambda: refreshed(size))
    index = size.index
    count = len(index) if isinstance(index, Columns) else 1
    columns = index.nbytes() if isinstance(index, Columns) else 0
    return {
        "seconds": round(seconds, 2),
        "resident_bytes_each": round((resident_bytes() - before) / count, 1),
        "column_bytes_each": round(columns / count, 1),
    }


def compared(ways: Mapping[str, Ask]) -> dict[str, Any]:
    """Ask for each area, all ways by turns; every way must name the same neighborhoods."""
    found = {}
    for name, area in areas().items():
        took: dict[str, list[float]] = {way: [] for way in ways}
        answers: dict[str, Ids] = {}
        for _ in range(ROUNDS):
            for way, ask in ways.items():
                seconds, answers[way] = timed(lambda ask=ask, area=area: ask(area))  # type: ignore[misc]
                took[way].append(seconds)
        first, *others = answers.values()
        if not all(np.array_equal(first, other) for other in others):
            raise SystemExit(
                f"the ways disagree about {name}: {[len(a) for a in answers.values()]}"
            )
        found[name] = {"matches": len(first), **ratios({w: in_ms(t) for w, t in took.items()})}
    return found


def ratios(ms: Mapping[str, float]) -> dict[str, Any]:
    """Return the medians, and how they compare with the better of PostGIS's usual ways."""
    if "plain" not in ms:
        return {"ms": dict(ms)}
    better = min(ms["plain"], ms["subdivided"])
    return {
        "ms": dict(ms),
        "columns_times_as_fast_as_better": round(better / ms["columns"], 1),
        "postgis_times_as_fast_as_better": round(better / ms["postgis"], 2),
    }


def rest_of(size: Size) -> dict[str, Any]:
    """Measure figures, changes, and waves to everybody."""
    return {
        "figures_ms": {name: figures_ms(size, area) for name, area in areas().items()},
        "change_visible_ms": changes(size),
        "waves": waves(size),
    }


def figures_ms(size: Size, area: Shape) -> float:
    """Measure what the desk asks while a shape is dragged."""
    asked = Question(tier=Tier.MISSING, now=utc_now())

    def count() -> None:
        with size.town.store.read() as session:
            size.index.figures(session, area, asked)

    return in_ms([timed(count)[0] for _ in range(ROUNDS)])


def changes(size: Size) -> dict[str, float]:
    """Measure from the start of a transaction until the index finds what it changed."""
    person = size.town.person(at=None)
    here, there = circle_ground(SOMEWHERE, 800), circle_ground(LonLat(-100, 47), 800)
    took: dict[str, list[float]] = {"insert": [], "move": [], "delete": []}
    for _ in range(CHANGES):
        seconds, home = timed(lambda: seen(size, lambda: size.town.draw(person, here)))
        took["insert"].append(seconds)
        took["move"].append(timed(lambda: seen(size, lambda: size.town.move(home, there)))[0])  # noqa: B023
        took["delete"].append(timed(lambda: seen(size, lambda: size.town.leave(home)))[0])  # noqa: B023
    return {act: in_ms(seconds) for act, seconds in took.items()}


def seen(size: Size, change: Callable[[], Any]) -> Any:
    """Make a change and have the index look for it."""
    done = change()
    with size.town.store.read() as session:
        size.index.refresh(session)
        size.index.reach(session, circle_ground(SOMEWHERE, 100))
    return done


def waves(size: Size) -> dict[str, Any]:
    """Measure a wave to everybody, from the audience to the commit, and the wave of its end."""
    town = size.town
    alert = town.alert(tier=Tier.MISSING, area=EVERYBODY)
    first_s, devices = timed(lambda: town.plan(alert))
    told(town)
    town.end(alert)
    end_s, ended = timed(lambda: settled(town, alert))
    return {
        "devices": devices,
        "first_telling_s": round(first_s, 2),
        "told_of_the_end": ended,
        "end_s": round(end_s, 2),
    }


def told(town: Town) -> None:
    """Have every batch sent, as if all channels had taken everything."""
    with town.store.begin() as session:
        for batch in session.scalars(select(Batch).where(Batch.state == BatchState.READY)):
            batch.outcomes = bytes([Outcome.SENT]) * batch.size
            batch.state, batch.done_at = BatchState.DONE, town.clock()


def settled(town: Town, alert: int) -> int:
    """Plan the end of an alert."""
    with town.store.begin() as session:
        return settle(session, town.index, alert, town.clock(), POLICY.batch_size)


def index_ids(size: Size) -> Ask:
    """Return how one of our indexes is asked."""

    def ask(area: Shape) -> Ids:
        with size.town.store.read() as session:
            return size.index.reach(session, area).neighborhood_ids

    return ask


def sql_ids(size: Size, statement: str) -> Ask:
    """Return how PostGIS is asked; ids are sorted and sent in one piece, as ours are."""
    packed = text(f"SELECT string_agg(int8send(id), ''::bytea ORDER BY id) FROM ({statement}) f")  # noqa: S608

    def ask(area: Shape) -> Ids:
        with size.town.store.read() as session:
            plan_well(session)  # the same settings as ours: no generic plan, no compilation
            found = session.scalar(packed, {"area": shapely.to_wkb(area)})
        return np.frombuffer(found or b"", ">i8").astype(np.int64)

    return ask


def refreshed(size: Size) -> None:
    """Catch up with the store."""
    with size.town.store.read() as session:
        size.index.refresh(session)


def resident_bytes() -> int:
    """Return the memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call takes, in seconds, and what it returns."""
    started = time.perf_counter()
    found = what()
    return time.perf_counter() - started, found


def in_ms(seconds: Sequence[float]) -> float:
    """Return the median in milliseconds."""
    return round(statistics.median(seconds) * 1000, 1)


if __name__ == "__main__":
    main()
