"""Which small cells lie wholly inside an area, which wholly outside, and which on its edge?

A raster that decides about most shapes without looking at their corners: what lies in inside cells
only is inside, what lies in outside cells only is outside. Cells are told apart on the safe side:
a cell that an edge comes near counts as on the edge, and whoever asks then looks exactly.

A long or scattered area gets several tiles, so that the cells are small where the area is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.parts import Shape
from geo.raster import EDGE, INSIDE, OUTSIDE, Box, Cells, Edges, edges_of, rasterized

__all__ = ["EDGE", "INSIDE", "OUTSIDE", "InteriorGrid", "Tile", "interior_grid"]

CELLS = 160_000  # of all tiles together: built in some 3 ms, finer ones save less than they cost
_COARSE = 64  # cells along the longer side of the first look, which finds the tiles
_FULL = 0.5  # a tile at least half of whose coarse cells touch the area isn't split further
_SMALLEST_TILE = 4  # coarse cells along the longer side
_MOST_TILES = 32
_FINEST = 1e-8  # of the largest coordinate: a millionth of it is still sixty times its rounding

Verdict = NDArray[np.uint8]  # OUTSIDE, INSIDE, EDGE


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A rectangle in equal cells."""

    box: Box
    cells: Cells
    inside_before: NDArray[np.int32]  # summed-area table of INSIDE, (rows + 1, columns + 1)
    outside_before: NDArray[np.int32]  # and of OUTSIDE

    def judge_boxes(self, boxes: NDArray[np.float64]) -> Verdict:
        """Judge boxes, (N, 4) west, south, east, north, that touch this tile.

        INSIDE: wholly in inside cells. OUTSIDE: nothing of the area in this tile is in it.
        """
        west, south, east, north = self.box
        left, right = self._column(boxes[:, 0]), self._column(boxes[:, 2])
        low, high = self._row(boxes[:, 1]), self._row(boxes[:, 3])
        size = (right - left + 1) * (high - low + 1)
        corners = _corners(left, right + 1, low, high + 1, self.cells.shape[1] + 1)
        verdict = np.full(len(boxes), EDGE, np.uint8)
        verdict[_within(self.outside_before, corners) == size] = OUTSIDE
        held = (boxes[:, 0] >= west) & (boxes[:, 1] >= south)
        held &= (boxes[:, 2] <= east) & (boxes[:, 3] <= north)
        verdict[held & (_within(self.inside_before, corners) == size)] = INSIDE
        return verdict

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points lie in an inside cell."""
        west, south, east, north = self.box
        here = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        cell = self.cell_of(x, y)
        held: NDArray[np.bool_] = here & (self.cells.ravel()[cell] == INSIDE)
        return held

    def cell_of(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the place of each point's cell in `cells`, flat; the nearest for those beside."""
        place: NDArray[np.int64] = self._row(y) * self.cells.shape[1] + self._column(x)
        return place

    def _column(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        return _cell_of(x, self.box[0], self.box[2], self.cells.shape[1])

    def _row(self, y: NDArray[np.float64]) -> NDArray[np.int64]:
        return _cell_of(y, self.box[1], self.box[3], self.cells.shape[0])


@dataclass(frozen=True, kw_only=True)
class InteriorGrid:
    """An area in cells: everything that shares a point with it touches one of the tiles."""

    whole: Tile  # in coarse cells
    tiles: tuple[Tile, ...]  # in fine cells, apart but for their borders
    tile_at: NDArray[np.int8]  # per coarse cell: which tile it is in, -1: none

    def judge_boxes(self, boxes: NDArray[np.float64]) -> Verdict:
        """Judge boxes, (N, 4) west, south, east, north: INSIDE and OUTSIDE are sure, EDGE isn't."""
        if len(self.tiles) == 1:
            return self._judge(boxes)
        verdict = self.whole.judge_boxes(boxes)
        left = np.flatnonzero(verdict == EDGE)
        verdict[left] = self._judge(boxes[left])
        return verdict

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which points are inside for sure."""
        if len(self.tiles) == 1:
            return self.tiles[0].holds(x, y)
        at = self.tile_at.ravel()[self.whole.cell_of(x, y)]
        held = np.zeros(len(x), bool)
        for number, tile in enumerate(self.tiles):
            here = np.flatnonzero(at == number)
            held[here] = tile.holds(x[here], y[here])
        return held

    def _judge(self, boxes: NDArray[np.float64]) -> Verdict:
        verdict = np.zeros(len(boxes), np.uint8)
        west, south, east, north = np.ascontiguousarray(boxes.T)
        for tile in self.tiles:
            w, s, e, n = tile.box
            near = np.flatnonzero((west <= e) & (east >= w) & (south <= n) & (north >= s))
            found = tile.judge_boxes(boxes[near])
            told = found != OUTSIDE  # one tile is enough to be sure of INSIDE
            verdict[near[told]] = np.where(verdict[near[told]] == INSIDE, INSIDE, found[told])
        return verdict


def interior_grid(area: Shape, cells: int = CELLS) -> InteriorGrid:
    """Lay a grid over an area.

    Parameters
    ----------
    area : Polygon or MultiPolygon
        Valid, planar (lon/lat degrees, or any unit), not empty.
    cells : int
        How many there are about, of all tiles together.
    """
    edges = edges_of(area)
    west, south, east, north = area.bounds
    side = max(east - west, north - south) / _COARSE or 1.0
    whole = _tile(area.bounds, edges, side)
    rows, columns = whole.cells.shape
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    tile_at = np.full((rows, columns), -1, np.int8)
    boxes: list[Box] = []
    for low, high, left, right in _halved(whole.cells != OUTSIDE):
        tile_at[low:high, left:right] = len(boxes)
        boxes.append((float(x[left]), float(y[low]), float(x[right]), float(y[high])))
    ground = sum((e - w) * (n - s) for w, s, e, n in boxes)
    finest = _FINEST * max(map(abs, area.bounds))
    side = max((ground / cells) ** 0.5, finest)
    tiles = tuple(_tile(box, edges, side) for box in boxes)
    return InteriorGrid(whole=whole, tiles=tiles, tile_at=tile_at)


def _tile(box: Box, edges: Edges, side: float) -> Tile:
    west, south, east, north = box
    columns = max(1, min(4096, round((east - west) / side)))
    rows = max(1, min(4096, round((north - south) / side)))
    cells = rasterized(box, edges, rows, columns)
    return Tile(
        box=box,
        cells=cells,
        inside_before=_summed(cells == INSIDE),
        outside_before=_summed(cells == OUTSIDE),
    )


def _halved(touched: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Split at the middle whatever is mostly empty: (low, high, left, right) of rows, columns."""
    done: list[tuple[int, int, int, int]] = []
    waiting = [_shrunk(touched, 0, touched.shape[0], 0, touched.shape[1])]
    while waiting:
        waiting.sort(key=lambda r: (r[1] - r[0]) * (r[3] - r[2]))
        low, high, left, right = waiting.pop()
        long = max(high - low, right - left)
        full = touched[low:high, left:right].mean() >= _FULL
        if full or long <= _SMALLEST_TILE or len(done) + len(waiting) + 2 > _MOST_TILES:
            done.append((low, high, left, right))
            continue
        row, column = (low + high) // 2, (left + right) // 2
        halves = (
            ((low, row, left, right), (row, high, left, right))
            if high - low >= right - left
            else ((low, high, left, column), (low, high, column, right))
        )
        waiting += [_shrunk(touched, *h) for h in halves if touched[h[0] : h[1], h[2] : h[3]].any()]
    return done


def _shrunk(
    touched: NDArray[np.bool_], low: int, high: int, left: int, right: int
) -> tuple[int, int, int, int]:
    part = touched[low:high, left:right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return low + rows[0], low + rows[-1] + 1, left + columns[0], left + columns[-1] + 1


def _summed(chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    table = np.zeros((chosen.shape[0] + 1, chosen.shape[1] + 1), np.int32)
    table[1:, 1:] = chosen
    np.cumsum(table, axis=1, out=table)
    for row in range(2, len(table)):  # whole rows at a time: three times as fast as along axis 0
        table[row] += table[row - 1]
    return table


Corners = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _corners(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    width: int,
) -> Corners:
    return high * width + right, high * width + left, low * width + right, low * width + left


def _within(table: NDArray[np.int32], corners: Corners) -> NDArray[np.int32]:
    flat = table.ravel()
    a, b, c, d = corners
    found: NDArray[np.int32] = flat[a] - flat[b] - flat[c] + flat[d]
    return found


def _cell_of(at: NDArray[np.float64], low: float, high: float, count: int) -> NDArray[np.int64]:
    scale = count / ((high - low) or 1.0)
    return np.minimum(np.maximum((at - low) * scale, 0.0), count - 1).astype(np.int64)
