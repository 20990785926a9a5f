"""All tables in one place, for migrations: importing this module knows every one of them."""

from alerts.store import (
    alerts,
    cases,
    drift,
    feed_keys,
    feed_signers,
    feeds,
    idempotency,
    listings,
    notices,
    places,
    quarantine,
    staff,
    submissions,
    subscribers,
    tallies,
    voices,
    waves,
    webhooks,
)
from alerts.store.base import Base

metadata = Base.metadata

__all__ = [
    "alerts",
    "cases",
    "drift",
    "feed_keys",
    "feed_signers",
    "feeds",
    "idempotency",
    "listings",
    "metadata",
    "notices",
    "places",
    "quarantine",
    "staff",
    "submissions",
    "subscribers",
    "tallies",
    "voices",
    "waves",
    "webhooks",
]
