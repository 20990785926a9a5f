"""Where do the devices of a wave stand? Each in one place; receipts and repeats beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alerts.push import Outcome

# Final, and not sent. UNKNOWN is among them: the channel's word is missing, though it counts as
# told.
FAILED = (
    Outcome.GONE,
    Outcome.REFUSED,
    Outcome.ENDED,
    Outcome.UNSUBSCRIBED,
    Outcome.MOVED_AWAY,
    Outcome.CAPPED,
    Outcome.GAVE_UP,
    Outcome.UNKNOWN,
    Outcome.OVERTAKEN,
)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Devices of a wave, or of one channel of it."""

    queued: int = 0  # due now, or to be tried again
    held: int = 0  # not before their quiet hours are over
    in_flight: int = 0  # handed over, no answer yet
    sent: int = 0
    parked: int = 0  # the channel refuses our message: a person must look
    failed: Mapping[str, int] = field(default_factory=dict)  # outcome → devices
    reasons: Mapping[str, int] = field(default_factory=dict)  # the channel's code → devices
    repeats: int = 0  # handed over again because an answer was lost
    shown: int = 0  # said so; at most those that were sent
    opened: int = 0

    @property
    def final(self) -> int:
        """Devices of which nothing more will come."""
        return self.sent + sum(self.failed.values())

    @property
    def devices(self) -> int:
        """All of them."""
        return self.final + self.queued + self.held + self.in_flight + self.parked


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Devices that wait, and for what."""

    channel: str
    why: str  # the channel's code, or a sentence
    devices: int


def combined(several: Iterable[Counts]) -> Counts:
    """Add counts up."""
    found = tuple(several)
    return Counts(
        queued=sum(c.queued for c in found),
        held=sum(c.held for c in found),
        in_flight=sum(c.in_flight for c in found),
        sent=sum(c.sent for c in found),
        parked=sum(c.parked for c in found),
        failed=_added(c.failed for c in found),
        reasons=_added(c.reasons for c in found),
        repeats=sum(c.repeats for c in found),
        shown=sum(c.shown for c in found),
        opened=sum(c.opened for c in found),
    )


def combined_waits(several: Iterable[Wait]) -> tuple[Wait, ...]:
    """Add waits for the same up; the most devices first."""
    total: Counter[tuple[str, str]] = Counter()
    for wait in several:
        total[wait.channel, wait.why] += wait.devices
    return tuple(
        Wait(channel=channel, why=why, devices=devices)
        for (channel, why), devices in total.most_common()
        if devices
    )


def _added(several: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for each in several:
        total.update(each)
    return dict(sorted(total.items()))
