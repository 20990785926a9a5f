"""Every neighborhood, as blocks of columns; where one of them is, so that it can move or go.

A change costs the same however many there are: a binary search per block at worst, and at most one
block is written anew, when half of it is dead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.audience.columns.block import ROWS, Block, Ids, Rows
from geo.packed import shapes_of


@dataclass(frozen=True, kw_only=True)
class _Full:
    """A block to which nothing is added, and its rows in the order of their ids."""

    block: Block
    by_id: NDArray[np.uint16] | None  # None: they are in that order

    def row_of(self, neighborhood_id: int) -> int | None:
        """Return the row in which a neighborhood is alive; one that moved may have dead ones."""
        ids = self.block.ids
        first = int(np.searchsorted(ids, neighborhood_id, sorter=self.by_id))
        end = int(np.searchsorted(ids, neighborhood_id, side="right", sorter=self.by_id))
        for place in range(first, end):
            row = place if self.by_id is None else int(self.by_id[place])
            if self.block.is_alive(row):
                return row
        return None


class Neighborhoods:
    """Not safe to write from two threads at once; `blocks` may be read meanwhile."""

    def __init__(self) -> None:
        self._full: list[_Full] = []
        self._open = Block()
        self._open_rows: dict[int, int] = {}  # id → row of the open block
        self._count = 0

    def __len__(self) -> int:
        """How many are alive."""
        return self._count

    def blocks(self) -> list[Block]:
        """Return all blocks as they are now."""
        return [full.block for full in self._full] + [self._open]

    def load(self, rows: Rows) -> None:
        """Add rows in the order of their ids, none of which is there yet, as a block of its own."""
        self._full.append(_Full(block=Block(rows), by_id=None))
        self._count += len(rows.ids)

    def replace(self, ids: Sequence[int], rows: Rows) -> None:
        """Forget neighborhoods, then add those of them that there (still) are."""
        for gone in ids:
            self._forget(gone)
        start = 0
        while start < len(rows.ids):
            end = min(len(rows.ids), start + ROWS - self._open.count)
            self._add(rows.part(start, end))
            start = end
        self._tidy()

    def shapes(self) -> tuple[NDArray[np.object_], Ids]:
        """Return the shapes and ids of all, for comparisons and benchmarks."""
        found = [block.rows(np.flatnonzero(block.alive())) for block in self.blocks()]
        shapes = [shapes_of(rows.words, rows.starts) for rows in found]
        return np.concatenate(shapes), np.concatenate([rows.ids for rows in found])

    def nbytes(self) -> int:
        """Bytes that all columns take."""
        orders = (full.by_id for full in self._full)
        return sum(block.nbytes() for block in self.blocks()) + sum(
            order.nbytes for order in orders if order is not None
        )

    def _forget(self, neighborhood_id: int) -> None:
        row = self._open_rows.pop(neighborhood_id, None)
        if row is not None:
            self._open.kill(row)
            self._count -= 1
            return
        for full in reversed(self._full):
            row = full.row_of(neighborhood_id)
            if row is not None:
                full.block.kill(row)
                self._count -= 1
                return

    def _add(self, rows: Rows) -> None:
        start = self._open.count
        self._open.add(rows)
        self._open_rows.update(zip(rows.ids.tolist(), range(start, self._open.count), strict=True))
        self._count += len(rows.ids)
        if self._open.is_full:
            self._full.append(_closed(self._open))
            self._open, self._open_rows = Block(), {}

    def _tidy(self) -> None:
        """Write full blocks anew that are half dead, without the dead."""
        for place, full in enumerate(self._full):
            if 2 * full.block.dead > full.block.count:
                alive = full.block.rows(np.flatnonzero(full.block.alive()))
                self._full[place] = _closed(Block(alive))


def _closed(block: Block) -> _Full:
    if (np.diff(block.ids) > 0).all():
        return _Full(block=block, by_id=None)
    return _Full(block=block, by_id=np.argsort(block.ids, kind="stable").astype(np.uint16))
