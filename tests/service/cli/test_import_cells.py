"""`porchlight subscriber import`: cells instead of drawings, and the limits of a neighborhood."""

import json
import math
from pathlib import Path
from typing import Any

from sqlalchemy import select

from alerts.audience.kept_ground import keep, read_ground
from alerts.store.subscribers import Neighborhood
from geo.cells import pack_cells
from service.neighborhood_limits import neighborhood_limits
from service.wiring import Runtime
from tests.service.cli.conftest import Run

HOME = [-87.4123457, 46.5412343]


def circle(token: str, radius_m: float = 1500, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": HOME},
        "properties": {"radius_m": radius_m, "device": _fcm(token), **properties},
    }


def ring(token: str, corners: int, radius_deg: float = 0.01, **properties: Any) -> dict[str, Any]:
    turns = [math.tau * n / corners for n in range(corners)]
    drawn = [[-87.4 + radius_deg * math.cos(t), 46.5 + radius_deg * math.sin(t)] for t in turns]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*drawn, drawn[0]]]},
        "properties": {"device": _fcm(token), **properties},
    }


def _fcm(token: str) -> dict[str, str]:
    return {"channel": "fcm", "token": token}


def written(folder: Path, *features: dict[str, Any]) -> str:
    path = folder / "people.geojsonl"
    path.write_text("".join(f"{json.dumps(feature)}\n" for feature in features))
    return str(path)


def test_cells_are_kept_in_place_of_what_a_line_draws(
    quick: Run, tmp_path: Path, runtime: Runtime
) -> None:
    lines = [
        circle("a", h3_resolution=7),
        ring("b", 24, h3_resolution=9),
        ring("c", 24, h3_resolution=None),
        circle("d"),
    ]
    ran = quick("subscriber", "import", written(tmp_path, *lines), "--json")
    assert (ran.code, ran.json["imported"]) == (0, 4)
    limits = neighborhood_limits(runtime.settings)
    with runtime.store.read() as session:
        rows = session.scalars(select(Neighborhood)).all()
    kept = [
        keep(read_ground(line, limits), line["properties"].get("h3_resolution"), limits)
        for line in lines
    ]
    for expected in kept:
        [row] = [row for row in rows if row.shape.equals(expected.shape)]
        assert (row.cell_resolution, row.radius_m) == (expected.resolution, expected.radius_m)
        assert row.cells == (pack_cells(expected.cells) if expected.cells else None)
    assert sorted(row.cell_resolution or 0 for row in rows) == [0, 0, 7, 9]


REFUSED = [
    (
        ring("a", 501),
        "/geometry",
        "A neighborhood has at most 500 vertices; this one has 501.",
    ),
    (
        ring("a", 20_000),
        "/geometry",
        "A neighborhood has at most 500 vertices; this one has 20,000.",
    ),
    (
        ring("a", 501, h3_resolution=7),
        "/geometry",
        "A neighborhood has at most 500 vertices; this one has 501.",
    ),
    (
        circle("a", 100_000),
        "/geometry",
        "A neighborhood covers at most 2,000 km²; this one covers 31,4",
    ),
    (
        ring("a", 40, radius_deg=0.5),
        "/geometry",
        "A neighborhood covers at most 2,000 km²; this one covers 6,",
    ),
    (
        circle("a", 20_000, h3_resolution=9),
        "/properties/h3_resolution",
        "The ground has more than 4,500 cells of resolution 9: choose 8.",
    ),
    (circle("a", h3_resolution=10), "/properties/h3_resolution", "Input should be less than"),
    (circle("a", h3_resolution="8"), "/properties/h3_resolution", "Input should be a valid int"),
]


def test_lines_that_are_too_much_are_refused_with_the_limit(quick: Run, tmp_path: Path) -> None:
    lines = [line for line, _, _ in REFUSED]
    ran = quick("subscriber", "import", written(tmp_path, *lines, circle("good")), "--json")
    assert (ran.code, ran.json["imported"]) == (1, 1)
    assert len(ran.json["refused"]) == len(REFUSED)
    for number, (refused, (_, where, message)) in enumerate(
        zip(ran.json["refused"], REFUSED, strict=True), 1
    ):
        assert (refused["line"], refused["where"]) == (number, where)
        assert refused["message"].startswith(message)
