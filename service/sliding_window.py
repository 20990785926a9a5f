"""May one more come, if so many may in a minute? Counted in one process, or in all together.

The rule is the sliding window of two counters: what came in this minute, and of the minute before
the part that hasn't slid away yet. A minute's worth may come in one burst.
"""

import math
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol

from alerts.store.engine import Store
from alerts.store.tallies import count_of, count_up_within

WINDOW_S = 60
A_MOMENT_S = 0.01  # a limit ends just after the moment that is reckoned, not in it
MOST_NAMES = 50_000  # in memory: some 10 MB


class Windows(Protocol):
    """Counts what comes, by name; for several threads."""

    def wait_s(self, name: str, most: int, now: datetime) -> int:
        """Count one and return 0; or don't, and return the whole seconds until one may come."""


class WindowsHere:
    """Counts in this process.

    Parameters
    ----------
    most_names: names that are remembered; beyond it the one counted longest ago is forgotten.
    """

    def __init__(self, most_names: int = MOST_NAMES) -> None:
        self._most_names = most_names
        self._counts: dict[str, tuple[int, int, int]] = {}  # window, in it, in the one before
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._counts)

    def wait_s(self, name: str, most: int, now: datetime) -> int:
        """As `Windows` says."""
        window, left_s = _window(now)
        with self._lock:
            before, current = self._counted(name, window)
            if before * left_s / WINDOW_S + current < most:
                self._counts.pop(name, None)
                self._counts[name] = (window, current + 1, before)
                while len(self._counts) > self._most_names:
                    del self._counts[next(iter(self._counts))]
                return 0
        return _wait_s(before, current, left_s, most)

    def _counted(self, name: str, window: int) -> tuple[int, int]:
        seen, current, before = self._counts.get(name, (window, 0, 0))
        if seen == window:
            return before, current
        return (current, 0) if seen == window - 1 else (0, 0)


class WindowsTogether:
    """Counts in the database, together with all processes that have it open."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def wait_s(self, name: str, most: int, now: datetime) -> int:
        """As `Windows` says; one short transaction."""
        window, left_s = _window(now)
        this, before = f"{name}/{window}", f"{name}/{window - 1}"
        ends = datetime.fromtimestamp((window + 1) * WINDOW_S, UTC)
        until, weight = ends + timedelta(seconds=WINDOW_S), left_s / WINDOW_S
        with self._store.begin() as session:
            if count_up_within(session, this, until, most=most, before=before, weight=weight):
                return 0
            counted = count_of(session, before), count_of(session, this)
        return _wait_s(*counted, left_s, most)


def _window(now: datetime) -> tuple[int, float]:
    """Return the number of the window, and the seconds until the next one."""
    number, gone_s = divmod(now.timestamp(), WINDOW_S)
    return int(number), WINDOW_S - gone_s


def _wait_s(before: int, current: int, left_s: float, most: int) -> int:
    slides_on_s = WINDOW_S * (most - current) / before if before and current < most else 0
    return max(1, math.floor(left_s - slides_on_s + A_MOMENT_S) + 1)
