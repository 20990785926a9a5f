"""What became of the batches of waves so far, read from a few small columns of each?

A million devices are 2,000 rows. Their ids are never read, and of a wave that is over the figures
are kept in memory: a batch that is done never changes, but for those with devices that the channel
refused, which a person may put back. These few are read again each time.
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from alerts.delivery.progress.counts import FAILED, Counts, Wait, combined, combined_waits
from alerts.push import Outcome
from alerts.store.many import among
from alerts.store.waves import Batch, BatchState

MOST_KEPT = 10_000  # waves that are over, in memory: some 20 MB
PACE_OVER = timedelta(seconds=10)  # how fast it goes is told by the batches of so long
ROWS_AT_ONCE = 500

COLUMNS = (
    *(Batch.id, Batch.wave_id, Batch.channel, Batch.size, Batch.outcomes, Batch.state),
    *(Batch.not_before, Batch.attempts, Batch.last_error, Batch.reasons, Batch.repeats),
    Batch.done_at,
)


class Standing(StrEnum):
    """Where a batch stands."""

    DUE = "due"
    HELD = "held"  # by quiet hours
    PARKED = "parked"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What became of one wave, receipts apart."""

    channels: Mapping[str, Counts]
    waits: tuple[Wait, ...]  # tried, and what is in the way
    parked: tuple[Wait, ...]
    ready: int  # batches that are on their way
    was_tried: bool
    last_done_at: datetime | None
    done_lately: tuple[tuple[datetime, int], ...]  # the last batches that were done: when, devices
    ready_until: datetime | None  # when the last batch may go out that is on its way


@dataclass(frozen=True, kw_only=True)
class _Over:
    """A wave of which every batch is done."""

    devices: int  # that it had then: a wave whose vanguard is done may grow
    settled: Counted
    open_ids: tuple[int, ...]  # batches that may be put back


class Counting:
    """Counts waves; remembers those that are over. For several threads."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._over: dict[int, _Over] = {}
        self._lock = threading.Lock()

    @property
    def remembered(self) -> int:
        """How many waves that are over are remembered."""
        return len(self._over)

    def count(
        self, session: Session, waves: Mapping[int, int], now: datetime
    ) -> Mapping[int, Sequence[Counted]]:
        """Return what became of each wave, in parts to be added up; one without batches has none.

        Parameters
        ----------
        waves: row id → how many devices it has.
        """
        with self._lock:
            known = {i: self._over[i] for i in waves if i in self._over}
        known = {i: over for i, over in known.items() if over.devices == waves[i]}
        open_ids = [batch_id for over in known.values() for batch_id in over.open_ids]
        parts: dict[int, list[Counted]] = {i: [] for i in waves}
        for wave_id, over in known.items():
            parts[wave_id].append(over.settled)
        for wave_id, rows in _rows(session, Batch.id, open_ids):
            parts[wave_id].append(_wave(rows, now))
        for wave_id, rows in _rows(session, Batch.wave_id, [i for i in waves if i not in known]):
            parts[wave_id].append(_wave(rows, now))
            self._remember(wave_id, waves[wave_id], rows, now)
        return parts

    def _remember(self, wave_id: int, devices: int, rows: list[Row[Any]], now: datetime) -> None:
        if any(row.state is not BatchState.DONE for row in rows):
            return
        refused = {row.id for row in rows if Outcome.REFUSED in row.outcomes}
        settled = _wave([row for row in rows if row.id not in refused], now)
        over = _Over(devices=devices, settled=settled, open_ids=tuple(refused))
        with self._lock:
            self._over[wave_id] = over
            while len(self._over) > self._most_kept:
                del self._over[next(iter(self._over))]


def _rows(
    session: Session, column: InstrumentedAttribute[int], ids: Collection[int]
) -> Iterator[tuple[int, list[Row[Any]]]]:
    """Yield the batches of one wave after the other; `column` is one of `ids`."""
    if not ids:
        return
    found = session.execute(
        select(*COLUMNS)
        .where(among(session, column, ids))
        .order_by(Batch.wave_id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for wave_id, of_wave in groupby(found, lambda row: int(row.wave_id)):
        yield wave_id, list(of_wave)


def _wave(rows: list[Row[Any]], now: datetime) -> Counted:
    standings = [_standing(row, now) for row in rows]
    ready = [
        row.not_before
        for row, standing in zip(rows, standings, strict=True)
        if standing in (Standing.DUE, Standing.HELD)
    ]
    done = sorted((row.done_at, row.size) for row in rows if row.done_at)
    last = done[-1][0] if done else None
    return Counted(
        channels=_channels(rows, standings),
        waits=_waits(rows, standings, Standing.DUE),
        parked=_waits(rows, standings, Standing.PARKED),
        ready=len(ready),
        was_tried=any(row.attempts for row in rows),
        last_done_at=last,
        done_lately=tuple(one for one in done if last and one[0] > last - PACE_OVER),
        ready_until=max(ready, default=None),
    )


def _standing(row: Row[Any], now: datetime) -> Standing:
    if row.state is BatchState.DONE:
        return Standing.DONE
    if row.state is BatchState.PARKED:
        return Standing.PARKED
    is_held = row.not_before > now and not row.attempts and not row.last_error
    return Standing.HELD if is_held else Standing.DUE


def _channels(rows: list[Row[Any]], standings: list[Standing]) -> Mapping[str, Counts]:
    packed: dict[tuple[str, Standing], list[bytes]] = {}
    for row, standing in zip(rows, standings, strict=True):
        packed.setdefault((str(row.channel), standing), []).append(row.outcomes)
    parts: dict[str, list[Counts]] = {}
    for (channel, standing), outcomes in packed.items():
        parts.setdefault(channel, []).append(_counts(_outcomes(outcomes), standing))
    for row in rows:
        if row.reasons or row.repeats:
            more = Counts(reasons=row.reasons or {}, repeats=row.repeats)
            parts[str(row.channel)].append(more)
    return {channel: combined(found) for channel, found in sorted(parts.items())}


def _outcomes(packed: Iterable[bytes]) -> NDArray[np.int64]:
    return np.bincount(np.frombuffer(b"".join(packed), np.uint8), minlength=256)


def _counts(by: NDArray[np.int64], standing: Standing) -> Counts:
    pending, in_flight = int(by[Outcome.PENDING]), int(by[Outcome.IN_FLIGHT])
    is_parked = standing is Standing.PARKED
    return Counts(
        queued=pending if standing in (Standing.DUE, Standing.DONE) else 0,
        held=pending if standing is Standing.HELD else 0,
        in_flight=0 if is_parked else in_flight,
        parked=pending + in_flight if is_parked else 0,
        sent=int(by[Outcome.SENT]),
        failed={o.name.lower(): int(by[o]) for o in FAILED if by[o]},
    )


def _waits(rows: list[Row[Any]], standings: list[Standing], wanted: Standing) -> tuple[Wait, ...]:
    """Return what batches of one standing wait for, where it is written down."""
    waiting: Counter[tuple[str, str]] = Counter()
    for row, standing in zip(rows, standings, strict=True):
        if standing is wanted and row.last_error:
            by = _outcomes([row.outcomes])
            unsent = int(by[Outcome.PENDING] + by[Outcome.IN_FLIGHT])
            waiting[str(row.channel), row.last_error] += unsent
    return combined_waits(
        Wait(channel=channel, why=why, devices=devices)
        for (channel, why), devices in waiting.items()
    )
