"""May pushes go out now, and how fast? What the dispatcher asks before it takes a batch.

The gate is shared by all workers of an instance: it stands in the database (`channel_state`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from alerts.push import PushOutcome


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Room for pushes that was taken."""

    starts_at: datetime  # not before then
    per_s: float  # and from there on no faster than this
    pushes: int  # at most what was asked for; a probe after a failure is small
    is_probe: bool = False


class Gate(Protocol):
    """Keeps to a channel's quota, and closes while it fails. Safe to use from several threads."""

    def closed(self, session: Session, now: datetime) -> Collection[str]:
        """Name the channels from which no batch should be taken now."""
        ...

    def reserve(self, session: Session, channel: str, pushes: int, now: datetime) -> Slot | None:
        """Take room for so many pushes, or fewer, in the caller's transaction.

        None: the channel is closed, or all its room of the near future is spoken for.
        """
        ...

    def hear(self, channel: str, answers: Sequence[PushOutcome], now: datetime) -> None:
        """Take in how a chunk went, in a transaction of its own if that changes anything."""
        ...

    def fail(self, channel: str, why: str, now: datetime) -> None:
        """Take in that the channel can't send at all until somebody mends it."""
        ...


class OpenGate:
    """No quota and no breaker: for channels on this machine, and tests."""

    def closed(self, session: Session, now: datetime) -> Collection[str]:
        """Name none."""
        return ()

    def reserve(self, session: Session, channel: str, pushes: int, now: datetime) -> Slot | None:
        """Give all that is asked for."""
        return Slot(starts_at=now, per_s=float("inf"), pushes=pushes)

    def hear(self, channel: str, answers: Sequence[PushOutcome], now: datetime) -> None:
        """Forget it."""

    def fail(self, channel: str, why: str, now: datetime) -> None:
        """Forget it."""
