"""May this push service be asked now? One that fails again and again is left alone for a while.

There are as many push services as there are people who run one. A slow one would take the sender's
time from all the others; so it rests, and one push tries whether it is well again.
"""

from dataclasses import dataclass

from alerts.push import Outcome, PushOutcome

FAILURES = 5  # in a row
REST_S = 30.0


@dataclass(kw_only=True)
class Patience:
    """What we have of it with one push service. Times are of `time.monotonic`."""

    probe_s: float  # how long a single try may take
    failures: int = 0
    rests_until: float = 0.0
    last: PushOutcome | None = None  # how the last failure was put

    def turned_away(self, now: float) -> PushOutcome | None:
        """Return what to answer instead of asking; None: it may be asked."""
        if self.failures < FAILURES or self.last is None or now >= self.rests_until:
            return None
        return self.last.model_copy(update={"outcome": Outcome.PENDING})

    def begin(self, now: float) -> None:
        """Note that it is asked: after a rest one push tries, and the others wait for its word."""
        if self.failures >= FAILURES:
            self.rests_until = now + self.probe_s

    def hear(self, answer: PushOutcome, now: float, *, is_trouble: bool) -> None:
        """Take in how a push went. What is said of one device says nothing of the service."""
        if is_trouble:
            self.failures, self.last = self.failures + 1, answer
            self.rests_until = now + max(REST_S, answer.retry_after_s or 0.0)
        elif answer.outcome is Outcome.SENT:
            self.failures, self.last = 0, None
