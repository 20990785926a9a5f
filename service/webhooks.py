"""Tells feeds what became of their cases, beside everything else: no slow receiver holds up others.

An address has one thread at a time, and there are only a few; the job doesn't wait for them.
"""

import threading
from datetime import timedelta

import structlog

from alerts.outbound.ask import AskLimits
from alerts.store.webhooks import endpoints_due, forget_done
from alerts.webhooks.deliver import Deliverer
from alerts.webhooks.post import Post
from alerts.webhooks.retry import RetryPolicy
from service.logs import frames
from service.wiring import Runtime

log = structlog.get_logger()

GRACE_S = 20.0  # beyond a try's own limit: looking the name up, and writing down what came of it
ANSWER_BYTES = 65_536  # never read: the head says everything


def deliverer(runtime: Runtime) -> Deliverer:
    """Return what sends one address its post, as the settings ask for."""
    settings = runtime.settings
    timeout_s = settings.webhook_timeout_s
    limits = AskLimits(
        max_bytes=ANSWER_BYTES,
        total_s=timeout_s,
        connect_s=min(timeout_s, 5.0),
        read_s=timeout_s,
        max_redirects=0,
    )
    return Deliverer(
        store=runtime.store,
        vault=runtime.vault,
        clock=runtime.clock,
        post=Post(limits=limits, allow_loopback=settings.webhook_allow_loopback),
        policy=RetryPolicy(
            give_up_after=timedelta(hours=settings.webhook_give_up_after_h),
            disable_after_given_up=settings.webhook_disable_after_given_up,
            disable_after=timedelta(days=settings.webhook_disable_after_days),
        ),
        lease=timedelta(seconds=timeout_s + GRACE_S),
    )


class Webhooks:
    """The webhooks that this process delivers."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._deliverer = deliverer(runtime)
        self._kept = timedelta(days=settings.webhook_kept_days)
        self._waits_s = settings.webhook_timeout_s + GRACE_S
        self._most = settings.webhook_threads
        self._lock = threading.Lock()
        self._at_it: dict[int, threading.Thread] = {}  # by address
        self._closed = False

    def are_due(self) -> bool:
        """Say whether there is an address to be told that nobody here is at."""
        return bool(self._due())

    def start_due(self) -> None:
        """Begin to tell addresses for which something is due, as many at once as there may be."""
        for endpoint_id in self._due():
            with self._lock:
                if self._closed or len(self._at_it) >= self._most:
                    return  # the sweep rings again
                if endpoint_id in self._at_it:
                    continue
                thread = threading.Thread(  # one that waits for a receiver keeps no process alive
                    target=self._deliver, args=(endpoint_id,), name="webhook", daemon=True
                )
                self._at_it[endpoint_id] = thread
                thread.start()

    def wait(self) -> None:
        """Wait until whatever was begun has come to an end."""
        with self._lock:
            begun = list(self._at_it.values())
        for thread in begun:
            thread.join(self._waits_s)

    def forget_old(self) -> None:
        """Delete events that were done with long enough ago."""
        r = self._runtime
        with r.store.begin() as session:
            forget_done(session, r.clock() - self._kept)

    def close(self) -> None:
        """Begin no more; what is on its way is sent again by whoever is next."""
        with self._lock:
            self._closed = True

    def _due(self) -> list[int]:
        r = self._runtime
        with r.store.read() as session:
            due = endpoints_due(session, r.clock())
        with self._lock:
            return [endpoint_id for endpoint_id in due if endpoint_id not in self._at_it]

    def _deliver(self, endpoint_id: int) -> None:
        try:
            self._deliverer.deliver_to(endpoint_id)
        except Exception as e:  # a bug of ours: its lease runs out, and the sweep rings again
            self._runtime.metrics.job_failures.labels("webhooks").inc()
            log.error("webhooks_failed", error=type(e).__name__, at=frames(e))  # noqa: TRY400
        finally:
            with self._lock:
                self._at_it.pop(endpoint_id, None)
