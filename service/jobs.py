"""What a worker does when the bell rings: plan waves, send batches, settle what ended.

Every job looks into the database for what is to be done and does it until nothing is left; the
bell only says "look". So a lost bell costs a second (the sweep rings again), never an alert, and
running a job twice does nothing twice.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum

import structlog
from sqlalchemy import bindparam, select

from alerts.aftercare.expire import expire, forget_quarantined, forget_refused
from alerts.aftercare.settle import settle, unsettled
from alerts.aftercare.takedown import take_down
from alerts.alert import RevisionState, Status
from alerts.audience.plan import catch_up, plan_revision
from alerts.audience.vanguard import MANY, send_ahead
from alerts.store.alerts import Alert, AlertRevision, out_of_time, unplanned
from alerts.store.alerts import revision as revision_of
from alerts.store.batches import put_off, ready_batches
from alerts.store.cases import CaseRecord, waiting_for_takedown
from alerts.store.idempotency import forget_before
from alerts.store.subscribers import newest_change
from alerts.store.tallies import forget_tallies
from service.logs import frames
from service.pictures import Pictures
from service.self_tests import SelfTests
from service.webhooks import Webhooks
from service.wiring import Runtime

log = structlog.get_logger()

AHEAD_AT_MOST_S, AHEAD_LOOKS_S = 0.3, 0.005  # a large wave waits for its first batch to leave
ROUNDS = 50  # plan, send, settle, send the all-clear: four are enough unless something is stuck
BATCHES_LOOKED_AT = 16  # then what came meanwhile is looked at, too
FAILED_WAITS = timedelta(seconds=60)  # a batch that failed by a fault of ours, until the next try
ANSWERS_KEPT = timedelta(days=1)  # Idempotency-Key: a partner retries for hours, not for weeks


# Active alerts that were planned before the newest neighborhood came.
LATE = (
    select(Alert.id, Alert.live_revision)
    .join(AlertRevision, AlertRevision.alert_id == Alert.id)
    .where(AlertRevision.number == Alert.live_revision)
    .where(AlertRevision.state == RevisionState.LIVE)
    .where(AlertRevision.planned_at.is_not(None))
    .where(Alert.status == Status.ACTIVE, Alert.expires_at > bindparam("now"))
    .where(Alert.planned_seq < bindparam("newest"))
)


FIRST_PUSH = (
    select(Alert.first_push_at)
    .join(AlertRevision, AlertRevision.alert_id == Alert.id)
    .where(AlertRevision.id == bindparam("revision_id"))
)


class Job(StrEnum):
    """What the bell may ask for."""

    PLAN = "plan"
    SEND = "send"
    AFTERCARE = "aftercare"
    WEBHOOKS = "webhooks"
    SELF_TEST = "self_test"


class Turn:
    """One thread at a time does a job; who comes meanwhile makes that one look once more."""

    def __init__(self) -> None:
        self._busy, self._asked = threading.Lock(), threading.Event()

    def take(self) -> Iterator[None]:
        """Yield for each round of work that is ours; none if another thread is at it."""
        self._asked.set()
        while self._asked.is_set() and self._busy.acquire(blocking=False):
            try:
                self._asked.clear()
                yield
            finally:
                self._busy.release()


def nobody_waits() -> None:
    """Whoever runs the jobs by hand looks for themselves."""


class Jobs:
    """The jobs of one process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._turns = {Job.PLAN: Turn(), Job.AFTERCARE: Turn()}
        self.wake_senders: Callable[[], object] = self.send  # or threads of their own
        self.when_ready: Callable[[], object] = nobody_waits  # a batch is ready before all are
        self.pictures = Pictures(runtime)
        self.webhooks = Webhooks(runtime)
        self.self_tests = SelfTests(runtime)

    def run(self, job: Job) -> bool:
        """Run a job until nothing is left to do; True if there are batches to send now.

        An error of ours is logged and counted.
        """
        if job is Job.SEND:
            with self.guarded(job):
                self.wake_senders()
            return False
        if job is Job.WEBHOOKS:
            with self.guarded(job):
                self.webhooks.start_due()
            return False
        if job is Job.SELF_TEST:
            with self.guarded(job):
                self.self_tests.start_due()
            return False
        todo, devices = {Job.PLAN: self.plan, Job.AFTERCARE: self.aftercare}[job], 0
        for _ in self._turns[job].take():
            with self.guarded(job):
                devices += todo()
        return devices > 0

    @contextmanager
    def guarded(self, job: str) -> Iterator[None]:
        """Keep a worker alive: the edge of every job, where nothing is swallowed silently."""
        try:
            yield
        except Exception as e:
            self._runtime.metrics.job_failures.labels(job).inc()
            log.error("job_failed", job=job, error=type(e).__name__, at=frames(e))  # noqa: TRY400

    def plan(self) -> int:
        """Make the waves of live revisions, and of those who came late; return the devices.

        What is waiting is read anew after each: an amber that came meanwhile goes first.
        """
        devices, tried = 0, set[int]()
        while (revision_id := self._next_to_plan(tried)) is not None:
            tried.add(revision_id)
            with self.guarded("plan"):  # one that can't be planned doesn't hold up the others
                devices += self._plan_one(revision_id)
        return devices + self._catch_up()

    def _next_to_plan(self, tried: set[int]) -> int | None:
        r, looked = self._runtime, set(tried)
        while True:
            with r.store.read() as session:
                waiting = unplanned(session, r.clock(), but=looked)
            if not waiting:
                return None
            for one in waiting:
                if self.pictures.are_in(one):
                    return one.id
            looked |= {one.id for one in waiting}  # their pictures are on the way

    def _plan_one(self, revision_id: int) -> int:
        r = self._runtime
        self.pictures.forget(revision_id)
        if r.index.may_reach(MANY):
            self._send_ahead(revision_id)
        with r.store.begin() as session:
            revision = session.get_one(AlertRevision, revision_id)
            return plan_revision(session, r.index, revision, r.clock(), r.wave_policy)

    def _send_ahead(self, revision_id: int) -> None:
        """Have the first batch sent before the rest is planned: SQLite has one writer at a time."""
        r = self._runtime
        with r.store.begin() as session:
            revision = session.get_one(AlertRevision, revision_id)
            if not send_ahead(session, r.index, revision, r.clock(), r.wave_policy):
                return
        self.when_ready()
        if self.when_ready is nobody_waits or not r.store.is_sqlite:
            return
        until = time.monotonic() + AHEAD_AT_MOST_S
        while time.monotonic() < until and not r.stopping.wait(AHEAD_LOOKS_S):
            with r.store.read() as session:
                if session.scalar(FIRST_PUSH, {"revision_id": revision_id}) is not None:
                    return

    def send(self) -> int:
        """Send ready batches, the most urgent first, until there is none; return how many."""
        sent = 0
        while batches := self._ready():
            for batch_id in batches:
                if self.send_one(batch_id):
                    self.aftercare()
                sent += 1
        return sent

    def send_one(self, batch_id: int) -> bool:
        """Send one batch; True if there may be aftercare to do.

        One that can't be sent waits, so that it doesn't hold up the others.
        """
        r, ends_something, is_done = self._runtime, False, False
        with self.guarded("send"):
            ends_something = r.dispatcher.send_batch(batch_id)
            is_done = True
        if not is_done:
            with r.store.begin() as session:
                put_off(session, batch_id, r.clock(), r.clock() + FAILED_WAITS)
        return ends_something

    def aftercare(self) -> int:
        """Tell the end to those who were told, and take the data of ended cases back."""
        r, told = self._runtime, 0
        with r.store.read() as session:
            ended = unsettled(session)
            cases = [case.id for case in waiting_for_takedown(session)]
        for alert_id in ended:
            with self.guarded("settle"), r.store.begin() as session:
                told += settle(session, r.index, alert_id, r.clock(), r.wave_policy.batch_size)
        for case_id in cases:
            with self.guarded("takedown"), r.store.begin() as session:
                case = session.get_one(CaseRecord, case_id, with_for_update=True)
                take_down(session, r.vault, r.media, case, r.clock())
            r.intake.known.forget(case_id)
        if cases:
            r.dispatcher.composer.written.clear()
            r.store.scrub()
        return told

    def expire(self) -> int:
        """End alerts whose time is over, and forget what was kept long enough."""
        r, over = self._runtime, 0
        now = r.clock()
        with r.store.read() as session:
            late = [alert.id for alert in out_of_time(session, now)]
        for alert_id in late:
            with r.store.begin() as session:  # one at a time: none waits for another's lock
                over += expire(session, alert_id, now)
        with r.store.begin() as session:
            forget_refused(session, r.vault, now, timedelta(days=r.settings.refused_kept_days))
            forget_before(session, now - ANSWERS_KEPT)
            forget_tallies(session, now)
            kept = timedelta(days=r.settings.quarantine_kept_days)
            forget_quarantined(session, r.vault, now, kept)
        self.webhooks.forget_old()
        self.self_tests.forget_old()
        return over

    def waiting(self) -> set[Job]:
        """Say which jobs have something to do: what the sweep rings for."""
        r = self._runtime
        found: set[Job] = set()
        with r.store.read() as session:
            if unplanned(session, r.clock()) or self._late():
                found.add(Job.PLAN)
            closed = r.gate.closed(session, r.clock())
            if ready_batches(session, r.clock(), 1, closed=closed):
                found.add(Job.SEND)
            if unsettled(session) or waiting_for_takedown(session):
                found.add(Job.AFTERCARE)
        if self.webhooks.are_due():
            found.add(Job.WEBHOOKS)
        if self.self_tests.are_due():
            found.add(Job.SELF_TEST)
        return found

    def run_until_quiet(self) -> None:
        """Do everything that is due, in this thread: for one command, a demo, a test."""
        for _ in range(ROUNDS):
            self.webhooks.wait()
            self.self_tests.wait()
            due = self.waiting()
            if not due:
                return
            for job in (Job.PLAN, Job.AFTERCARE, Job.SEND, Job.WEBHOOKS, Job.SELF_TEST):
                if job in due:
                    self.run(job)
            self.pictures.wait()

    def _ready(self) -> list[int]:
        with self._runtime.store.read() as session:
            now = self._runtime.clock()
            closed = self._runtime.gate.closed(session, now)
            return list(ready_batches(session, now, BATCHES_LOOKED_AT, closed=closed))

    def _late(self) -> list[tuple[int, int]]:
        """Return active alerts (id, revision) that newer neighborhoods weren't looked at for."""
        r = self._runtime
        with r.store.read() as session:
            since = {"now": r.clock(), "newest": newest_change(session)}
            return [(row.id, row.live_revision) for row in session.execute(LATE, since)]

    def _catch_up(self) -> int:
        r, told = self._runtime, 0
        for alert_id, number in self._late():
            with self.guarded("catch_up"), r.store.begin() as session:
                alert = session.get_one(Alert, alert_id, with_for_update=True)
                revision = revision_of(session, alert_id, number)
                told += catch_up(session, r.index, alert, revision, r.clock(), r.wave_policy)
        return told
