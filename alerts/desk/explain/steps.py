"""What is asked of one person and one alert, and the conditions that an answer is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.alert import Status
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.subscribers import Subscriber

PUSH, END, RECEIPT, SINCE = "push", "end", "receipt", "since"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One condition."""

    name: str
    ok: bool  # it doesn't stand in the way
    detail: str  # a sentence


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All conditions, and the answer."""

    was_told: bool
    answer: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of whom, of what and when."""

    alert: Alert
    revision: AlertRevision | None  # that is live; the newest one if none is
    person: Subscriber
    now: datetime

    @property
    def over_at(self) -> datetime | None:
        """When the alert ended, or its time ran out; None while it may be told."""
        if self.alert.status is Status.ENDED:
            return self.alert.ended_at or self.alert.expires_at
        return self.alert.expires_at if self.alert.expires_at <= self.now else None


def moment(at: datetime) -> str:
    """Write a moment for people: UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
