"""How sending goes, for those who run it: counted and logged, never with an address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from alerts.alert import WaveKind
from alerts.push import PushOutcome


class Sends(Protocol):
    """Hears what the dispatcher does."""

    def count(self, channel: str, kind: WaveKind, answers: Sequence[PushOutcome]) -> None:
        """A chunk was answered."""
        ...

    def repeated(self, channel: str, devices: int) -> None:
        """So many were handed over again, because the answer of the time before was lost."""
        ...

    def first_push(self, received_at: datetime, pushed_at: datetime) -> None:
        """The first push of an alert was handed to a channel."""
        ...

    def channel_down(self, channel: str, why: str) -> None:
        """A channel can't send until somebody mends it; nothing is lost."""
        ...

    def parked(self, channel: str, batch_id: int, why: str) -> None:
        """A channel refused our message: a person must look."""
        ...
