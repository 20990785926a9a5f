"""With what does a feed prove itself? Its API keys: cut, found, rotated, revoked.

A key is `plk_<12 hex digits>_<43 characters>`. The first two parts, its prefix, are no secret: they
name the key in lists, in the audit and to whoever revokes it. The third is 256 random bits, and
only their SHA-256 is kept.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import Conflict, NotFound
from alerts.store.base import Base, RowId
from alerts.store.feeds import Feed

KEY_PREFIX = "plk"
PREFIX_BYTES = 6  # enough to tell a feed's keys apart, far too little to guess one
SECRET_BYTES = 32
KEY = re.compile(r"(plk_[0-9a-f]{12})_([A-Za-z0-9_-]{43})")
NO_KEY = ("", "")  # what is no key is looked up and compared all the same: it takes as long
NOBODYS_HASH = bytes(hashlib.sha256().digest_size)
OVERLAP = timedelta(days=7)  # a partner's release may take a week to reach all of its machines
LONGEST_OVERLAP = timedelta(days=30)


class Scope(StrEnum):
    """What a key may do; a key without scopes may do all of it."""

    POSTERS_WRITE = "posters:write"
    CAP_WRITE = "cap:write"
    SUBMISSIONS_READ = "submissions:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    KEYS_ROTATE = "keys:rotate"
    DRY_RUN = "dry-run"


class FeedKey(Base):
    """An API key of a feed; only its hash is kept."""

    __tablename__ = "feed_key"

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(24), unique=True)  # to recognise and to look up
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)  # SHA-256 of 256 random bits
    scopes: Mapped[list[Any]] = mapped_column(  # empty: all
        default=list, server_default=text("'[]'")
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_over(self, now: datetime) -> bool:
        """Say whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= now

    def allows(self, scope: Scope) -> bool:
        """Say whether the key may be used for that."""
        return not self.scopes or scope.value in self.scopes


def new_key(
    session: Session,
    feed: Feed,
    now: datetime,
    *,
    scopes: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> str:
    """Cut an API key for a feed and return it; it is shown once and never again.

    Parameters
    ----------
    scopes: what the key may do, of `Scope`; none: everything.
    expires_at: when it stops working; None: never.
    """
    prefix = f"{KEY_PREFIX}_{secrets.token_hex(PREFIX_BYTES)}"
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = FeedKey(
        feed_id=feed.id,
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=sorted({Scope(scope).value for scope in scopes}),
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    return f"{prefix}_{secret}"


def feed_of_key(session: Session, key: str) -> tuple[Feed, FeedKey] | None:
    """Return whose key this is, or None; compared in constant time.

    A revoked key is nobody's. One that has expired is still found, so that its feed can be told
    so: whoever lets somebody in asks `is_over` too.
    """
    shape = KEY.fullmatch(key)
    prefix, secret = shape.groups() if shape else NO_KEY
    row = session.execute(
        select(Feed, FeedKey)
        .join(FeedKey, FeedKey.feed_id == Feed.id)
        .where(FeedKey.prefix == prefix)
    ).one_or_none()
    expected = row.FeedKey.secret_hash if row else NOBODYS_HASH
    if not hmac.compare_digest(expected, _hash(secret)) or row is None or row.FeedKey.revoked_at:
        return None
    return row.Feed, row.FeedKey


def prefix_of(key: str) -> str:
    """Return the part of a key that is no secret."""
    return "_".join(key.split("_", 2)[:2])


def keys_of(session: Session, feed: Feed) -> Sequence[FeedKey]:
    """Return all keys that a feed ever had, oldest first."""
    owned = select(FeedKey).where(FeedKey.feed_id == feed.id)
    return session.scalars(owned.order_by(FeedKey.id)).all()


def key_by_prefix(session: Session, feed: Feed, prefix: str) -> FeedKey:
    """Return a feed's key; NotFound if it has none of that prefix."""
    owned = select(FeedKey).where(FeedKey.feed_id == feed.id, FeedKey.prefix == prefix)
    found = session.scalar(owned)
    if found is None:
        raise NotFound(f"the feed {feed.slug!r} has no key {prefix!r}")
    return found


def rotate_key(
    session: Session, feed: Feed, old: FeedKey, now: datetime, overlap: timedelta = OVERLAP
) -> str:
    """Cut a key that may do what `old` may; `old` works for `overlap` longer. Return the new key.

    A key that was cut for a time is followed by one for as long a time.

    Raises
    ------
    Conflict: `old` was revoked or has expired, or `overlap` is longer than LONGEST_OVERLAP.
    """
    if old.revoked_at is not None or old.is_over(now):
        raise Conflict(f"the key {old.prefix} works no more: cut a new one instead")
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Conflict(f"two keys may overlap for {LONGEST_OVERLAP.days} days at most")
    expires_at = now + (old.expires_at - old.created_at) if old.expires_at else None
    ends_at = now + overlap
    old.expires_at = min(ends_at, old.expires_at) if old.expires_at else ends_at
    return new_key(session, feed, now, scopes=old.scopes, expires_at=expires_at)


def revoke_key(key: FeedKey, now: datetime) -> bool:
    """End a key at once; return whether it still worked until now."""
    worked = key.revoked_at is None
    key.revoked_at = key.revoked_at or now
    return worked


def note_use(session: Session, key_id: int, now: datetime) -> None:
    """Note that a key was used."""
    session.execute(update(FeedKey).where(FeedKey.id == key_id).values(last_used_at=now))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
