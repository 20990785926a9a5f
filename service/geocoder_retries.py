"""Alerts wait for a geocoder that gave no answer: when is it asked again?"""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from alerts.geocoding.remembered import Patient
from alerts.intake.geocode_again import Waiting, geocode_again, waiting_for_geocoder
from service.wiring import Runtime

log = structlog.get_logger()

# After a revision was made; its first try was when it came.
LOOKS_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
)
LOOKS_EVERY_S = 20.0


class GeocoderRetries:
    """Asks again for alerts that wait for an answer, and forgets old answers.

    A revision is looked at five times within half a day. What was tried is known to this process
    only: after a restart each is looked at once more.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._looks: dict[int, int] = {}  # revision → looks that it has had
        self._lock, self._closing = threading.Lock(), threading.Event()

    def start_look(self) -> None:
        """Look in a thread of its own: a slow service holds up neither the clock nor an end."""
        if self._runtime.geocoder is not None and not self._lock.locked():
            threading.Thread(target=self.look, name="geocoder-retries", daemon=True).start()

    def look(self) -> int:
        """Try whatever is due; return how many alerts have ground now."""
        geocoder = self._runtime.geocoder
        if geocoder is None or not self._lock.acquire(blocking=False):
            return 0
        try:
            geocoder.forget_old()
            return sum(self._try(one) for one in self._due() if not self._closing.is_set())
        except Exception as e:  # the database is away, a bug of ours: the edge of a job
            self._failed(e)
            return 0
        finally:
            self._lock.release()

    def close(self) -> None:
        """Begin with no other."""
        self._closing.set()

    def _due(self) -> Sequence[Waiting]:
        r = self._runtime
        now = r.clock()
        with r.store.read() as session:
            waiting = waiting_for_geocoder(session, now)
        ids = {one.revision_id for one in waiting}
        self._looks = {id_: count for id_, count in self._looks.items() if id_ in ids}
        return [
            one
            for one in waiting
            if bisect_right(LOOKS_AFTER, now - one.made_at) > self._looks.get(one.revision_id, 0)
        ]

    def _try(self, one: Waiting) -> bool:
        """Look at one; an error of ours holds up no other."""
        r = self._runtime
        assert r.geocoder is not None  # noqa: S101 - `look` saw to it
        now = r.clock()
        self._looks[one.revision_id] = bisect_right(LOOKS_AFTER, now - one.made_at)
        considering = replace(r.intake.considering, geocoder=Patient(r.geocoder))
        try:
            return geocode_again(r.store, r.vault, considering, one.revision_id, now)
        except Exception as e:  # taken back in this moment, a bug of ours: the edge of a job
            self._failed(e)
            return False

    def _failed(self, e: Exception) -> None:
        self._runtime.metrics.job_failures.labels("geocoder").inc()
        log.error("geocoder_retry_failed", error=type(e).__name__)
