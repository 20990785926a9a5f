"""What is counted and timed, for Prometheus; counts only, never a person or a child."""

import time
from collections import Counter as Tally
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import structlog

from alerts.alert import WaveKind
from alerts.delivery.sweep import Stuck
from alerts.intake.feed_health import FeedHealth
from alerts.push import PushOutcome
from alerts.store.subscribers import Channel
from service.meters import Meters

log = structlog.get_logger()

PAGES_EVERY_S = 60.0  # of the same trouble


class Metrics(Meters):
    """Hears what happens: from the dispatcher (`Sends`), the gate (`Breakers`), the feeds."""

    def __init__(self) -> None:
        super().__init__()
        self._paged: dict[tuple[str, str], float] = {}  # when, of time.monotonic()

    def feeds(self, healths: Sequence[FeedHealth]) -> None:
        """Show how the feeds are; one that was taken away is shown no more."""
        for gauge in (self.feed_age_s, *self.feed_gauges.values()):
            gauge.clear()
        for health in healths:
            self.feed_age_s.labels(health.feed).set(health.silent_s)
            values = {
                "lag_seconds": health.lag_s,
                "error_ratio": health.error_rate,
                "failures": health.failures,
                "unknown_fields": health.unknown_fields,
                "stale": health.is_stale,
                "suspended": health.suspended_why is not None,
            }
            for name, value in values.items():
                if value is not None:
                    self.feed_gauges[name].labels(health.feed).set(float(value))

    def stuck(self, found: Sequence[Stuck]) -> None:
        """Show which channels don't get on; zero for all others."""
        batches = {one.channel: one.batches for one in found}
        for channel in Channel:
            self.stuck_batches.labels(channel.value).set(batches.get(channel.value, 0))

    def count(self, channel: str, kind: WaveKind, answers: Sequence[PushOutcome]) -> None:
        """Count a chunk that a channel answered."""
        by_outcome = Tally(answer.outcome for answer in answers)
        for outcome, devices in by_outcome.items():
            self.pushes.labels(channel, kind, outcome.name.lower()).inc(devices)
        wrong = next((a.reason for a in answers if a.reason in NEEDS_A_PERSON), None)
        if wrong is not None:
            self.channel_errors.labels(channel).inc()
            self._page(channel, wrong)

    def _page(self, channel: str, why: str) -> None:
        """Say that some devices of a channel wait for a person; once a minute is enough."""
        now = time.monotonic()
        if now - self._paged.get((channel, why), -PAGES_EVERY_S) >= PAGES_EVERY_S:
            self._paged[channel, why] = now
            log.error("channel_needs_a_person", channel=channel, why=why)

    def repeated(self, channel: str, devices: int) -> None:
        """Count repeats on the wire; the phone shows one, by the collapse id."""
        self.repeats.labels(channel).inc(devices)

    def confirmed(self, shares: Mapping[str, float]) -> None:
        """Show which share of what each channel took was confirmed by phones."""
        self.confirmed_share.clear()
        for channel, share in shares.items():
            self.confirmed_share.labels(channel).set(share)

    def first_push(self, received_at: datetime, pushed_at: datetime) -> None:
        """Time the first push of an alert."""
        took = (pushed_at - received_at).total_seconds()
        self.first_push_s.observe(took)
        log.info("first_push", took_s=round(took, 3))

    def channel_down(self, channel: str, why: str) -> None:
        """Count a batch that waits for a channel to be mended; the gate says so, once."""
        self.channel_errors.labels(channel).inc()
        log.warning("batch_put_back", channel=channel, why=why)

    def channel_opened(self, channel: str, why: str) -> None:
        """Note that a channel fails and is left alone; what it should send waits."""
        self.channel_openings.labels(channel).inc()
        log.error("channel_down", channel=channel, why=why)

    def channel_paused(self, channel: str, why: str) -> None:
        """Note that a channel asked to be left alone, or fails on."""
        log.warning("channel_paused", channel=channel, why=why)

    def channel_closed(self, channel: str) -> None:
        """Note that a channel works again."""
        log.info("channel_up", channel=channel)

    def channels(self, open_now: Collection[str], set_up: Collection[str]) -> None:
        """Show which channels are left alone."""
        self.channel_open.clear()
        for name in {*open_now, *set_up}:
            self.channel_open.labels(name).set(float(name in open_now))

    def parked(self, channel: str, batch_id: int, why: str) -> None:
        """Note a batch that a channel refused."""
        self.parked_batches.labels(channel).inc()
        see = "porchlight batch list --parked"
        log.error("batch_parked", channel=channel, batch=batch_id, why=why, see=see)


# Reasons of single devices that no retry mends: the credentials are wrong.
NEEDS_A_PERSON = frozenset({"MISCONFIGURED", "THIRD_PARTY_AUTH_ERROR", "VAPID_REFUSED"})
