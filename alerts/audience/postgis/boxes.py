"""Which few boxes hold all of an area, and which few lie wholly inside it?

PostGIS tests a box against an index, or against the box of a row, twenty times as fast as two
shapes against each other. Both kinds are cut from the interior grid, so they err on the safe side.
"""

import heapq
import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.interior_grid import INSIDE, OUTSIDE, InteriorGrid, Tile

Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north, in degrees
Mask: TypeAlias = NDArray[np.bool_]  # (rows, columns) of a tile

MOST_AROUND = 128  # a scan of the index each; twice as many cost more than they spare
ENOUGH = 1.1  # boxes around are small enough when they hold a tenth more than the area's cells
MOST_INSIDE = 4  # a test of every candidate each
LEAST_GAIN = 0.05  # of the inside cells that another box inside must bring


@dataclass(frozen=True, order=True)
class _Piece:
    """A rectangle of a tile's cells, the one that wastes most ground first."""

    less_waste: float  # minus the square degrees that the area doesn't touch
    tile: int
    low: int
    high: int
    left: int
    right: int


def boxes_around(grid: InteriorGrid) -> list[Box]:
    """Return boxes that together hold all of an area, at most MOST_AROUND.

    A compact area has one; a corridor, or an island chain, has many small ones.
    """
    touched = [tile.cells != OUTSIDE for tile in grid.tiles]
    sizes = [_cell_size(tile) for tile in grid.tiles]
    ground = sum(float(mask.sum()) * size for mask, size in zip(touched, sizes, strict=True))
    pieces = [
        piece
        for number, mask in enumerate(touched)
        for piece in _shrunk(number, mask, sizes[number], 0, mask.shape[0], 0, mask.shape[1])
    ]
    heapq.heapify(pieces)
    waste = -sum(piece.less_waste for piece in pieces)
    while waste > (ENOUGH - 1) * ground and len(pieces) < MOST_AROUND:
        worst = heapq.heappop(pieces)
        halves = _halves(worst, grid.tiles[worst.tile], touched[worst.tile], sizes[worst.tile])
        waste += worst.less_waste - sum(half.less_waste for half in halves)
        for half in halves:
            heapq.heappush(pieces, half)
    return [_degrees(grid.tiles[p.tile], p.low, p.high, p.left, p.right) for p in pieces]


def boxes_inside(grid: InteriorGrid) -> list[Box]:
    """Return boxes that lie wholly inside an area, the largest first; none if it is thin."""
    inside = grid.whole.cells == INSIDE
    left, enough = inside.copy(), LEAST_GAIN * inside.sum()
    found: list[Box] = []
    while len(found) < MOST_INSIDE and left.any():
        low, high, first, end = _grown(inside, *_largest_square(left))
        if left[low:high, first:end].sum() < enough:
            break
        left[low:high, first:end] = False
        found.append(_degrees(grid.whole, low, high, first, end))
    return found


def _cell_size(tile: Tile) -> float:
    west, south, east, north = tile.box
    return (east - west) * (north - south) / tile.cells.size


def _shrunk(
    tile: int, touched: Mask, size: float, low: int, high: int, left: int, right: int
) -> list[_Piece]:
    """Return the piece without its empty margins; nothing if all of it is empty."""
    part = touched[low:high, left:right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return []
    low, high = low + int(rows[0]), low + int(rows[-1]) + 1
    left, right = left + int(columns[0]), left + int(columns[-1]) + 1
    cells = (high - low) * (right - left)
    empty = cells - int(touched[low:high, left:right].sum())
    return [_Piece(-empty * size, tile, low, high, left, right)]


def _halves(piece: _Piece, tile: Tile, touched: Mask, size: float) -> list[_Piece]:
    """Cut a piece, which has empty cells and so more than one, across its longer side."""
    low, high, left, right = piece.low, piece.high, piece.left, piece.right
    west, south, east, north = _degrees(tile, low, high, left, right)
    is_tall = north - south >= (east - west) * math.cos(math.radians((south + north) / 2))
    if right - left == 1 or (is_tall and high - low > 1):
        row = (low + high) // 2
        cuts = ((low, row, left, right), (row, high, left, right))
    else:
        column = (left + right) // 2
        cuts = ((low, high, left, column), (low, high, column, right))
    return [half for cut in cuts for half in _shrunk(piece.tile, touched, size, *cut)]


def _largest_square(cells: Mask) -> tuple[int, int, int, int]:
    """Return a largest square of marked cells (there is one): low, high, left, right."""
    squares, side = cells, 1
    while min(squares.shape) > 1:
        larger = squares[:-1, :-1] & squares[1:, :-1] & squares[:-1, 1:] & squares[1:, 1:]
        if not larger.any():
            break
        squares, side = larger, side + 1
    row, column = (int(at) for at in np.unravel_index(squares.argmax(), squares.shape))
    return row, row + side, column, column + side


def _grown(inside: Mask, low: int, high: int, left: int, right: int) -> tuple[int, int, int, int]:
    """Widen a rectangle to all sides in turn, for as long as it stays inside."""
    rows, columns = inside.shape
    before = None
    while before != (low, high, left, right):
        before = (low, high, left, right)
        if low > 0 and inside[low - 1, left:right].all():
            low -= 1
        if high < rows and inside[high, left:right].all():
            high += 1
        if left > 0 and inside[low:high, left - 1].all():
            left -= 1
        if right < columns and inside[low:high, right].all():
            right += 1
    return low, high, left, right


def _degrees(tile: Tile, low: int, high: int, left: int, right: int) -> Box:
    west, south, east, north = tile.box
    rows, columns = tile.cells.shape
    width, height = (east - west) / columns, (north - south) / rows
    return (
        west + width * left,
        south + height * low,
        west + width * right,
        south + height * high,
    )
