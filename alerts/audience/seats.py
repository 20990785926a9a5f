"""Who sits in a wave, by which device, next to whom? Columns of seats, and the batches of them.

Batches of the same urgency take turns between waves by their `turn`: the first batch of each goes
before the second of any. Counted are those that go out together, on one channel and at one time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from alerts.audience.ids import Ids, distinct, no_ids
from alerts.push import Outcome
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, BatchState, Wave, pack_ids


class Row(NamedTuple):
    """What the devices of a batch share; rows go out in this order."""

    not_before: datetime
    channel: str
    language: str
    capped: bool
    hushed: bool  # without a sound: it is night for these people


@dataclass(frozen=True, kw_only=True)
class Seats:
    """Devices of a wave: columns of the same length."""

    device_ids: Ids
    subscriber_ids: Ids
    neighborhood_ids: Ids  # by which each is there; 0: by none in particular
    row_of: NDArray[np.int64]  # place in `rows`
    rows: Sequence[Row]

    def __len__(self) -> int:
        """How many devices."""
        return len(self.device_ids)

    def people(self) -> int:
        """How many people they belong to."""
        return len(distinct(self.subscriber_ids))

    def capped_people(self) -> int:
        """How many of these are over their weekly cap."""
        capped = np.array([row.capped for row in self.rows], bool)
        return len(distinct(self.subscriber_ids[capped[self.row_of]])) if len(self) else 0

    def times(self) -> NDArray[np.float64]:
        """When each may go out, in seconds of the epoch."""
        times = np.array([row.not_before.timestamp() for row in self.rows], np.float64)
        return times[self.row_of]

    def without(self, device_ids: Ids) -> "Seats":
        """Leave some devices out."""
        return self.only(~np.isin(self.device_ids, device_ids))

    def only(self, kept: NDArray[np.bool_]) -> "Seats":
        """Leave all out but those of the mask."""
        return Seats(
            device_ids=self.device_ids[kept],
            subscriber_ids=self.subscriber_ids[kept],
            neighborhood_ids=self.neighborhood_ids[kept],
            row_of=self.row_of[kept],
            rows=self.rows,
        )


def side_by_side(parts: Sequence[Seats]) -> Seats:
    """Put the seats of different devices into one wave."""
    before = np.cumsum([0, *(len(part.rows) for part in parts)])
    return Seats(
        device_ids=np.concatenate([no_ids(), *(part.device_ids for part in parts)]),
        subscriber_ids=np.concatenate([no_ids(), *(part.subscriber_ids for part in parts)]),
        neighborhood_ids=np.concatenate([no_ids(), *(part.neighborhood_ids for part in parts)]),
        row_of=np.concatenate(
            [no_ids(), *(part.row_of + n for part, n in zip(parts, before, strict=False))]
        ),
        rows=[row for part in parts for row in part.rows],
    )


def first_turns(rows: Iterable[Row], sizes: Iterable[int], batch_size: int) -> list[int]:
    """Return the turn of the first batch of each row; the others of a row follow.

    Parameters
    ----------
    rows: in the order in which they are written.
    sizes: devices of each.
    """
    taken: Counter[tuple[datetime, str, bool]] = Counter()
    turns = []
    for row, size in zip(rows, sizes, strict=True):
        together = (row.not_before, row.channel, row.capped)
        turns.append(taken[together])
        taken[together] += -(-size // batch_size)
    return turns


def write_batches(
    session: Session, wave: Wave, seats: Seats, now: datetime, batch_size: int
) -> None:
    """Write the batches of a wave: row by row, devices in the order of their ids."""
    in_order = sorted(range(len(seats.rows)), key=seats.rows.__getitem__)
    rank = np.argsort(np.array(in_order))
    order = np.lexsort((seats.device_ids, rank[seats.row_of]))
    sizes = np.bincount(seats.row_of, minlength=len(seats.rows))[in_order]
    first = first_turns([seats.rows[row] for row in in_order], sizes.tolist(), batch_size)
    turns = dict(zip(in_order, first, strict=True))
    values = list(_batches(wave, seats, order, turns, now, batch_size))
    if values:
        session.execute(insert(Batch), values)


def _batches(
    wave: Wave,
    seats: Seats,
    order: NDArray[np.int64],
    turns: Mapping[int, int],
    now: datetime,
    batch_size: int,
) -> Iterator[dict[str, Any]]:
    row_of = seats.row_of[order]
    ends = np.flatnonzero(np.diff(row_of)) + 1
    for group in np.split(order, ends):
        turn = turns[int(seats.row_of[group[0]])] if len(group) else 0
        for number, start in enumerate(range(0, len(group), batch_size), turn):
            yield _batch(wave, seats, group[start : start + batch_size], number, now)


def _batch(
    wave: Wave, seats: Seats, part: NDArray[np.int64], turn: int, now: datetime
) -> dict[str, Any]:
    row = seats.rows[int(seats.row_of[part[0]])]
    outcome = Outcome.CAPPED if row.capped else Outcome.PENDING
    return {
        "wave_id": wave.id,
        "channel": Channel(row.channel),
        "language": row.language,
        "priority": wave.priority,
        "turn": turn,
        "silent": row.hushed or wave.silent,
        "size": len(part),
        "device_ids": pack_ids(seats.device_ids[part]),
        "subscriber_ids": pack_ids(seats.subscriber_ids[part]),
        "neighborhood_ids": pack_ids(seats.neighborhood_ids[part]),
        "outcomes": bytes([outcome]) * len(part),
        "state": BatchState.DONE if row.capped else BatchState.READY,
        "not_before": row.not_before,
        "attempts": 0,
        "done_at": now if row.capped else None,
    }
