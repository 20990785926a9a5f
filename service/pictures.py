"""Fetches the pictures of posters beside the planning: none holds up anybody's alert for long."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

import structlog

from alerts.intake.photos.gather import GatherPolicy, gather_photos, photos_wanted
from alerts.outbound.ask import AskLimits
from alerts.store.alerts import AlertRevision
from service.wiring import Runtime

log = structlog.get_logger()

POSTERS_AT_ONCE = 8
# Beyond a photo's own limit: looking its host up and drawing it anew.
GRACE = timedelta(seconds=1)


def gather_policy(runtime: Runtime) -> GatherPolicy:
    """Return what fetching a photo may cost."""
    settings = runtime.settings
    return GatherPolicy(
        limits=AskLimits(max_bytes=settings.photo_max_bytes, total_s=settings.photo_timeout_s),
        rules=runtime.intake.photos,
        allow_loopback=settings.photo_allow_loopback,
    )


class Pictures:
    """The pictures of revisions that wait for their first wave."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waits = timedelta(seconds=runtime.settings.photo_timeout_s) + GRACE
        self._policy = gather_policy(runtime)
        self._pool = ThreadPoolExecutor(POSTERS_AT_ONCE, thread_name_prefix="pictures")
        self._lock = threading.Lock()
        self._fetching: dict[int, Future[None]] = {}
        self.when_they_came: Callable[[], None] = lambda: None

    def are_in(self, revision: AlertRevision) -> bool:
        """Say whether a wave need not wait: they came, they failed, or it has waited enough."""
        if self._runtime.clock() - revision.made_at > self._waits:
            return True
        with self._lock:
            fetching = self._fetching.get(revision.id)
            if fetching is None:
                if not self._wants(revision.id):
                    return True
                fetching = self._pool.submit(self._fetch, revision.id)
                self._fetching[revision.id] = fetching
            return fetching.done()

    def wait(self) -> None:
        """Wait until what is being fetched has come or failed."""
        wait(list(self._fetching.values()), timeout=self._waits.total_seconds())

    def forget(self, revision_id: int) -> None:
        """Forget a revision whose wave is made."""
        with self._lock:
            self._fetching.pop(revision_id, None)

    def close(self) -> None:
        """Start no more of them."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _wants(self, revision_id: int) -> bool:
        r = self._runtime
        try:
            return any(photo.uri for photo in photos_wanted(r.store, r.vault, revision_id))
        except Exception as e:  # its poster can't be opened: no other alert waits for that
            self._failed(revision_id, e)
            return False

    def _failed(self, revision_id: int, error: Exception) -> None:
        self._runtime.metrics.job_failures.labels("pictures").inc()
        log.error("pictures_failed", revision=revision_id, error=type(error).__name__)

    def _fetch(self, revision_id: int) -> None:
        r = self._runtime
        try:
            gather_photos(r.store, r.vault, r.media, revision_id, r.clock, self._policy)
        except Exception as e:  # a full disk, a bug of ours: the alert goes out without a picture
            self._failed(revision_id, e)
        finally:
            self.when_they_came()
