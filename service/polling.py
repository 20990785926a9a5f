"""Polls the feeds that we pull when their time has come, each in a thread of its own."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from alerts.errors import AlertsError, Conflict, FeedUnavailable
from alerts.intake.document import TakenIn
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.poll.poll import note_poll
from alerts.intake.poll.reconcile import read_poster_api
from alerts.intake.poll.stored_tokens import CREDENTIALS_PURPOSE
from alerts.intake.pull.ask_feed import Asking
from alerts.intake.pull.pull import Pulled, Pulling, pull_feed
from alerts.intake.pull.vanish import VanishPolicy
from alerts.store.feeds import Feed, FeedKind, due_feeds
from config.settings import Settings
from service.doorbell import Doorbell
from service.jobs import Job
from service.logs import frames
from service.poster_apis import PosterApis, reconcile_policy
from service.reading_turns import ReadingTurn
from service.wiring import Runtime

log = structlog.get_logger()

__all__ = ["CREDENTIALS_PURPOSE", "PollDone", "Polling", "asking_of"]

# Wait until the next poll where a document pointed to more than one poll takes: soon, not at once.
HURRY = timedelta(seconds=10)
SHORTEST_CLAIM_S = 60.0  # for which a feed isn't due again, should we die while reading it


@dataclass(frozen=True, kw_only=True)
class PollDone:
    """How a poll went."""

    documents: int = 0
    why: str | None = None  # it failed
    retry_after_s: float | None = None
    pulled: Pulled | None = None  # of a feed that is a document


class Polling:
    """Reads feeds that don't push."""

    def __init__(self, runtime: Runtime, bell: Doorbell) -> None:
        self._runtime, self._bell = runtime, bell
        self._apis = PosterApis(runtime)
        self._lock = threading.Lock()
        self._running: set[int] = set()  # ids of the feeds that are being read

    def poll_due(self) -> None:
        """Poll the feeds whose time has come; one that is slow doesn't hold up the others."""
        r = self._runtime
        with r.store.read() as session:
            due = list(due_feeds(session, r.clock()))
        for feed in due:
            if feed.id not in self._running:
                self._start(feed)

    def poll(self, feed: Feed) -> int:
        """Poll one feed now and note how it went; return how many documents were taken in.

        A feed that is being read already isn't read beside that: nothing is done.
        """
        try:
            return self.poll_now(feed).documents
        except Conflict:
            return 0

    def poll_now(self, feed: Feed, *, only_if_due: bool = False) -> PollDone:
        """Poll one feed and note how it went.

        Raises
        ------
        Conflict: it is being read already, by this process or another.
        """
        r = self._runtime
        turn = ReadingTurn(r.store, r.clock, feed.id)
        claim = timedelta(seconds=max(self._every(feed).total_seconds(), SHORTEST_CLAIM_S))
        with self._lock:
            if feed.id in self._running or not turn.take(only_if_due=only_if_due, puts_off=claim):
                raise Conflict(f"{feed.slug} is being read just now: try again in a moment")
            self._running.add(feed.id)
        try:
            with turn:
                return self._poll(feed)
        finally:
            with self._lock:
                self._running.discard(feed.id)

    def _start(self, feed: Feed) -> None:
        name = f"poll-{feed.slug}"
        threading.Thread(target=self._poll_if_due, args=(feed,), name=name, daemon=True).start()

    def _poll_if_due(self, feed: Feed) -> None:
        with suppress(Conflict):  # somebody else was quicker
            self.poll_now(feed, only_if_due=True)

    def _poll(self, feed: Feed) -> PollDone:
        r, counted = self._runtime, _Counted()
        try:
            done = self._read(feed, counted)
        except AlertsError as problem:
            wait_s = problem.retry_after_s if isinstance(problem, FeedUnavailable) else None
            done = PollDone(why=str(problem), retry_after_s=wait_s)
        except Exception as problem:
            done = PollDone(why=f"our own error: {type(problem).__name__}")
            r.metrics.job_failures.labels("poll").inc()
            kind = type(problem).__name__
            log.error("poll_failed", feed=feed.slug, error=kind, at=frames(problem))  # noqa: TRY400
        done = replace(done, documents=counted.documents)
        is_more = done.pulled is not None and done.pulled.left > 0
        every = min(self._every(feed), HURRY) if is_more else self._every(feed)
        note_poll(r.store, feed.id, r.clock(), every, done.why, retry_after_s=done.retry_after_s)
        r.metrics.feed_polls.labels(feed.slug, _outcome(done)).inc()
        log.info("feed_polled", feed=feed.slug, documents=done.documents, error=done.why)
        return done

    def _read(self, feed: Feed, counted: "_Counted") -> PollDone:
        r = self._runtime
        if feed.kind is FeedKind.NCMEC:
            policy, api = reconcile_policy(r.settings), self._api(feed)
            for taken in read_poster_api(r.store, r.intake, api, feed, r.clock, policy):
                self._tell(feed, taken, counted)
            return PollDone()
        pulled = pull_feed(self._pulling(feed), feed)
        for taken in pulled.taken:
            self._tell(feed, taken, counted)
        for problem in pulled.problems:
            log.warning("feed_problem", feed=feed.slug, code=problem.code)
        return PollDone(retry_after_s=pulled.retry_after_s, pulled=pulled)

    def _tell(self, feed: Feed, taken: TakenIn, counted: "_Counted") -> None:
        self._runtime.metrics.submissions.labels(feed.slug, taken.outcome).inc()
        counted.documents += 1
        self._bell.ring(Job.AFTERCARE if taken.ended else Job.PLAN)

    def _pulling(self, feed: Feed) -> Pulling:
        r = self._runtime
        return Pulling(
            store=r.store,
            intake=r.intake,
            clock=r.clock,
            heard=self._hear(feed),
            asking=asking_of(r.settings),
            policy=VanishPolicy(hold_share=r.settings.vanish_hold_share),
        )

    def _hear(self, feed: Feed) -> Callable[[Exception], None]:
        """Log and count errors of ours at one item, without their words: they may name a child."""

        def heard(problem: Exception) -> None:
            self._runtime.metrics.job_failures.labels("poll_item").inc()
            kind = type(problem).__name__
            log.error("poll_item_failed", feed=feed.slug, error=kind, at=frames(problem))

        return heard

    def _every(self, feed: Feed) -> timedelta:
        return timedelta(seconds=feed.poll_every_s or self._runtime.settings.poll_every_s)

    def _api(self, feed: Feed) -> PosterApi:
        return self._apis.of(feed)


def asking_of(settings: Settings) -> Asking:
    """Return how strangers' servers are asked for feeds."""
    return Asking(
        timeout_s=settings.feed_timeout_s,
        max_bytes=settings.feed_max_bytes,
        allow_loopback=settings.feed_allow_loopback,
    )


class _Counted:
    """How many documents a poll brought so far, whatever becomes of the rest."""

    documents = 0


def _outcome(done: PollDone) -> str:
    if done.why is not None:
        return "failed"
    return "unchanged" if done.pulled is not None and done.pulled.is_unchanged else "read"
