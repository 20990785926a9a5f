"""Sends the self-tests that people asked for, each in a thread of its own.

They are asked for in the database, by the web; a worker's job only begins them.
"""

import threading

import structlog

from alerts.delivery.self_test import SelfTester
from alerts.push import SELF_TEST, PushOutcome
from alerts.store.self_tests import due_self_tests, forget_self_tests
from service.logs import frames
from service.wiring import Runtime

log = structlog.get_logger()

MOST_AT_ONCE = 8
WAITS_S = 20.0  # beyond any channel's own limit


class SelfTests:
    """The self-tests that this process sends."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tester = SelfTester(
            store=runtime.store,
            channels=runtime.channels,
            gate=runtime.gate,
            clock=runtime.clock,
            public_url=runtime.settings.resolved_public_url,
            heard=self._heard,
        )
        self._lock = threading.Lock()
        self._at_it: dict[int, threading.Thread] = {}

    def are_due(self) -> bool:
        """Say whether there is a test to send that nobody here is at."""
        return bool(self._due())

    def start_due(self) -> None:
        """Begin to send those that are due, as many at once as there may be."""
        for test_id in self._due():
            with self._lock:
                if self._runtime.stopping.is_set() or len(self._at_it) >= MOST_AT_ONCE:
                    return  # the sweep rings again
                if test_id in self._at_it:
                    continue
                thread = threading.Thread(
                    target=self._send, args=(test_id,), name=f"self-test-{test_id}", daemon=True
                )
                self._at_it[test_id] = thread
                thread.start()

    def wait(self) -> None:
        """Wait until whatever was begun has come to an end."""
        with self._lock:
            begun = list(self._at_it.values())
        for thread in begun:
            thread.join(WAITS_S)

    def forget_old(self) -> None:
        """Forget tests of yesterday."""
        r = self._runtime
        with r.store.begin() as session:
            forget_self_tests(session, r.clock())

    def _due(self) -> list[int]:
        r = self._runtime
        with r.store.read() as session:
            due = due_self_tests(session, r.clock())
        with self._lock:
            return [test_id for test_id in due if test_id not in self._at_it]

    def _heard(self, channel: str, answer: PushOutcome) -> None:
        outcome = answer.outcome.name.lower()
        self._runtime.metrics.pushes.labels(channel, SELF_TEST, outcome).inc()

    def _send(self, test_id: int) -> None:
        r = self._runtime
        try:
            self._tester.send(test_id)
        except Exception as e:  # a bug of ours: whoever waits for it is told that it was lost
            r.metrics.job_failures.labels(SELF_TEST).inc()
            log.error("self_test_broke", error=type(e).__name__, at=frames(e))  # noqa: TRY400
        finally:
            with self._lock:
                self._at_it.pop(test_id, None)
