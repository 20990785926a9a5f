"""A gate on a store, and what it reports."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from alerts.delivery.gate import Slot
from alerts.delivery.pace.policy import BreakerPolicy, ChannelPolicy, Pace
from alerts.delivery.pace.shared import SharedGate
from alerts.push import Outcome, PushOutcome
from alerts.store.channel_states import KeptChannel, channel_state
from alerts.store.engine import Store

SENT = PushOutcome(outcome=Outcome.SENT)
DOWN = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE", retry_after_s=10)
BUSY = PushOutcome(outcome=Outcome.PENDING, reason="QUOTA_EXCEEDED", retry_after_s=30)
POLICIES = {
    "fcm": ChannelPolicy(pace=Pace(per_s=1_000), is_one_service=True),
    "webpush": ChannelPolicy(breaker=BreakerPolicy()),
}


class Reports:
    """Remembers what became of breakers."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def channel_opened(self, channel: str, why: str) -> None:
        self.heard.append(f"{channel} opened: {why}")

    def channel_paused(self, channel: str, why: str) -> None:
        self.heard.append(f"{channel} paused: {why}")

    def channel_closed(self, channel: str) -> None:
        self.heard.append(f"{channel} closed")


@dataclass(kw_only=True)
class Worker:
    """One process that sends."""

    store: Store
    reports: Reports = field(default_factory=Reports)

    def __post_init__(self) -> None:
        rng = random.Random(1)  # noqa: S311 - jitter, not a secret
        self.gate = SharedGate(self.store, POLICIES, self.reports, rng)

    def reserve(self, now: datetime, pushes: int = 100, channel: str = "fcm") -> Slot | None:
        with self.store.begin() as session:
            return self.gate.reserve(session, channel, pushes, now)

    def reserve_in_vain(self, now: datetime, pushes: int = 100) -> Slot | None:
        """Take room in a transaction that fails."""
        slot = None
        with suppress(ArithmeticError), self.store.begin() as session:
            slot = self.gate.reserve(session, "fcm", pushes, now)
            raise ArithmeticError
        return slot

    def take_all(self, now: datetime, pushes: int = 100) -> int:
        """Take room until there is none; return how much it was."""
        taken = 0
        while (slot := self.reserve(now, pushes)) is not None:
            taken += slot.pushes
        return taken

    def hear(
        self, now: datetime, *answers: PushOutcome, times: int = 1, channel: str = "fcm"
    ) -> None:
        for _ in range(times):
            self.gate.hear(channel, answers, now)

    def closed(self, now: datetime) -> Sequence[str]:
        with self.store.read() as session:
            return list(self.gate.closed(session, now))

    def row(self, channel: str = "fcm") -> KeptChannel | None:
        with self.store.read() as session:
            return channel_state(session, channel)
