"""What is counted and timed, for Prometheus; counts only, never a person or a child."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from alerts.alert import WaveKind
from alerts.intake.feed_health import FeedHealth
from alerts.push import PushOutcome

log = structlog.get_logger()

FIRST_PUSH_BUCKETS_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300)


FEED_GAUGES = {
    "lag_seconds": "From the source's word to ours, of a feed's newest poster",
    "error_ratio": "Refused among a feed's documents of the last day",
    "failures": "Polls of a feed that failed in a row",
    "unknown_fields": "Fields that a feed never sent before and nobody has seen to",
    "stale": "1 if a feed has been silent for too long",
    "suspended": "1 if a feed is held for the desk",
}


class Metrics:
    """All metrics of one process, in a registry of its own; hears the dispatcher (`Sends`)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.submissions = Counter(
            "porchlight_submissions_total",
            "Documents taken in",
            ["feed", "outcome"],
            registry=self.registry,
        )
        self.pushes = Counter(
            "porchlight_pushes_total",
            "Devices handed to a channel",
            ["channel", "kind", "outcome"],
            registry=self.registry,
        )
        self.repeats = Counter(
            "porchlight_push_repeats_total",
            "Devices handed over again: the answer of the time before was lost",
            ["channel"],
            registry=self.registry,
        )
        self.first_push_s = Histogram(
            "porchlight_first_push_seconds",
            "From a document's arrival to its first push",
            buckets=FIRST_PUSH_BUCKETS_S,
            registry=self.registry,
        )
        self.channel_errors = Counter(
            "porchlight_channel_down_total",
            "Batches put back: the channel must be mended",
            ["channel"],
            registry=self.registry,
        )
        self.parked_batches = Counter(
            "porchlight_parked_batches_total",
            "Batches that a channel refused",
            ["channel"],
            registry=self.registry,
        )
        self.job_failures = Counter(
            "porchlight_job_failures_total",
            "Jobs that ended in an error of ours",
            ["job"],
            registry=self.registry,
        )
        self.feed_polls = Counter(
            "porchlight_feed_polls_total",
            "Polls of a feed: read, unchanged, failed",
            ["feed", "outcome"],
            registry=self.registry,
        )
        self.feed_age_s = Gauge(
            "porchlight_feed_age_seconds",
            "Since a feed was last read",
            ["feed"],
            registry=self.registry,
        )
        self._feed_gauges = {
            name: Gauge(f"porchlight_feed_{name}", words, ["feed"], registry=self.registry)
            for name, words in FEED_GAUGES.items()
        }
        self.backlog_age_s = Gauge(
            "porchlight_backlog_age_seconds",
            "How long the oldest batch has waited",
            registry=self.registry,
        )
        self.quarantined_photos = Gauge(
            "porchlight_quarantined_photos",
            "Photos on the hash list that wait for their reviewer",
            registry=self.registry,
        )
        self.alerts = Gauge(
            "porchlight_alerts", "Alerts by status", ["status"], registry=self.registry
        )

    def feeds(self, healths: Sequence[FeedHealth]) -> None:
        """Show how the feeds are; one that was taken away is shown no more."""
        for gauge in (self.feed_age_s, *self._feed_gauges.values()):
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
                    self._feed_gauges[name].labels(health.feed).set(float(value))

    def count(self, channel: str, kind: WaveKind, answers: Sequence[PushOutcome]) -> None:
        """Count a chunk that a channel answered."""
        by_outcome = Tally(answer.outcome for answer in answers)
        for outcome, devices in by_outcome.items():
            self.pushes.labels(channel, kind, outcome.name.lower()).inc(devices)
        wrong = next((a.reason for a in answers if a.reason in NEEDS_A_PERSON), None)
        if wrong is not None:
            self.channel_down(channel, wrong)

    def repeated(self, channel: str, devices: int) -> None:
        """Count repeats on the wire; the phone shows one, by the collapse id."""
        self.repeats.labels(channel).inc(devices)

    def first_push(self, received_at: datetime, pushed_at: datetime) -> None:
        """Time the first push of an alert."""
        took = (pushed_at - received_at).total_seconds()
        self.first_push_s.observe(took)
        log.info("first_push", took_s=round(took, 3))

    def channel_down(self, channel: str, why: str) -> None:
        """Note that a channel must be mended; what it should send waits."""
        self.channel_errors.labels(channel).inc()
        log.error("channel_down", channel=channel, why=why)

    def parked(self, channel: str, batch_id: int, why: str) -> None:
        """Note a batch that a channel refused."""
        self.parked_batches.labels(channel).inc()
        log.error("batch_parked", channel=channel, batch=batch_id, why=why)


# Reasons of single devices that no retry mends: the credentials are wrong.
NEEDS_A_PERSON = frozenset({"MISCONFIGURED", "THIRD_PARTY_AUTH_ERROR"})
