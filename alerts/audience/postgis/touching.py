"""Which rows of `neighborhood` share at least a point with an area, as a condition in SQL?

The area's shape chooses the way (ADR 0032 has the measurements):

- a long or ragged area is looked up in the index by many small boxes instead of its own one, which
  holds little else than what it doesn't touch;
- a wide area has boxes inside it: a neighborhood whose own box lies in one of them matches;
- whatever is left is tested by ST_Intersects against the whole area, prepared once. It is never
  cut into pieces: a cut moves edges by a rounding, and the answer is to be exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from alerts.audience.postgis.boxes import Box, boxes_around, boxes_inside
from geo.interior_grid import interior_grid
from geo.parts import Shape

SRID = 4326
SMALL_DEG = 0.1  # an area of some 10 km is hardly larger than a neighborhood: no grid pays
CELLS = 80_000  # of the grid that the boxes are cut from, built in 2-10 ms
# PostGIS compares boxes as float32, rounded outwards: by up to 1.5e-5 degrees at ±180. A box
# inside is drawn in by more than two such steps (11 m), a box around widened by a rounding.
DRAWN_IN_DEG = 1e-4
WIDENED_DEG = 1e-6

AREA = "area"  # the condition's one parameter: WKB


@dataclass(frozen=True, kw_only=True)
class Touching:
    """A condition on `neighborhood.shape`, and the value of its parameter AREA."""

    sql: str
    wkb: bytes


def touching(area: Shape) -> Touching:
    """Write the condition that a neighborhood touches `area`: valid, lon/lat, split at ±180°."""
    west, south, east, north = area.bounds
    if max(east - west, north - south) < SMALL_DEG:
        return by_boxes(area, [area.bounds], [])
    grid = interior_grid(area, CELLS)
    return by_boxes(area, boxes_around(grid), boxes_inside(grid))


def by_boxes(area: Shape, around: Sequence[Box], inside: Sequence[Box]) -> Touching:
    """Write the condition with boxes that together hold `area`, and boxes that lie inside it."""
    near = _any_of("&&", [_by(WIDENED_DEG, box) for box in around])
    return Touching(sql=f"({near}) AND {_exactly(inside)}", wkb=shapely.to_wkb(area))


def touching_few(area: Shape) -> Touching:
    """Write the condition for rows that are found by something else, such as their owners."""
    return Touching(sql=_exactly([]), wkb=shapely.to_wkb(area))


def _exactly(inside: Sequence[Box]) -> str:
    """Return the exact test, hidden from the planner: the rows were found by boxes already."""
    meets = f"ST_Intersects(shape, ST_GeomFromWKB(:{AREA}, {SRID}))"
    drawn_in = [_by(-DRAWN_IN_DEG, box) for box in inside]
    surely = _any_of("@", [(w, s, e, n) for w, s, e, n in drawn_in if w < e and s < n])
    return f"CASE WHEN {surely} THEN true ELSE {meets} END" if surely else f"{meets} IS TRUE"


def _any_of(operator: str, boxes: Sequence[Box]) -> str:
    return " OR ".join(f"shape {operator} {_envelope(box)}" for box in boxes)


def _envelope(box: Box) -> str:
    west, south, east, north = (f"{at:.7f}" for at in box)
    return f"ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRID})"


def _by(margin: float, box: Box) -> Box:
    west, south, east, north = box
    return west - margin, south - margin, east + margin, north + margin
