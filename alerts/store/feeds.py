"""Who sends posters: feeds, and how far each was read."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    delete,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.clock import CLOCKS_APART
from alerts.errors import NotFound
from alerts.store.base import Base, RowId, choice


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
    limits: Mapped[dict[str, Any]] = mapped_column(  # of alerts.intake.judge.limits.FeedLimits
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
    reading_until: Mapped[datetime | None]  # a process is at it; nobody else reads it before

    __table_args__ = ({"sqlite_autoincrement": True},)


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


def is_pulled(feed: Feed) -> bool:
    """Say whether we fetch this feed: a Poster API, or a document at an address."""
    return feed.kind is FeedKind.NCMEC or (feed.kind is not FeedKind.POSTER and bool(feed.url))


def pulled_feeds(session: Session) -> Sequence[Feed]:
    """Return the feeds that we pull and that nobody has paused, by name."""
    pulled = select(Feed).where(_is_pulled(), Feed.paused.is_(False))
    return session.scalars(pulled.order_by(Feed.slug)).all()


def due_feeds(session: Session, now: datetime) -> Sequence[Feed]:
    """Return the feeds that we pull and whose time has come."""
    return session.scalars(
        select(Feed).where(_is_pulled(), Feed.paused.is_(False), is_due(now))
    ).all()


def is_due(now: datetime) -> ColumnElement[bool]:
    """Say whether a feed's time has come; also if the clock went back since it was last polled."""
    is_time = or_(Feed.next_poll_at.is_(None), Feed.next_poll_at <= now)
    return is_time | (Feed.polled_at > now + CLOCKS_APART)


def _is_pulled() -> ColumnElement[bool]:
    has_url = (Feed.kind != FeedKind.POSTER) & Feed.url.is_not(None)
    return or_(Feed.kind == FeedKind.NCMEC, has_url)


def checkpoint(session: Session, feed: Feed, name: str) -> str | None:
    """Return how far the feed was read."""
    return session.scalar(
        select(Checkpoint.value).where(Checkpoint.feed_id == feed.id, Checkpoint.name == name)
    )


def forget_checkpoints(session: Session, feed: Feed, *names: str) -> None:
    """Forget how far the feed was read, so that the next poll reads all of it."""
    session.execute(
        delete(Checkpoint).where(Checkpoint.feed_id == feed.id, Checkpoint.name.in_(names))
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
