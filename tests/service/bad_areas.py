"""Areas that can't be used, and areas that can after a repair: the same for CLI, desk and feeds."""

import json
import math
from dataclasses import dataclass
from typing import Any

SIZE = 0.2
WEST, SOUTH = -87.5, 46.5


@dataclass(frozen=True, kw_only=True)
class BadArea:
    """A document, and what is said of it."""

    name: str
    text: str  # of a geometry
    says: str  # words of the sentence, or of the note
    where: str = ""  # the beginning of the JSON pointer in the geometry
    code: str = ""


def geometry(*rings: list[Any], kind: str = "Polygon") -> str:
    coordinates: Any = list(rings)
    return json.dumps({"type": kind, "coordinates": coordinates})


def square(west: float = WEST, south: float = SOUTH, size: float = SIZE) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def round_outline(vertices: int) -> list[list[float]]:
    turns = [2 * math.pi * n / vertices for n in range(vertices)]
    ring = [
        [round(-87.4 + 0.2 * math.cos(t), 6), round(46.54 + 0.2 * math.sin(t), 6)] for t in turns
    ]
    return [*ring, ring[0]]


WORLD = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
SWAPPED = [[lat, lon] for lon, lat in square(-120.5, 46.5)]
BOW_TIE = [[WEST, SOUTH], [WEST + SIZE, SOUTH], [WEST, SOUTH + SIZE], [WEST + SIZE, SOUTH + SIZE]]

REFUSED: tuple[BadArea, ...] = (
    BadArea(
        name="whole_world",
        text=geometry(WORLD),
        says="more than all land on Earth",
        code="whole_world",
    ),
    BadArea(name="empty", text=geometry(), says="empty", where="/coordinates", code="empty"),
    BadArea(name="empty_ring", text=geometry([]), says="three", where="/coordinates/0"),
    BadArea(
        name="null_island",
        text=geometry([[0, 0], [0, 0], [0, 0], [0, 0]]),
        says="(0, 0)",
        code="null_island",
    ),
    BadArea(
        name="null_island_point",
        text='{"type": "Point", "coordinates": [0, 0], "radius_m": 5000}',
        says="(0, 0)",
        where="/coordinates",
        code="null_island",
    ),
    BadArea(
        name="nan",
        text=geometry(square()).replace("46.7", "NaN", 1),
        says="NaN",
        where="/coordinates/0/2/1",
        code="not_finite",
    ),
    BadArea(
        name="infinity",
        text=geometry(square()).replace("46.7", "-Infinity", 1),
        says="Infinity",
        where="/coordinates/0/2/1",
        code="not_finite",
    ),
    BadArea(
        name="swapped_axes",
        text=geometry(SWAPPED),
        says="GeoJSON order is longitude, latitude",
        where="/coordinates/0/0",
        code="out_of_range",
    ),
    BadArea(
        name="text_for_a_number",
        text=geometry(square()).replace("46.7", '"46.7"', 1),
        says="must be numbers",
        where="/coordinates/0/2",
        code="not_a_number",
    ),
    BadArea(
        name="a_line",
        text=geometry([WEST, SOUTH], [WEST + 1, SOUTH], kind="LineString"),
        says="",
        where="/",
    ),
    BadArea(
        name="no_radius",
        text='{"type": "Point", "coordinates": [-87.4, 46.54]}',
        says="radius_m",
    ),
    BadArea(
        name="no_ground",
        text=geometry([[WEST, SOUTH], [WEST + 1, SOUTH], [WEST, SOUTH]]),
        says="",
        where="/",
    ),
    BadArea(name="no_geojson", text='{"type": "Topology"}', says="Topology", where="/type"),
    BadArea(name="a_number", text="7", says="GeoJSON"),
    BadArea(
        name="600,000_vertices",
        text=geometry(square()[:-1] * 150_000),
        says="simplify its outline",
        code="too_large",
    ),
)

UNREADABLE: tuple[BadArea, ...] = (
    BadArea(name="truncated", text=geometry(square())[:60], says="line 1"),
    BadArea(name="no_json", text="<kml/>", says="line 1"),
    BadArea(name="nothing", text=" ", says=""),
    BadArea(name="too_deep", text="[" * 100_000, says="nested too deeply to be an area"),
)

REPAIRED: tuple[BadArea, ...] = (
    BadArea(
        name="hole_outside",
        text=geometry(square(), square(-60, 10)),
        says="hole",
    ),
    BadArea(
        name="200,000_vertices",
        text=geometry(round_outline(200_000)),
        says="simplified from 200,000 to",
    ),
    BadArea(name="bow_tie", text=geometry([*BOW_TIE, BOW_TIE[0]]), says=""),
    BadArea(name="unclosed", text=geometry(square()[:-1]), says="unclosed"),
)

THREE_D = geometry([[*position, 120] for position in square()])
