"""What does each part of the PostGIS way gain? The measurements behind ADR 0032.

    python -m benchmarks.bench_postgis [NEIGHBORHOODS]

Five areas (benchmarks.areas) on one crowd (benchmarks.crowd), its heap in Hilbert order. By turns:
ST_Intersects and ST_Subdivide as PostgreSQL plans them by itself and as we have it plan, boxes
around alone, and with boxes inside, which is what we do; ids must be the same everywhere. Then a
wave to everybody, and the heap in random order, before and after `porchlight audience tidy`.
The server is as tests/servers.py starts it. Medians in ms.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.audience.index import Ids
from alerts.audience.postgis.boxes import boxes_around, boxes_inside
from alerts.audience.postgis.planned import plan_well
from alerts.audience.postgis.shipped import sorted_ids
from alerts.audience.postgis.tidy import tidy
from alerts.audience.postgis.touching import AREA, CELLS, Touching, by_boxes, touching
from benchmarks.areas import areas
from benchmarks.bench_audience import (
    PLAIN,
    SUBDIVIDED,
    Size,
    filled_postgresql,
    in_ms,
    timed,
    waves,
)
from benchmarks.crowd import crowd
from geo.interior_grid import interior_grid
from geo.parts import Shape

NEIGHBORHOODS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = 7
Way = Callable[[Session, Shape], Ids]

SHUFFLE = (
    "CREATE INDEX shuffled ON neighborhood (md5(id::text))",
    "CLUSTER neighborhood USING shuffled",
    "DROP INDEX shuffled",
    "ANALYZE neighborhood",
)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        filled_postgresql(Path(folder), crowd(NEIGHBORHOODS)) as size,
    ):
        found: dict[str, Any] = {"benchmark": "postgis", "neighborhoods": NEIGHBORHOODS}
        found["areas"] = {name: of_area(size, area) for name, area in areas().items()}
        found["wave_to_everybody"] = waves(size)
        with size.town.store.begin() as session:
            for statement in SHUFFLE:
                session.execute(text(statement))
        found["shuffled"] = {name: read_by(size, area) for name, area in areas().items()}
        found["tidy_s"] = round(timed(lambda: tidied(size))[0], 1)
        found["tidied"] = {name: read_by(size, area) for name, area in areas().items()}
    print(json.dumps(found, indent=1))


def of_area(size: Size, area: Shape) -> dict[str, Any]:
    """Ask for one area, all ways by turns."""
    ways: dict[str, Way] = {
        "plain, as it comes": usual(PLAIN, planned=False),
        "subdivided, as it comes": usual(SUBDIVIDED, planned=False),
        "plain": usual(PLAIN, planned=True),
        "subdivided": usual(SUBDIVIDED, planned=True),
        "boxes around": lambda session, area: ours(session, around_only(area)),
        "ours": lambda session, area: ours(session, touching(area)),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    answers: dict[str, Ids] = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            with size.town.store.read() as session:
                session.connection()  # opened before the clock runs
                seconds, answers[name] = timed(lambda way=way: way(session, area))  # type: ignore[misc]
            took[name].append(seconds)
    first, *others = answers.values()
    if not all(np.array_equal(first, other) for other in others):
        raise SystemExit(f"the ways disagree: {[len(a) for a in answers.values()]}")
    grid = interior_grid(area, CELLS)
    return {
        "matches": len(first),
        "boxes_around": len(boxes_around(grid)),
        "boxes_inside": len(boxes_inside(grid)),
        "ms": {name: in_ms(seconds) for name, seconds in took.items()},
    }


def usual(statement: str, *, planned: bool) -> Way:
    """Return one of PostGIS's usual ways; the text differs each time, so no plan is kept."""
    packed = f"SELECT string_agg(int8send(id), ''::bytea) FROM ({statement}) AS found"  # noqa: S608
    asked = iter(range(1_000_000))

    def ask(session: Session, area: Shape) -> Ids:
        if planned:
            plan_well(session)
        said = text(f"{packed} -- {next(asked)}")
        return sorted_ids(session.scalar(said, {"area": touching(area).wkb}))

    return ask


def around_only(area: Shape) -> Touching:
    """Leave the boxes inside away."""
    return by_boxes(area, boxes_around(interior_grid(area, CELLS)), [])


def ours(session: Session, condition: Touching) -> Ids:
    """Ask as PostgisIndex does."""
    plan_well(session)
    packed = "SELECT string_agg(int8send(id), ''::bytea) FROM neighborhood WHERE "
    return sorted_ids(session.scalar(text(packed + condition.sql), {AREA: condition.wkb}))


def read_by(size: Size, area: Shape) -> dict[str, Any]:
    """Measure our way, and how many pages of 8 kB it reads."""
    condition = touching(area)
    explain = (
        "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT id FROM neighborhood WHERE "
    )
    with size.town.store.read() as session:
        took = [timed(lambda: ours(session, touching(area)))[0] for _ in range(ROUNDS)]
        plan = session.scalar(text(explain + condition.sql), {AREA: condition.wkb})[0]["Plan"]
    return {"ms": in_ms(took), "pages": plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]}


def tidied(size: Size) -> None:
    """Do what `porchlight audience tidy` does."""
    with size.town.store.begin() as session:
        tidy(session)


if __name__ == "__main__":
    main()
