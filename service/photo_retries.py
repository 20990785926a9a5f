"""Looks again for photos that an active alert should show and doesn't: a server was down.

The alert went out without waiting (ADR 0015); when a picture comes later the page shows it, and
nobody is pushed again. A revision is looked at five times within a day; what is broken or gone at
its source is left alone at once. What was tried is known to this process only: after a restart
each active alert that lacks a photo is looked at once more.
"""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.errors import AlertsError, FeedUnavailable
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.gather import Fetch, gather_photos, photos_wanted
from alerts.intake.photos.inline_again import photos_inside
from alerts.poster import CaseKey, Photo
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import CaseRecord, PosterRecord, open_poster
from alerts.store.feeds import Feed, FeedKind
from service.pictures import gather_policy
from service.poster_apis import PosterApis
from service.wiring import Runtime

log = structlog.get_logger()

# After a revision was made; the first look comes after the try that its first wave waited for.
LOOKS_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=12),
)
LOOKS_EVERY_S = 20.0


@dataclass(frozen=True, kw_only=True)
class _Live:
    """A revision that people see now."""

    id: int
    made_at: datetime


class PhotoRetries:
    """What one process has tried so far."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._policy = gather_policy(runtime)
        self._apis = PosterApis(runtime)
        self._looks: dict[int, int] = {}  # revision → looks that it has had
        self._settled: set[int] = set()  # has all it can have
        self._was_ready = True
        self._lock, self._closing = threading.Lock(), threading.Event()

    def start_look(self) -> None:
        """Look in a thread of its own: a slow server holds up neither the clock nor an end."""
        if not self._lock.locked():
            threading.Thread(target=self.look, name="photo-retries", daemon=True).start()

    def look(self) -> int:
        """Try whatever is due; return how many photos came."""
        if not self._is_ready() or not self._lock.acquire(blocking=False):
            return 0
        try:
            due = (live for live in self._due() if not self._closing.is_set())
            return sum(self._try(live) for live in due)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Begin with no other revision."""
        self._closing.set()

    def _is_ready(self) -> bool:
        """Say whether photos can be screened; after a time when they couldn't, begin anew."""
        ready = self._runtime.intake.photos.screening.state().is_ready
        if ready and not self._was_ready:
            self._looks.clear()
            self._settled.clear()
        self._was_ready = ready
        return ready

    def _due(self) -> list[_Live]:
        r = self._runtime
        now = r.clock()
        with r.store.read() as session:
            live = _live(session, now)
        ids = {one.id for one in live}
        self._settled &= ids
        self._looks = {id_: count for id_, count in self._looks.items() if id_ in ids}
        return [
            one
            for one in live
            if one.id not in self._settled
            and bisect_right(LOOKS_AFTER, now - one.made_at) > self._looks.get(one.id, 0)
        ]

    def _try(self, live: _Live) -> int:
        """Look for the photos of one revision; an error of ours holds up no other's."""
        r = self._runtime
        self._looks[live.id] = bisect_right(LOOKS_AFTER, r.clock() - live.made_at)
        try:
            wanted = photos_wanted(r.store, r.vault, live.id)
            if not wanted:
                self._settled.add(live.id)
                return 0
            came = gather_photos(
                r.store,
                r.vault,
                r.media,
                live.id,
                r.clock,
                self._policy,
                wanted=wanted,
                fetch=self._source_of(live.id, wanted),
            )
        except Exception as e:  # taken back in this moment, a full disk, a bug: the edge of a job
            r.metrics.job_failures.labels("photo_retries").inc()
            log.error("photo_retry_failed", revision=live.id, error=type(e).__name__)  # noqa: TRY400
            return 0
        if not came.failed_for_now:
            self._settled.add(live.id)
        return came.kept

    def _source_of(self, revision_id: int, wanted: Sequence[Photo]) -> Fetch:
        """Return how these photos are had: by address, from inside of a document, from an API."""
        r = self._runtime
        inside: dict[Photo, bytes] = {}
        if any(not photo.uri for photo in wanted):
            inside = photos_inside(r.store, r.vault, revision_id, r.intake.photos.max_bytes)
        feed, case = self._asked(revision_id)

        def fetch(photo: Photo) -> bytes:
            if photo in inside:
                return inside[photo]
            if photo.uri:
                return self._policy.fetch(photo)
            if feed is None or case is None or photo.md5 is None:
                raise PhotoRefused("no_photo", "The source has no such photo.")
            return self._from_api(feed, case, photo.md5)

        return fetch

    def _asked(self, revision_id: int) -> tuple[Feed | None, CaseKey | None]:
        """Return the feed whose Poster API has the photos, and under which case; None if none."""
        r = self._runtime
        with r.store.read() as session:
            revision = session.get_one(AlertRevision, revision_id)
            case = session.get_one(CaseRecord, session.get_one(Alert, revision.alert_id).case_id)
            feed = session.get_one(Feed, case.feed_id)
            record = session.get_one(PosterRecord, revision.poster_id)
            poster = open_poster(r.vault, case.key_id, record)
        return (feed, poster.case) if poster and feed.kind is FeedKind.NCMEC else (None, None)

    def _from_api(self, feed: Feed, case: CaseKey, md5: str) -> bytes:
        try:
            return self._apis.of(feed).photo(case.organization, case.number, md5)
        except FeedUnavailable as e:
            message = "The feed can't be read now."
            raise PhotoRefused("photo_unavailable", message, temporary=True) from e
        except PhotoRefused:
            raise
        except AlertsError as e:
            raise PhotoRefused("no_photo", "The source has no such photo.") from e


def _live(session: Session, now: datetime) -> list[_Live]:
    statement = (
        select(AlertRevision.id, AlertRevision.made_at)
        .join(Alert, Alert.id == AlertRevision.alert_id)
        .where(AlertRevision.number == Alert.live_revision)
        .where(AlertRevision.planned_at.is_not(None))
        .where(Alert.status == Status.ACTIVE, Alert.expires_at > now)
    )
    return [_Live(id=row.id, made_at=row.made_at) for row in session.execute(statement)]
