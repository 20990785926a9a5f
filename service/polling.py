"""Polls the feeds that we pull when their time has come, each in a thread of its own."""

import json
import threading
from datetime import timedelta

import structlog
from sqlalchemy import or_, update

from alerts.errors import AlertsError, FeedUnavailable
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.poll import note_poll, poll_poster_api
from alerts.store.feeds import Feed, due_feeds
from service.doorbell import Doorbell
from service.jobs import Job
from service.logs import frames
from service.wiring import Runtime

log = structlog.get_logger()

CREDENTIALS_PURPOSE = "feed/credentials"


class Polling:
    """Reads feeds that don't push."""

    def __init__(self, runtime: Runtime, bell: Doorbell) -> None:
        self._runtime, self._bell = runtime, bell
        self._apis: dict[int, tuple[bytes, PosterApi]] = {}
        self._lock = threading.Lock()
        self._running: set[int] = set()  # ids of the feeds that are being read

    def poll_due(self) -> None:
        """Poll the feeds whose time has come; one that is slow doesn't hold up the others."""
        r = self._runtime
        with r.store.read() as session:
            due = list(due_feeds(session, r.clock()))
        threads = [
            threading.Thread(target=self.poll, args=(feed,), name=f"poll-{feed.slug}", daemon=True)
            for feed in due
            if feed.id not in self._running and self._claim(feed)
        ]
        for thread in threads:
            thread.start()

    def poll(self, feed: Feed) -> int:
        """Poll one feed now and note how it went; return how many documents were taken in.

        A feed that is being read already isn't read beside that: nothing is done.
        """
        with self._lock:
            if feed.id in self._running:
                return 0
            self._running.add(feed.id)
        try:
            return self._poll(feed)
        finally:
            with self._lock:
                self._running.discard(feed.id)

    def _poll(self, feed: Feed) -> int:
        r, count, why = self._runtime, 0, None
        try:
            for taken in poll_poster_api(r.store, r.intake, self._api(feed), feed, r.clock):
                r.metrics.submissions.labels(feed.slug, taken.outcome).inc()
                count += 1
                self._bell.ring(Job.AFTERCARE if taken.ended else Job.PLAN)
        except AlertsError as problem:
            why = str(problem)
        except Exception as problem:
            why = f"our own error: {type(problem).__name__}"
            r.metrics.job_failures.labels("poll").inc()
            kind = type(problem).__name__
            log.error("poll_failed", feed=feed.slug, error=kind, at=frames(problem))  # noqa: TRY400
        note_poll(r.store, feed.id, r.clock(), timedelta(seconds=r.settings.poll_every_s), why)
        log.info("feed_polled", feed=feed.slug, documents=count, error=why)
        return count

    def _claim(self, feed: Feed) -> bool:
        """Take a feed's turn by a conditional UPDATE: only one process polls it."""
        r = self._runtime
        now = r.clock()
        until = now + timedelta(seconds=max(r.settings.poll_every_s, 60))
        with r.store.begin() as session:
            due = or_(Feed.next_poll_at.is_(None), Feed.next_poll_at <= now)
            result = session.execute(
                update(Feed).where(Feed.id == feed.id, due).values(next_poll_at=until)
            )
            return getattr(result, "rowcount", 0) == 1

    def _api(self, feed: Feed) -> PosterApi:
        """Return the feed's client; the same one while its credentials are, for its token."""
        sealed = feed.sealed_credentials
        if sealed is None or feed.url is None:
            raise FeedUnavailable("The feed has no URL or credentials: porchlight feed add")
        with self._lock:
            known = self._apis.get(feed.id)
            if known is not None and known[0] == sealed + feed.url.encode():
                return known[1]
            said = json.loads(self._runtime.vault.open_own(CREDENTIALS_PURPOSE, sealed))
            api = PosterApi(
                feed.url,
                client_id=said["client_id"],
                client_secret=said["client_secret"],
                clock=self._runtime.clock,
            )
            self._apis[feed.id] = (sealed + feed.url.encode(), api)
            return api
