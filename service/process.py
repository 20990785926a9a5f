"""One process from start to end: what it runs, and how it stops within ten seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from service.doorbell import Doorbell
from service.jobs import Job, Jobs
from service.scheduler import Scheduler
from service.wiring import Runtime

log = structlog.get_logger()


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
    bell = Doorbell(runtime.settings.broker_url, jobs)
    scheduler = Scheduler(runtime, jobs, bell) if schedules else None
    try:
        if works:
            warm_up(runtime)
            bell.start_workers(runtime.settings.worker_threads)
            bell.ring(Job.PLAN, Job.AFTERCARE, Job.SEND)
        if scheduler is not None:
            scheduler.start()
        yield Process(runtime=runtime, jobs=jobs, bell=bell)
    finally:
        if scheduler is not None:
            scheduler.stop()
        bell.close()
        runtime.close()


def warm_up(runtime: Runtime) -> None:
    """Load the audience index in the background, so that the first alert needn't wait for it."""

    def load() -> None:
        with runtime.store.read() as session:
            runtime.index.refresh(session)
        log.info("audience_loaded", neighborhoods=len(runtime.index))

    threading.Thread(target=load, name="warm-up", daemon=True).start()
