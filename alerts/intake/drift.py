"""Did a feed change its schema? Notes fields never seen before, and tells the desk once."""

import re
import threading
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.store.drift import note_fields
from alerts.store.feeds import Feed
from alerts.store.notices import notify_desk

# A field that was noted so lately isn't again: what each document has would make them all queue.
AGAIN_AFTER = timedelta(minutes=10)
MOST_FIELDS = 500  # of one feed; who sends more is making names up
_NAMED = 3


# What a schema names its fields; a key that reads otherwise may be somebody's name.
_FIELD_NAME = re.compile(r"[@A-Za-z0-9_:.*-]{1,40}")


def _safe(path: str) -> str:
    parts = path.split("/")
    return "/".join(p if not p or _FIELD_NAME.fullmatch(p) else "(odd name)" for p in parts)


class DriftBook:
    """Which unknown fields were noted when; safe to use from several threads."""

    def __init__(self) -> None:
        self._noted: dict[int, dict[str, datetime]] = {}  # by feed
        self._lock = threading.Lock()

    def note(self, session: Session, feed: Feed, paths: Collection[str], now: datetime) -> None:
        """Note the unknown fields of a document."""
        due = self._due(feed.id, [_safe(path) for path in paths], now)
        fresh = note_fields(session, feed.id, due, now, most=MOST_FIELDS) if due else ()
        if fresh:
            named = ", ".join(fresh[:_NAMED]) + (" and more" if len(fresh) > _NAMED else "")
            message = f"The feed {feed.slug} sends fields that it never sent before: {named}"
            notify_desk(session, "schema_drift", message, now, feed_id=feed.id)

    def _due(self, feed_id: int, paths: Collection[str], now: datetime) -> list[str]:
        with self._lock:
            noted = self._noted.setdefault(feed_id, {})
            again = [path for path in paths if path in noted and now - noted[path] > AGAIN_AFTER]
            unknown = [path for path in dict.fromkeys(paths) if path not in noted]
            due = [*again, *unknown[: MOST_FIELDS - len(noted)]]
            noted |= dict.fromkeys(due, now)
            return due
