"""Wakes up what time brings: the sweep, expiry, feed polls. APScheduler, one leader.

Embedded there is one process, so it leads. Scaled, several may run: the one that holds an advisory
lock of the database leads, and another takes over when its connection is gone.
"""

import threading
from collections.abc import Callable
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from alerts.intake.feed_health import feeds_health, report_quiet_feeds
from alerts.store.engine import Store
from service.counties import LOOKS_EVERY_S as COUNTIES_LOOKS_EVERY_S
from service.counties import fill_some_counties
from service.doorbell import Doorbell
from service.geocoder_retries import LOOKS_EVERY_S as GEOCODER_LOOKS_EVERY_S
from service.geocoder_retries import GeocoderRetries
from service.jobs import Job, Jobs
from service.photo_retries import LOOKS_EVERY_S, PhotoRetries
from service.polling import Polling
from service.rhythm import Every
from service.sweeping import STUCK_LOOKS_EVERY_S, Sweeping
from service.wiring import Runtime

log = structlog.get_logger()

LEADER_LOCK = 7_206_415_902_116  # any number, the same for all: pg_try_advisory_lock
FEEDS_WATCHED_EVERY_S = 60.0  # whether one went quiet
POLL_LOOKS_EVERY_S = 2.0  # how soon a feed that is due is noticed


class Leadership:
    """Whether this process is the one that acts on time; asked from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._connection: Connection | None = (
            None  # it holds the advisory lock for as long as it is
        )

    def is_ours(self) -> bool:
        """Lead, or try to."""
        if self._store.is_sqlite:
            return True
        with self._lock:
            try:
                return self._holds() or self._takes()
            except SQLAlchemyError:
                log.exception("leadership_lost")
                self._let_go()
                return False

    def give_up(self) -> None:
        """Let another lead."""
        with self._lock:
            self._let_go()

    def _holds(self) -> bool:
        return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1

    def _takes(self) -> bool:
        engine = self._store.engine.execution_options(isolation_level="AUTOCOMMIT")
        connection = engine.connect()
        statement = text("SELECT pg_try_advisory_lock(:n)")
        if connection.scalar(statement, {"n": LEADER_LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False

    def _let_go(self) -> None:
        """Close the connection for good: PostgreSQL then frees the lock."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class Scheduler:
    """Runs the jobs that time brings."""

    def __init__(self, runtime: Runtime, jobs: Jobs, bell: Doorbell) -> None:
        self._runtime, self._jobs, self._bell = runtime, jobs, bell
        self._leadership = Leadership(runtime.store)
        self._sweeping = Sweeping(runtime, jobs, bell)
        self._polling = Polling(runtime, bell)
        self._photo_retries = PhotoRetries(runtime)
        self._geocoder_retries = GeocoderRetries(runtime)
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin."""
        settings = self._runtime.settings
        self._every(settings.sweep_every_s, "sweep", self._sweeping.sweep)
        self._every(STUCK_LOOKS_EVERY_S, "stuck", self._sweeping.look_for_stuck)
        self._every(settings.expiry_every_s, "expiry", self._expire)
        self._every(POLL_LOOKS_EVERY_S, "poll", self._polling.poll_due)
        self._every(FEEDS_WATCHED_EVERY_S, "feeds", self._watch_feeds)
        self._every(LOOKS_EVERY_S, "photos", self._photo_retries.start_look)
        if self._runtime.geocoder is not None:
            self._every(GEOCODER_LOOKS_EVERY_S, "geocoder", self._geocoder_retries.start_look)
        self._every(COUNTIES_LOOKS_EVERY_S, "counties", self._fill_counties)
        self._scheduler.start()

    def keep_time(self) -> None:
        """Run now what waits for longer than its interval: the clock went back."""
        now = self._runtime.clock()
        for job in self._scheduler.get_jobs():
            if job.next_run_time - now > job.trigger.interval:
                job.modify(next_run_time=now)

    def stop(self) -> None:
        """Stop without waiting for the next tick; work in hand ends."""
        self._photo_retries.close()
        self._geocoder_retries.close()
        self._scheduler.shutdown(wait=True)
        self._leadership.give_up()

    def _every(self, seconds: float, name: str, job: Callable[[], object]) -> None:
        def led() -> None:
            with self._jobs.guarded(name):
                if self._leadership.is_ours():
                    job()

        self._scheduler.add_job(
            led,
            Every(seconds),
            id=name,
            max_instances=1,
            misfire_grace_time=None,  # however late: it looks at what is there
            next_run_time=self._runtime.clock() + timedelta(seconds=min(seconds, 0.2)),
        )

    def _watch_feeds(self) -> None:
        """Sound the alarm, once, for each feed that went quiet."""
        r = self._runtime
        most = timedelta(seconds=r.settings.feed_stale_after_s)
        with r.store.begin() as session:
            now = r.clock()
            quiet = report_quiet_feeds(session, feeds_health(session, now, most), now)
        for feed in quiet:
            log.error("feed_quiet", feed=feed)

    def _fill_counties(self) -> None:
        fill_some_counties(self._runtime.store, self._runtime.counties)

    def _expire(self) -> None:
        if self._jobs.expire():
            self._bell.ring(Job.AFTERCARE)
