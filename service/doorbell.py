"""Rings the workers: Dramatiq, in-process or over RabbitMQ. The database is the truth.

A message says "look", nothing else: no id, no name, nothing that a takedown would have to find.
"""

import threading
import time
from collections import Counter
from typing import Any

import dramatiq
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.stub import StubBroker

from service.jobs import Job, Jobs

QUEUE = "porchlight"
# In this process a bell is heard within milliseconds, or by threads that are at work already.
# One that wasn't for so long may be lost: it is rung again.
UNHEARD_S = 5.0

log = structlog.get_logger()


class QuorumBroker(RabbitmqBroker):
    """RabbitMQ with quorum queues: a message survives the loss of a node."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        arguments = super()._build_queue_arguments(queue_name)  # type: ignore[no-untyped-call]
        return {**arguments, "x-queue-type": "quorum"}


class Doorbell:
    """Tells workers that there is something to do."""

    def __init__(self, broker_url: str, jobs: Jobs, senders: int = 1) -> None:
        """Connect.

        Parameters: `jobs`, what is run when the bell rings; `senders`, how many workers are asked
        to send when a wave was made.
        """
        self._broker = (
            QuorumBroker(url=broker_url, middleware=[]) if broker_url else StubBroker(middleware=[])
        )
        self._worker: dramatiq.Worker | None = None

        self._unheard: Counter[Job] = Counter()  # rung in this process, not answered yet
        self._rung_at: dict[Job, float] = {}  # of time.monotonic()
        self._lock = threading.Lock()

        def run(job: str) -> None:
            with self._lock:
                self._unheard[Job(job)] = max(self._unheard[Job(job)] - 1, 0)
            if jobs.run(Job(job)):
                self.ring(Job.SEND, times=senders)

        declare = dramatiq.actor(actor_name="porchlight.run", queue_name=QUEUE, broker=self._broker)
        self._actor = declare(run)

    def ring(self, *jobs: Job, times: int = 1) -> None:
        """Ask for jobs; `times` for as many workers as may share them.

        In-process, a bell that rings already isn't rung again: whoever answers it looks at
        everything that is there by then. Over a broker others answer, so every ring is sent. Here
        too, what nobody answered for some seconds is rung anew.
        """
        for job in jobs:
            for _ in range(self._missing(job, times)):
                try:
                    self._actor.send(job.value)
                except Exception:  # the broker is down: the sweep rings again when it is back
                    log.exception("bell_not_heard", job=job)
                    return

    def _missing(self, job: Job, times: int) -> int:
        if not isinstance(self._broker, StubBroker):
            return times
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._rung_at.get(job, now_s) > UNHEARD_S:
                self._unheard[job] = 0
            missing = max(times - self._unheard[job], 0)
            if missing:
                self._unheard[job] += missing
                self._rung_at[job] = now_s
            return missing

    def start_workers(self, threads: int) -> None:
        """Answer the bell in this process."""
        self._worker = dramatiq.Worker(self._broker, worker_threads=threads, worker_timeout=200)
        self._worker.start()

    def is_reachable(self) -> bool:
        """Say whether a message could be sent now."""
        if isinstance(self._broker, StubBroker):
            return True
        try:
            self._broker.get_queue_message_counts(QUEUE)
        except Exception:
            return False
        return True

    def close(self, wait_s: float = 8) -> None:
        """Let work in hand end, at most `wait_s` seconds, then leave."""
        if self._worker is not None:
            self._worker.stop(timeout=int(wait_s * 1000))
        self._broker.close()
