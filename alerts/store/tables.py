"""All tables in one place, for migrations: importing this module knows every one of them."""

from alerts.store import (
    alerts,
    cases,
    feeds,
    idempotency,
    places,
    staff,
    submissions,
    subscribers,
    waves,
)
from alerts.store.base import Base

metadata = Base.metadata

__all__ = [
    "alerts",
    "cases",
    "feeds",
    "idempotency",
    "metadata",
    "places",
    "staff",
    "submissions",
    "subscribers",
    "waves",
]
