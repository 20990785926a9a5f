"""Which figures does a process keep for Prometheus? Their names, words and labels.

docs/operations.md says which of them to watch.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FIRST_PUSH_BUCKETS_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300)
FEED_GAUGES = {
    "lag_seconds": "From the source's word to ours, of a feed's newest poster",
    "error_ratio": "Refused among a feed's documents of the last day",
    "failures": "Polls of a feed that failed in a row",
    "unknown_fields": "Fields that a feed never sent before and nobody has seen to",
    "stale": "1 if a feed has been silent for too long",
    "suspended": "1 if a feed is held for the desk",
}


class Meters:
    """All figures of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._of_intake()
        self._of_sending()
        self._of_channels()
        self._of_the_house()

    def _of_intake(self) -> None:
        labels = ("feed", "outcome")
        self.submissions = self._counter("submissions_total", "Documents taken in", *labels)
        self.feed_polls = self._counter(
            "feed_polls_total", "Polls of a feed: read, unchanged, failed", *labels
        )
        self.feed_age_s = self._gauge("feed_age_seconds", "Since a feed was last read", "feed")
        self.feed_gauges = {
            name: self._gauge(f"feed_{name}", words, "feed") for name, words in FEED_GAUGES.items()
        }
        self.quarantined_photos = self._gauge(
            "quarantined_photos", "Photos on the hash list that wait for their reviewer"
        )
        self.alerts = self._gauge("alerts", "Alerts by status", "status")

    def _of_sending(self) -> None:
        labels = ("channel", "kind", "outcome")
        self.pushes = self._counter("pushes_total", "Devices handed to a channel", *labels)
        self.repeats = self._counter(
            "push_repeats_total",
            "Devices handed over again: the answer of the time before was lost",
            "channel",
        )
        self.first_push_s = Histogram(
            "porchlight_first_push_seconds",
            "From a document's arrival to its first push",
            buckets=FIRST_PUSH_BUCKETS_S,
            registry=self.registry,
        )
        self.backlog_age_s = self._gauge(
            "backlog_age_seconds", "How long the oldest batch has waited"
        )
        self.stuck_batches = self._gauge(
            "stuck_batches",
            "Batches that don't get on: nobody takes them, or they were tried too often",
            "channel",
        )
        self.receipts = self._counter(
            "receipts_total",
            "Words of devices, each once: shown, opened, dismissed",
            "channel",
            "event",
        )
        self.confirmed_share = self._gauge(
            "confirmed_share",
            "Of the devices that a channel took in 7 days, those that said they showed it, 0 to 1",
            "channel",
        )

    def _of_channels(self) -> None:
        self.channel_errors = self._counter(
            "channel_down_total", "Batches put back: the channel must be mended", "channel"
        )
        self.parked_batches = self._counter(
            "parked_batches_total", "Batches that a channel refused", "channel"
        )
        self.channel_openings = self._counter(
            "channel_openings_total",
            "Times that a channel was left alone because it failed",
            "channel",
        )
        self.channel_open = self._gauge(
            "channel_open", "1 while a channel is left alone and its pushes wait", "channel"
        )

    def _of_the_house(self) -> None:
        self.job_failures = self._counter(
            "job_failures_total", "Jobs that ended in an error of ours", "job"
        )
        self.clock_jumps = self._counter(
            "clock_jumps_total", "Jumps of this machine's clock by more than two seconds"
        )

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"porchlight_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"porchlight_{name}", words, labels, registry=self.registry)
