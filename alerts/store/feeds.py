"""Who sends posters: feeds, their keys, and how far each was read."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, RowId, choice

KEY_PREFIX = "plk"
PREFIX_BYTES = 6  # enough to tell a feed's keys apart, far too little to guess one


class FeedKind(StrEnum):
    """How a feed speaks."""

    POSTER = "poster"  # pushes NCMEC posters
    CAP = "cap"  # pushes CAP
    NCMEC = "ncmec"  # we pull a Poster API
    RSS = "rss"  # we pull RSS 2.0: of posters, or an index of CAP
    ATOM = "atom"  # we pull Atom: of CAP, or an index of it
    JSON = "json"  # we pull JSON: posters in NCMEC's schema, or GeoJSON Features of them


class Trust(StrEnum):
    """What a feed may do without the desk (DOMAIN rule 5)."""

    REVIEW = "review"
    AMBER_AUTO = "amber_auto"
    AUTO = "auto"


class Feed(Base):
    """One source of posters."""

    __tablename__ = "feed"

    id: Mapped[RowId]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind))
    trust: Mapped[Trust] = mapped_column(choice(Trust))
    url: Mapped[str | None] = mapped_column(String(2048))
    sealed_credentials: Mapped[bytes | None] = mapped_column(LargeBinary)
    paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    polled_at: Mapped[datetime | None]  # last try
    read_at: Mapped[datetime | None]  # last success
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    last_error: Mapped[str | None] = mapped_column(String(500))
    next_poll_at: Mapped[datetime | None]
    poll_every_s: Mapped[float | None]  # None: the setting
    stale_after_s: Mapped[float | None]  # without a success or a document; None: the setting
    limits: Mapped[dict[str, Any]] = mapped_column(  # of alerts.intake.limits.FeedLimits
        default=dict, server_default=text("'{}'")
    )
    suspended_why: Mapped[str | None] = mapped_column(String(500))  # it is held, and says why
    certificates: Mapped[str | None] = mapped_column(Text)  # PEM: who may sign its CAP
    must_be_signed: Mapped[bool] = mapped_column(  # CAP without a valid signature is held
        default=False, server_default=false()
    )
    signs_requests: Mapped[bool] = mapped_column(  # RFC 9421 signatures are required
        default=False, server_default=false()
    )
    requests_per_minute: Mapped[int | None]  # None: the setting
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary)  # NCMEC's, shared by all
    token_expires_at: Mapped[datetime | None]
    token_retry_at: Mapped[datetime | None]  # NCMEC said 429: nobody asks before

    __table_args__ = ({"sqlite_autoincrement": True},)


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


class FeedSigner(Base):
    """A public key that a feed signs its requests with (RFC 9421)."""

    __tablename__ = "feed_signer"
    __table_args__ = (UniqueConstraint("feed_id", "name"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    name: Mapped[str] = mapped_column(String(120))  # the signature's keyid
    algorithm: Mapped[str] = mapped_column(String(40))  # of RFC 9421, 6.2.2: "ed25519"
    public_key: Mapped[str] = mapped_column(Text)  # PEM
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Checkpoint(Base):
    """How far a feed was read; committed together with what was read."""

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("feed_id", "name"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(2048))
    updated_at: Mapped[datetime]


def feed_by_slug(session: Session, slug: str) -> Feed:
    """Return the feed; NotFound if there is none."""
    feed = session.scalar(select(Feed).where(Feed.slug == slug))
    if feed is None:
        raise NotFound(f"there is no feed {slug!r}")
    return feed


def all_feeds(session: Session) -> Sequence[Feed]:
    """Return every feed, by name."""
    return session.scalars(select(Feed).order_by(Feed.slug)).all()


def pulled_feeds(session: Session) -> Sequence[Feed]:
    """Return the feeds that we pull and that nobody has paused, by name."""
    pulled = select(Feed).where(Feed.kind == FeedKind.NCMEC, Feed.paused.is_(False))
    return session.scalars(pulled.order_by(Feed.slug)).all()


def due_feeds(session: Session, now: datetime) -> Sequence[Feed]:
    """Return the feeds that we pull and whose time has come."""
    due = (Feed.next_poll_at.is_(None)) | (Feed.next_poll_at <= now)
    pulled = Feed.kind == FeedKind.NCMEC
    return session.scalars(select(Feed).where(pulled, Feed.paused.is_(False), due)).all()


def new_key(session: Session, feed: Feed, now: datetime) -> str:
    """Cut an API key for a feed and return it; it is shown once and never again."""
    prefix = f"{KEY_PREFIX}_{secrets.token_hex(PREFIX_BYTES)}"
    secret = secrets.token_urlsafe(32)
    row = FeedKey(
        feed_id=feed.id,
        prefix=prefix,
        secret_hash=_hash(secret),
        created_at=now,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    return f"{prefix}_{secret}"


def feed_of_key(session: Session, key: str) -> tuple[Feed, FeedKey] | None:
    """Return whose key this is, or None; compared in constant time."""
    head, _, rest = key.partition("_")
    middle, _, secret = rest.partition("_")
    row = session.execute(
        select(Feed, FeedKey)
        .join(FeedKey, FeedKey.feed_id == Feed.id)
        .where(FeedKey.prefix == f"{head}_{middle}")
    ).one_or_none()
    expected = row.FeedKey.secret_hash if row else b""
    if not hmac.compare_digest(expected, _hash(secret)) or row is None or row.FeedKey.revoked_at:
        return None
    return row.Feed, row.FeedKey


def checkpoint(session: Session, feed: Feed, name: str) -> str | None:
    """Return how far the feed was read."""
    return session.scalar(
        select(Checkpoint.value).where(Checkpoint.feed_id == feed.id, Checkpoint.name == name)
    )


def set_checkpoint(session: Session, feed: Feed, name: str, value: str, now: datetime) -> None:
    """Remember how far the feed was read."""
    found = session.scalar(
        select(Checkpoint).where(Checkpoint.feed_id == feed.id, Checkpoint.name == name)
    )
    if found is None:
        found = Checkpoint(feed_id=feed.id, name=name, value=value, updated_at=now)
        session.add(found)
    found.value, found.updated_at = value, now


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
