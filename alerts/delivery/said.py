"""What did a channel say of a batch so far? From its answers to codes, reasons and times."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from alerts.errors import Refused
from alerts.push import Outcome, PushOutcome, PushTarget
from alerts.store.waves import Outcomes

FAILED = (Outcome.GONE, Outcome.REFUSED)  # for good
WAITS = (Outcome.PENDING, Outcome.IN_FLIGHT)


class Said:
    """The answers of one batch, as far as they came in."""

    def __init__(self) -> None:
        self.retry_after_s: float | None = None
        self.reason = ""  # of those that wait
        self.waits = False  # whether any does, because the channel says so
        self._failed: Counter[str] = Counter()
        self.repeats = 0  # devices handed over again whose first answer was lost
        self.gone: list[PushTarget] = []  # not yet written down as such
        self._took_any = False

    def hear(self, chunk: Sequence[PushTarget], answers: Sequence[PushOutcome]) -> Outcomes:
        """Take in a chunk's answers; return its codes, in order.

        Raises
        ------
        Refused: it is the message that the channel doesn't want.
        """
        got = np.fromiter((answer.outcome for answer in answers), np.uint8, len(answers))
        if bool((got == Outcome.SENT).all()):
            self._took_any = True
            return got
        self._took_any |= bool((got == Outcome.SENT).any())
        if bool((got == Outcome.REFUSED).all()) and not self._took_any:
            raise Refused(f"the channel refused a whole chunk: {answers[0].reason}")
        for target, answer in zip(chunk, answers, strict=True):
            self._note(target, answer)
        return got

    def _note(self, target: PushTarget, answer: PushOutcome) -> None:
        if answer.retry_after_s:
            self.retry_after_s = max(self.retry_after_s or 0.0, answer.retry_after_s)
        if answer.outcome in WAITS:
            self.waits = True
            self.reason = self.reason or answer.reason
        elif answer.outcome in FAILED:
            self._failed[answer.reason or answer.outcome.name] += 1
        if answer.outcome is Outcome.GONE:
            self.gone.append(target)

    def forget_gone(self) -> None:
        """Those that are gone were written down."""
        self.gone.clear()

    def failed(self, before: Mapping[str, int] | None) -> dict[str, int] | None:
        """Return how many failed for good by reason, those of earlier tries included."""
        return dict(self._failed + Counter(before or {})) or None
