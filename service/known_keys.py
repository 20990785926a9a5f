"""Whose API key is this? Looked up in the database, and known for two seconds after that.

A partner that pushes a hundred posters a second asks the same question a hundred times. Whatever
changes in the meantime (a key revoked, a feed paused, its trust withdrawn) is seen at most
KNOWN_FOR_S later by every process, and at once by the process that changed it.
"""

import hashlib
import time
from dataclasses import dataclass
from itertools import count

from sqlalchemy import event, inspect
from sqlalchemy.orm import make_transient_to_detached

from alerts.store.engine import Store
from alerts.store.feed_keys import FeedKey, feed_of_key
from alerts.store.feeds import Feed

KNOWN_FOR_S = 2.0
# What a poll writes with every round: nothing that decides who is let in, or what for.
HEALTH = frozenset({"polled_at", "read_at", "failures", "last_error", "next_poll_at"})
COLUMNS = tuple(attribute.key for attribute in inspect(Feed).column_attrs)


class _Changes:
    """How often this process changed a feed or a key."""

    numbers = count(1)
    latest = 0


@dataclass(frozen=True, kw_only=True)
class _Known:
    feed: Feed
    key: FeedKey
    as_of: int  # _Changes.latest, before it was read
    until: float  # of time.monotonic()


class KnownKeys:
    """Remembers the keys that were found, never those that weren't; for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, _Known] = {}  # by SHA-256; no more than there are keys

    def look_up(self, key: str) -> tuple[Feed, FeedKey] | None:
        """Return whose key this is, as `feed_of_key`; the feed is the caller's own copy."""
        name = hashlib.sha256(key.encode()).digest()
        known = self._known.get(name)
        if known is None or known.as_of != _Changes.latest or known.until < time.monotonic():
            known = self._read(key)
            if known is None:
                self._known.pop(name, None)
                return None
            self._known[name] = known
        return _copy(known.feed), known.key

    def _read(self, key: str) -> _Known | None:
        as_of = _Changes.latest
        with self._store.read() as session:
            found = feed_of_key(session, key)
        if found is None:
            return None
        feed, used = found
        return _Known(feed=feed, key=used, as_of=as_of, until=time.monotonic() + KNOWN_FOR_S)


def _copy(feed: Feed) -> Feed:
    """Return the row as another object: requests run side by side, and a session is for one."""
    copy = Feed(**{name: getattr(feed, name) for name in COLUMNS})
    make_transient_to_detached(copy)
    return copy


def _feed_changed(_mapper: object, _connection: object, feed: Feed) -> None:
    changed = {one.key for one in inspect(feed).attrs if one.history.has_changes()}
    if not changed <= HEALTH:
        _Changes.latest = next(_Changes.numbers)


def _key_changed(_mapper: object, _connection: object, _key: FeedKey) -> None:
    _Changes.latest = next(_Changes.numbers)


event.listen(Feed, "after_update", _feed_changed)
event.listen(FeedKey, "after_update", _key_changed)
