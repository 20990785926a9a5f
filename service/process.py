"""One process from start to end: what it runs, and how it stops within ten seconds."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.clock_watch import LOOKS_EVERY_S, ClockWatch
from service.doorbell import Doorbell
from service.jobs import Job, Jobs
from service.scheduler import Scheduler
from service.senders import Senders
from service.wiring import Runtime

log = structlog.get_logger()

FORGETS_EVERY_S = 60.0  # a name whose case another process took down lingers no longer in memory
WATCH_EVERY_S = 5.0  # between looks of a worker that no bell woke


@dataclass(frozen=True, kw_only=True)
class Process:
    """The running parts of this process."""

    runtime: Runtime
    jobs: Jobs
    bell: Doorbell


@contextmanager
def running(runtime: Runtime, *, works: bool, schedules: bool) -> Iterator[Process]:
    """Run workers and scheduler in the background for as long as the block lasts."""
    jobs = Jobs(runtime)
    bell = Doorbell(runtime.settings.broker_url, jobs, runtime.settings.worker_threads)
    jobs.pictures.when_they_came = lambda: bell.ring(Job.PLAN)
    jobs.when_ready = lambda: bell.ring(Job.SEND)
    senders = Senders(runtime, jobs)
    scheduler = Scheduler(runtime, jobs, bell) if schedules else None
    clocks = ClockWatch(runtime.clock, lambda _: runtime.metrics.clock_jumps.inc())
    looks_itself = works and runtime.settings.is_scaled
    watch = watching(jobs, WATCH_EVERY_S) if looks_itself else nullcontext()
    try:
        if works:
            warm_up(runtime)
            jobs.wake_senders = senders.wake
            senders.start()
            bell.start_workers(runtime.settings.worker_threads)
            bell.ring(Job.PLAN, Job.AFTERCARE, Job.SEND)
        if scheduler is not None:
            scheduler.start()
        with (
            watch,
            repeating(lambda: forget_the_ended(runtime), FORGETS_EVERY_S, "forget"),
            repeating(lambda: look_at_clocks(clocks, scheduler), LOOKS_EVERY_S, "clock"),
        ):
            yield Process(runtime=runtime, jobs=jobs, bell=bell)
    finally:
        if scheduler is not None:
            scheduler.stop()
        end_work(runtime, jobs, bell, senders)


def end_work(runtime: Runtime, jobs: Jobs, bell: Doorbell, senders: Senders) -> None:
    """Let what is in hand end; what is left is in the database."""
    jobs.pictures.close()
    jobs.webhooks.close()
    runtime.stopping.set()
    bell.close(runtime.settings.shutdown_s / 2)
    senders.close(runtime.settings.shutdown_s / 2)
    runtime.close()


def look_at_clocks(clocks: ClockWatch, scheduler: Scheduler | None) -> None:
    """Say if the clock jumped, and let nothing wait for a time that it will reach in an hour."""
    clocks.look()
    if scheduler is not None:
        scheduler.keep_time()


@contextmanager
def watching(jobs: Jobs, every_s: float) -> Iterator[None]:
    """Look by ourselves now and then, so that a worker works also while the broker is down."""

    def watch() -> None:
        with jobs.guarded("watch"):
            for job in jobs.waiting():
                jobs.run(job)

    with repeating(watch, every_s, "watch"):
        yield


@contextmanager
def repeating(what: Callable[[], None], every_s: float, name: str) -> Iterator[None]:
    """Do something now and then, in a thread, for as long as the block lasts."""
    stop = threading.Event()

    def repeat() -> None:
        while not stop.wait(every_s):
            what()

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(every_s)


def forget_the_ended(runtime: Runtime) -> None:
    """Forget children whose cases ended, whichever process ended them; later if that fails."""
    runtime.dispatcher.composer.written.forget(runtime.clock())
    known = runtime.intake.known
    try:
        if known.is_loaded:
            with runtime.store.read() as session:
                known.refresh(session, runtime.vault, runtime.clock())
    except SQLAlchemyError as problem:
        log.warning("forgetting_waits", error=type(problem).__name__)


def warm_up(runtime: Runtime) -> None:
    """Load neighborhoods and known children in the background: no alert waits for them then."""

    def load() -> None:
        with runtime.store.read() as session:
            runtime.index.refresh(session)
            if not runtime.settings.is_scaled:  # there, others take documents in
                runtime.intake.known.refresh(session, runtime.vault, runtime.clock())
        log.info("audience_loaded")

    threading.Thread(target=load, name="warm-up", daemon=True).start()
