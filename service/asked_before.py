"""Did whoever asks ask about nearly the same people before? Then they see the totals they saw.

An exact total that moves by one as an outline moves by a street tells who lives in that street. So
of all areas that one asker (a feed; the desk as a whole) asks about within a day, those whose
neighborhoods differ by fewer than ten are answered with the totals of the first of them, about nine
beside the truth at most (docs/adr/0033).

Nothing is written: a dry run stores nothing. A thousand bytes of each answer are kept in memory,
from which no neighborhood can be read back; each web process remembers for itself.
"""

import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alerts.audience.hidden import SMALLEST_SHOWN, Totals, totals_of
from alerts.audience.index import Figures, Ids

REMEMBERED = timedelta(days=1)  # a town changes by more than a few people a day only when it grows
# Of one asker: at 120 questions a minute, it takes over an hour to have the first one forgotten.
ANSWERS_KEPT = 10_000
BUCKETS = 256  # nine neighborhoods more or less change nine of them at most

Sketch: TypeAlias = NDArray[np.uint32]


@dataclass(kw_only=True)
class _Answer:
    """What an asker was shown."""

    at: datetime
    sketch: Sketch
    totals: Totals


class AskedBefore:
    """Remembers the totals that were shown; for several threads."""

    def __init__(self, answers_kept: int = ANSWERS_KEPT) -> None:
        self._kept = answers_kept
        self._answers: dict[str, deque[_Answer]] = {}
        self._lock = threading.Lock()

    def totals(self, asker: str, figures: Figures, now: datetime) -> Totals:
        """Return the totals to show: the exact ones, or those shown for nearly the same people.

        What is too small to be shown isn't remembered.
        """
        exact, sketch = totals_of(figures), sketch_of(figures.neighborhood_ids)
        with self._lock:
            answers = self._answers.setdefault(asker, deque(maxlen=self._kept))
            while answers and now - answers[0].at > REMEMBERED:
                answers.popleft()
            before = next((a for a in answers if _is_near(a, exact, sketch)), None)
            if before is not None:
                before.totals = _steady(before.totals, exact)
                return before.totals
            if exact.subscribers >= SMALLEST_SHOWN:
                answers.append(_Answer(at=now, sketch=sketch, totals=exact))
        return exact


def sketch_of(neighborhood_ids: Ids) -> Sketch:
    """Sum the ids' hashes into buckets: one neighborhood more or less changes one bucket.

    Notes
    -----
    Source of the hash: splitmix64's mixer (Steele, Lea, Flood: Fast splittable pseudorandom number
    generators, 2014).
    """
    hashed = neighborhood_ids.astype(np.uint64)
    hashed = (hashed ^ (hashed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashed = (hashed ^ (hashed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    hashed ^= hashed >> np.uint64(31)
    sketch = np.zeros(BUCKETS, np.uint32)
    bucket = (hashed % np.uint64(BUCKETS)).astype(np.intp)
    np.add.at(sketch, bucket, (hashed >> np.uint64(32)).astype(np.uint32))
    return sketch


def _is_near(answer: _Answer, exact: Totals, sketch: Sketch) -> bool:
    """Say whether the neighborhoods of two questions differ by fewer than ten.

    Of those that differ by ten or eleven, some are taken for near, too.
    """
    if abs(answer.totals.neighborhoods - exact.neighborhoods) > BUCKETS:
        return False
    return int(np.count_nonzero(answer.sketch != sketch)) < SMALLEST_SHOWN


def _steady(before: Totals, exact: Totals) -> Totals:
    """Return the totals shown before; of the same homes' devices, more may have come or gone."""
    has_moved = abs(exact.devices - before.devices) >= SMALLEST_SHOWN
    return replace(before, devices=exact.devices) if has_moved else before
