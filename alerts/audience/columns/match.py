"""Which neighborhoods share at least a point with an area? Exactly, and most by their boxes alone.

1. A box test over all of them, in whole numbers.
2. The area's interior grid: a box wholly in inside cells is a match, wholly in outside cells none.
3. A corner of the neighborhood in an inside cell is a match.
4. Only the rest is built as polygons and tested by shapely against the prepared area.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from alerts.audience.columns.block import Block
from geo.interior_grid import EDGE, INSIDE, InteriorGrid, interior_grid
from geo.packed import UNITS_PER_DEGREE, behind_each_other, shapes_of
from geo.parts import Shape

FEW = 300  # candidates that are tested sooner than a grid is laid
SOME = 4  # corners of each that are looked up first

Places = NDArray[np.int64]  # rows of a block, or places among the candidates
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Hits:
    """The rows of one block that match."""

    block: Block
    rows: Places


@dataclass(frozen=True, kw_only=True)
class _Candidates:
    """What the box test left, of all blocks: `rows` block by block, boxes in degrees."""

    blocks: Sequence[Block]
    rows: Sequence[Places]
    boxes: NDArray[np.float64]  # (N, 4)

    def of_block(self, chosen: Mask) -> list[tuple[Block, Places, Places]]:
        """Return the chosen per block: the block, their rows, their places among all."""
        found, start = [], 0
        for block, rows in zip(self.blocks, self.rows, strict=True):
            here = np.flatnonzero(chosen[start : start + len(rows)])
            if len(here):
                found.append((block, rows[here], here + start))
            start += len(rows)
        return found


def match(blocks: Sequence[Block], area: Shape, owners: Mask | None = None) -> list[Hits]:
    """Return the rows that share at least a point with `area`.

    Parameters
    ----------
    area : Polygon or MultiPolygon
        Valid, WGS84 lon/lat, split at ±180°.
    owners : mask, optional
        Over the rows of people: only theirs.
    """
    candidates = _candidates(blocks, area, owners)
    count = len(candidates.boxes)
    if count <= FEW:
        matched, doubtful = np.zeros(count, bool), np.ones(count, bool)
    else:
        matched, doubtful = _by_grid(candidates, area)
    _exactly(candidates, area, matched, doubtful)
    return [Hits(block=block, rows=rows) for block, rows, _ in candidates.of_block(matched)]


def _candidates(blocks: Sequence[Block], area: Shape, owners: Mask | None) -> _Candidates:
    west, south, east, north = area.bounds
    w, s = math.floor(west * UNITS_PER_DEGREE) - 1, math.floor(south * UNITS_PER_DEGREE) - 1
    e, n = math.ceil(east * UNITS_PER_DEGREE) + 1, math.ceil(north * UNITS_PER_DEGREE) + 1
    found, boxes = [], [np.zeros((0, 4), np.int32)]
    for block in blocks:
        count = block.count  # read first: whatever is read afterwards has at least so many rows
        box_w, box_s, box_e, box_n = columns = block.boxes[:, :count]
        near = (box_w <= e) & (box_e >= w)
        near &= box_s <= n
        near &= box_n >= s
        rows = np.flatnonzero(near)
        if owners is not None:
            rows = rows[owners[block.owners[rows]]]
        found.append(rows)
        boxes.append(columns[:, rows].T)
    in_degrees = np.concatenate(boxes) / UNITS_PER_DEGREE
    return _Candidates(blocks=blocks, rows=found, boxes=in_degrees)


def _by_grid(candidates: _Candidates, area: Shape) -> tuple[Mask, Mask]:
    """Return which match, and which must be tested exactly."""
    grid = interior_grid(area, cells=_cells_for(len(candidates.boxes)))
    verdict = grid.judge_boxes(candidates.boxes)
    matched, unsure = verdict == INSIDE, verdict == EDGE
    for look in (_some_corners, _all_corners):
        for block, rows, places in candidates.of_block(unsure):
            inside = places[look(block, rows, grid)]
            matched[inside], unsure[inside] = True, False
    return matched, unsure


def _cells_for(candidates: int) -> int:
    """How fine a grid pays: measured with 60,000 to 200,000 candidates."""
    return int(np.clip(4 * candidates, 40_000, 800_000))


def _some_corners(block: Block, rows: Places, grid: InteriorGrid) -> Mask:
    """Tell which have one of four corners in an inside cell: most of those that match."""
    begins, counts = block.corner_places(rows)
    place = begins[:, None] + 2 * (counts[:, None] * np.arange(SOME) // SOME)
    x, y = block.words[place].ravel(), block.words[place + 1].ravel()
    held = grid.holds(x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE).reshape(place.shape)
    any_held: Mask = np.any(held, axis=1)
    return any_held


def _all_corners(block: Block, rows: Places, grid: InteriorGrid) -> Mask:
    """Tell which have a corner in an inside cell."""
    begins, counts = block.corner_places(rows)
    firsts = np.cumsum(counts) - counts
    place = np.repeat(begins - 2 * firsts, counts) + 2 * np.arange(counts.sum())
    x, y = block.words[place], block.words[place + 1]
    held = grid.holds(x / UNITS_PER_DEGREE, y / UNITS_PER_DEGREE)
    any_held: Mask = np.add.reduceat(held, firsts, dtype=np.int64) > 0
    return any_held


def _exactly(candidates: _Candidates, area: Shape, matched: Mask, doubtful: Mask) -> None:
    found = candidates.of_block(doubtful)
    if not found:
        return
    words, starts = behind_each_other([block.shapes(rows) for block, rows, _ in found])
    own = shapely.from_wkb(shapely.to_wkb(area))  # what one thread prepares, no other may use
    shapely.prepare(own)
    touched = shapely.intersects(own, shapes_of(words, starts))
    matched[np.concatenate([places for _, _, places in found])[touched]] = True
