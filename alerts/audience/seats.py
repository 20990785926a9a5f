"""Who sits in a wave, by which device, next to whom? Columns of seats, and the batches of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from alerts.audience.ids import Ids, distinct
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

    def without(self, device_ids: Ids) -> "Seats":
        """Leave some devices out."""
        kept = ~np.isin(self.device_ids, device_ids)
        return Seats(
            device_ids=self.device_ids[kept],
            subscriber_ids=self.subscriber_ids[kept],
            neighborhood_ids=self.neighborhood_ids[kept],
            row_of=self.row_of[kept],
            rows=self.rows,
        )


def write_batches(
    session: Session, wave: Wave, seats: Seats, now: datetime, batch_size: int
) -> None:
    """Write the batches of a wave: row by row, devices in the order of their ids."""
    rank = np.argsort(np.array(sorted(range(len(seats.rows)), key=seats.rows.__getitem__)))
    order = np.lexsort((seats.device_ids, rank[seats.row_of]))
    values = list(_batches(wave, seats, order, now, batch_size))
    if values:
        session.execute(insert(Batch), values)


def _batches(
    wave: Wave, seats: Seats, order: NDArray[np.int64], now: datetime, batch_size: int
) -> Iterator[dict[str, Any]]:
    row_of = seats.row_of[order]
    turns = np.flatnonzero(np.diff(row_of)) + 1
    for group in np.split(order, turns):
        for start in range(0, len(group), batch_size):
            yield _batch(wave, seats, group[start : start + batch_size], now)


def _batch(wave: Wave, seats: Seats, part: NDArray[np.int64], now: datetime) -> dict[str, Any]:
    row = seats.rows[int(seats.row_of[part[0]])]
    outcome = Outcome.CAPPED if row.capped else Outcome.PENDING
    return {
        "wave_id": wave.id,
        "channel": Channel(row.channel),
        "language": row.language,
        "priority": wave.priority,
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
