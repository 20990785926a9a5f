"""Counts an alert's waves for everybody who watches, at most once a second, and says who may watch.

A stream holds a thread of the web server for minutes: they may have a quarter of the threads.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from flask import current_app

from alerts.delivery.progress import Counting, progress_of, something_is_to_come
from alerts.store.alerts import alert_by_public_id
from service.api.desk.wave_figures import wave_list
from service.counting import counting
from service.http import runtime
from service.wiring import Runtime

COUNTS_EVERY_S = 1.0
STREAMS_SHARE = 4  # a quarter of the web's threads


@dataclass(frozen=True, kw_only=True)
class Look:
    """An alert's waves as they stand."""

    document: str  # JSON
    number: str  # changes whenever the document does; the same in each process
    is_over: bool  # nothing is on its way any more


@dataclass(kw_only=True)
class _Watched:
    """One alert that somebody watches."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    watchers: int = 0
    look: Look | None = None
    counted_at: float = 0.0  # of time.monotonic()


class WaveWatch:
    """The waves that are watched in this process; for several threads."""

    def __init__(self, runtime: Runtime, counting: Counting) -> None:
        self._runtime, self._counting = runtime, counting
        threads = runtime.settings.web_threads
        self._most = min(max(1, threads // STREAMS_SHARE), threads - 1)
        self._streams = 0
        self._watched: dict[UUID, _Watched] = {}
        self._lock = threading.Lock()

    def look(self, alert_id: UUID) -> Look:
        """Count now; NotFound if there is no such alert."""
        r = self._runtime
        with r.store.read() as session:
            alert, now = alert_by_public_id(session, alert_id), r.clock()
            found = progress_of(session, alert, now, self._counting)
            is_to_come = something_is_to_come(session, alert, now)
        document = wave_list(found).model_dump_json()
        return Look(
            document=document,
            number=hashlib.sha256(document.encode()).hexdigest()[:16],
            is_over=not is_to_come and not any(one.is_on_its_way for one in found),
        )

    def begin_stream(self) -> bool:
        """Take one of the places; False if all are taken."""
        with self._lock:
            is_free = self._streams < self._most
            self._streams += is_free
            return is_free

    def end_stream(self) -> None:
        """Give the place back."""
        with self._lock:
            self._streams -= 1

    @contextmanager
    def watching(self, alert_id: UUID) -> Iterator[Callable[[], Look]]:
        """Watch an alert: yields what looks, counting only if nobody did within the last second."""
        with self._lock:
            watched = self._watched.setdefault(alert_id, _Watched())
            watched.watchers += 1
        try:
            yield lambda: self._shared(alert_id, watched)
        finally:
            with self._lock:
                watched.watchers -= 1
                if not watched.watchers:
                    del self._watched[alert_id]

    def _shared(self, alert_id: UUID, watched: _Watched) -> Look:
        with watched.lock:
            age_s = time.monotonic() - watched.counted_at
            if watched.look is None or age_s >= COUNTS_EVERY_S:
                watched.look = self.look(alert_id)
                watched.counted_at = time.monotonic()
            return watched.look


def wave_watch() -> WaveWatch:
    """Return the watch of this app."""
    kept = current_app.extensions.get("porchlight.wave_watch")
    if kept is None:
        made = WaveWatch(runtime(), counting())
        kept = current_app.extensions.setdefault("porchlight.wave_watch", made)
    return cast("WaveWatch", kept)
