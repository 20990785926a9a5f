"""Up to 65,536 neighborhoods as columns: boxes to search, and the packed shapes behind them.

Rows are only ever added at the end; a row that is gone gets a box that meets nothing. So who
searches while another thread writes sees a change or doesn't: both are true at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.packed import Words, behind_each_other, boxes_of, corner_places

ROWS = 65_536
NO_COUNTY = 0
_FIRST_ROOM = 256
_WEST, _EAST = np.iinfo(np.int32).max, np.iinfo(np.int32).min  # of a box that meets nothing

Ids = NDArray[np.int64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Neighborhoods about to be added: N of them, their packed shapes behind each other."""

    ids: Ids
    owners: Ints  # rows of the people
    counties: Ints  # FIPS codes as numbers, or NO_COUNTY
    words: Words
    starts: NDArray[np.int64]  # N + 1 places in `words`

    def part(self, start: int, end: int) -> "Rows":
        """Return some of them."""
        here, words = slice(start, end), slice(self.starts[start], self.starts[end])
        return Rows(
            ids=self.ids[here],
            owners=self.owners[here],
            counties=self.counties[here],
            words=self.words[words],
            starts=self.starts[start : end + 1] - self.starts[start],
        )


def one_after_another(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts, in their order."""
    words, starts = behind_each_other([(part.words, part.starts) for part in parts])
    return Rows(
        ids=np.concatenate([np.zeros(0, np.int64), *(part.ids for part in parts)]),
        owners=np.concatenate([np.zeros(0, np.int32), *(part.owners for part in parts)]),
        counties=np.concatenate([np.zeros(0, np.int32), *(part.counties for part in parts)]),
        words=words,
        starts=starts,
    )


class Block:
    """Neighborhoods in the order in which they came."""

    def __init__(self, rows: Rows | None = None) -> None:
        room = _FIRST_ROOM if rows is None else len(rows.ids)
        self.count = self.dead = 0
        self.ids = np.zeros(room, np.int64)
        self.owners = np.zeros(room, np.int32)
        self.counties = np.zeros(room, np.int32)
        self.boxes = np.zeros((4, room), np.int32)  # west, south, east, north, in units
        self.starts = np.zeros(room + 1, np.uint32)
        self.words = np.zeros(0 if rows is not None else 64 * _FIRST_ROOM, np.int32)
        if rows is not None:
            self.words = np.ascontiguousarray(rows.words)
            self._put(rows)

    @property
    def is_full(self) -> bool:
        """No row is added any more."""
        return self.count >= ROWS

    def add(self, rows: Rows) -> None:
        """Add rows behind the others; they must fit."""
        end, used = self.count + len(rows.ids), int(self.starts[self.count])
        if end > len(self.ids):
            self._grow(min(ROWS, max(end, 2 * len(self.ids))))
        if used + len(rows.words) > len(self.words):
            more = max(used + len(rows.words), len(self.words) * 3 // 2) - len(self.words)
            self.words = np.concatenate([self.words, np.zeros(more, np.int32)])
        self.words[used : used + len(rows.words)] = rows.words
        self._put(rows)

    def is_alive(self, row: int) -> bool:
        """Say whether a row is a neighborhood still."""
        return bool(self.boxes[0, row] <= self.boxes[2, row])

    def kill(self, row: int) -> None:
        """Have a row match nothing any more."""
        self.boxes[0, row], self.boxes[2, row] = _WEST, _EAST
        self.dead += 1

    def alive(self) -> NDArray[np.bool_]:
        """Tell which rows are neighborhoods still."""
        still: NDArray[np.bool_] = self.boxes[0, : self.count] <= self.boxes[2, : self.count]
        return still

    def rows(self, chosen: NDArray[np.int64]) -> Rows:
        """Copy some rows out."""
        words, starts = self.shapes(chosen)
        return Rows(
            ids=self.ids[chosen],
            owners=self.owners[chosen],
            counties=self.counties[chosen],
            words=words,
            starts=starts,
        )

    def shapes(self, chosen: NDArray[np.int64]) -> tuple[Words, NDArray[np.int64]]:
        """Lay the packed shapes of some rows behind each other, as `geo.packed.joined` does."""
        first = self.starts[chosen].astype(np.int64)
        sizes = self.starts[chosen + 1].astype(np.int64) - first
        starts = np.concatenate(([0], np.cumsum(sizes)))
        place = np.repeat(first - starts[:-1], sizes) + np.arange(starts[-1])
        return self.words[place], starts

    def corner_places(self, chosen: NDArray[np.int64]) -> tuple[Ids, Ids]:
        """Return where in `words` the corners of some rows begin, and how many each has."""
        starts, ends = (
            self.starts[chosen].astype(np.int64),
            self.starts[chosen + 1].astype(np.int64),
        )
        return corner_places(self.words, starts, ends)

    def nbytes(self) -> int:
        """Bytes that all columns take."""
        columns = (self.ids, self.owners, self.counties, self.boxes, self.starts, self.words)
        return sum(column.nbytes for column in columns)

    def _put(self, rows: Rows) -> None:
        start, end = self.count, self.count + len(rows.ids)
        here, used = slice(start, end), int(self.starts[start])
        self.ids[here], self.owners[here] = rows.ids, rows.owners
        self.counties[here] = rows.counties
        self.boxes[:, here] = boxes_of(rows.words, rows.starts).T
        self.starts[start + 1 : end + 1] = used + rows.starts[1:]
        self.count = end  # at last: from here on, the rows are seen

    def _grow(self, room: int) -> None:
        more = room - len(self.ids)
        self.ids = np.concatenate([self.ids, np.zeros(more, np.int64)])
        self.owners = np.concatenate([self.owners, np.zeros(more, np.int32)])
        self.counties = np.concatenate([self.counties, np.zeros(more, np.int32)])
        self.boxes = np.concatenate([self.boxes, np.zeros((4, more), np.int32)], axis=1)
        self.starts = np.concatenate([self.starts, np.zeros(more, np.uint32)])
