"""Who sends? For each channel some threads of its own, which take the next ready batch and send it.

So a slow channel holds up no other, and a wave of a million leaves the workers free to plan the
next alert. Threads sleep until they are woken: by the bell, by the sweep, by each other. Nothing is
handed from one to another but ids: the lease in the database decides who has a batch.
"""

import random
import threading
import time
from collections import deque

import structlog

from alerts.store.batches import ready_batches
from alerts.store.subscribers import Channel
from service.jobs import Job, Jobs
from service.wiring import Runtime

log = structlog.get_logger()

LOOKED_AT = 32  # batches at once
LOOK_LASTS_S = 0.2  # then an amber that came meanwhile is seen
WAKES_ANYWAY_S = 30.0


class Queue:
    """The next batches of one channel, as the database had them just now."""

    def __init__(self, runtime: Runtime, channel: str) -> None:
        self._runtime, self._channel = runtime, channel
        self._lock = threading.Lock()
        self._ready: deque[int] = deque()
        self._in_hand: set[int] = set()
        self._looks_again_at = 0.0  # of time.monotonic()

    def take(self) -> int | None:
        """Return a batch that no other thread of this process has; None if there is none."""
        with self._lock:
            if not self._ready or time.monotonic() >= self._looks_again_at:
                self._look()
            if not self._ready:
                return None
            batch_id = self._ready.popleft()
            self._in_hand.add(batch_id)
            return batch_id

    def done(self, batch_id: int) -> None:
        """Say that a batch is no longer in hand."""
        with self._lock:
            self._in_hand.discard(batch_id)

    def has_more(self) -> bool:
        """Whether another thread would find something, as far as we know."""
        return bool(self._ready)

    def _look(self) -> None:
        r = self._runtime
        with r.store.read() as session:
            now = r.clock()
            is_closed = self._channel in r.gate.closed(session, now)
            found = (
                () if is_closed else ready_batches(session, now, LOOKED_AT, channel=self._channel)
            )
        ready = [batch_id for batch_id in found if batch_id not in self._in_hand]
        if r.settings.is_scaled:  # other processes look at the same ones
            tail = ready[1:]
            random.shuffle(tail)
            ready[1:] = tail
        self._ready = deque(ready)
        self._looks_again_at = time.monotonic() + LOOK_LASTS_S


class Pool:
    """The threads of one channel."""

    def __init__(self, runtime: Runtime, jobs: Jobs, channel: str, threads: int) -> None:
        self._jobs, self._stopping = jobs, runtime.stopping
        self._queue = Queue(runtime, channel)
        self._bell, self._rung = threading.Condition(), False
        self._threads = [
            threading.Thread(target=self._work, name=f"send-{channel}-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Wake one thread; it wakes the next if there is more than it can carry."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    def join(self, until: float) -> None:
        """Wait for the threads, `until` then of time.monotonic()."""
        with self._bell:
            self._bell.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while not self._stopping.is_set():
            took = False
            with self._jobs.guarded("send"):
                took = self._send_next()
            if not took:
                self._sleep()

    def _send_next(self) -> bool:
        batch_id = self._queue.take()
        if batch_id is None:
            return False
        if self._queue.has_more():
            self.wake()
        try:
            ends_something = self._jobs.send_one(batch_id)
        finally:
            self._queue.done(batch_id)
        if ends_something and self._jobs.run(Job.AFTERCARE):
            self.wake()
        return True

    def _sleep(self) -> None:
        with self._bell:
            self._bell.wait_for(
                lambda: self._rung or self._stopping.is_set(), timeout=WAKES_ANYWAY_S
            )
            self._rung = False


class Senders:
    """The threads of every channel, also of those that aren't set up: their pushes wait visibly."""

    def __init__(self, runtime: Runtime, jobs: Jobs) -> None:
        self._stopping = runtime.stopping
        self._pools = [
            Pool(runtime, jobs, name, threads) for name, threads in _threads_of(runtime).items()
        ]

    def start(self) -> None:
        """Begin."""
        for pool in self._pools:
            pool.start()

    def wake(self) -> None:
        """There may be something to send."""
        for pool in self._pools:
            pool.wake()

    def close(self, wait_s: float) -> None:
        """Let the chunks in hand end; what is left of their batches is free again."""
        self._stopping.set()
        until = time.monotonic() + wait_s
        for pool in self._pools:
            pool.join(until)


def _threads_of(runtime: Runtime) -> dict[str, int]:
    set_up = {name: channel.threads for name, channel in runtime.channels.items()}
    return {channel.value: 1 for channel in Channel} | set_up
