"""Remembers what the dispatcher reports (`alerts.delivery.report.Sends`)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from alerts.alert import WaveKind
from alerts.push import Outcome, PushOutcome


class FakeSends:
    """A `Sends` that keeps everything."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.first_pushes: list[float] = []  # seconds from the document to the push
        self.down: list[str] = []
        self.parked_batches: list[int] = []
        self.repeats = 0

    def count(self, channel: str, kind: WaveKind, answers: Sequence[PushOutcome]) -> None:
        """Count by outcome."""
        self.outcomes.update(answer.outcome for answer in answers)

    def repeated(self, channel: str, devices: int) -> None:
        """Add them up."""
        self.repeats += devices

    def first_push(self, received_at: datetime, pushed_at: datetime) -> None:
        """Remember how long it took."""
        self.first_pushes.append((pushed_at - received_at).total_seconds())

    def channel_down(self, channel: str, why: str) -> None:
        """Remember why."""
        self.down.append(why)

    def parked(self, channel: str, batch_id: int, why: str) -> None:
        """Remember which."""
        self.parked_batches.append(batch_id)
