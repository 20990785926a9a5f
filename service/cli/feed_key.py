"""`porchlight feed key|keys|rotate-key|revoke-key`: with what a feed proves itself."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import click
from sqlalchemy.orm import Session

from alerts.store.feed_keys import (
    LONGEST_OVERLAP,
    OVERLAP,
    FeedKey,
    Scope,
    key_by_prefix,
    keys_of,
    new_key,
    prefix_of,
    revoke_key,
    rotate_key,
)
from alerts.store.feeds import feed_by_slug
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name
from service.known_keys import KNOWN_FOR_S

HOUR = timedelta(hours=1)
EVERYTHING = "everything"


class FeedKeyCut(Answer):
    """Another key."""

    feed: str
    api_key: str
    prefix: str
    scopes: tuple[str, ...]
    expires_at: datetime | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Another API key for {self.feed}, shown only this once: {self.api_key}"
        until = f"until {moment(self.expires_at)}" if self.expires_at else "until it is revoked"
        yield f"It may do {_allowed(self.scopes)}, {until}."


class FeedKeyLine(Answer):
    """A key, without its secret."""

    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    works: bool

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        made, used = moment(self.created_at), moment(self.last_used_at)
        return self.prefix, _allowed(self.scopes), made, used, self._state()

    def _state(self) -> str:
        if self.revoked_at:
            return f"revoked {moment(self.revoked_at)}"
        if self.expires_at:
            return f"{'expires' if self.works else 'expired'} {moment(self.expires_at)}"
        return "works"


class FeedKeyList(Answer):
    """All keys that a feed ever had."""

    feed: str
    items: tuple[FeedKeyLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return [f"{self.feed} has no key: porchlight feed key {self.feed}"]
        head = ("PREFIX", "MAY DO", "CUT", "LAST USED", "STATE")
        return table(head, [item.cells() for item in self.items])


class FeedKeyRotated(Answer):
    """A key that follows another."""

    feed: str
    api_key: str
    prefix: str
    expires_at: datetime | None
    old_prefix: str
    old_expires_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"The new API key of {self.feed}, shown only this once: {self.api_key}"
        yield f"{self.old_prefix} works until {moment(self.old_expires_at)}."


class FeedKeyRevoked(Answer):
    """A key that works no more."""

    feed: str
    prefix: str
    revoked_at: datetime

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.prefix} of {self.feed} works no more, on any server."


@click.command()
@click.argument("slug")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; repeatable. Without: everything.",
)
@click.option("--expires-in-days", type=click.FloatRange(min=0, min_open=True, max=36_500))
@json_option
def key(slug: str, scopes: tuple[str, ...], expires_in_days: float | None, as_json: bool) -> None:
    """Cut another API key for the feed SLUG; the ones it has go on working."""
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        expires_at = now + timedelta(days=expires_in_days) if expires_in_days else None
        api_key = new_key(session, feed, now, scopes=scopes, expires_at=expires_at)
        cut = FeedKeyCut(
            feed=slug,
            api_key=api_key,
            prefix=prefix_of(api_key),
            scopes=tuple(sorted(set(scopes))),
            expires_at=expires_at,
        )
        _note(session, now, "feed.key_cut", slug, prefix=cut.prefix, scopes=list(cut.scopes))
    tell(cut, as_json=as_json)


@click.command()
@click.argument("slug")
@json_option
def keys(slug: str, as_json: bool) -> None:
    """List the keys of the feed SLUG; their secrets are kept nowhere."""
    with opened() as runtime, runtime.store.read() as session:
        owned = keys_of(session, feed_by_slug(session, slug))
        now = runtime.clock()
        lines = tuple(_line(one, now) for one in owned)
    tell(FeedKeyList(feed=slug, items=lines), as_json=as_json)


@click.command("rotate-key")
@click.argument("slug")
@click.argument("prefix")
@click.option(
    "--overlap-hours",
    type=click.FloatRange(min=0, max=LONGEST_OVERLAP / HOUR),
    default=OVERLAP / HOUR,
    show_default=True,
    help="Hours for which both keys work.",
)
@json_option
def rotate(slug: str, prefix: str, overlap_hours: float, as_json: bool) -> None:
    """Cut a key that may do what PREFIX may; PREFIX works for some time longer."""
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        old = key_by_prefix(session, feed, prefix)
        api_key = rotate_key(session, feed, old, now, timedelta(hours=overlap_hours))
        new = key_by_prefix(session, feed, prefix_of(api_key))
        _note(session, now, "feed.key_rotated", slug, old=prefix, new=new.prefix)
        rotated = FeedKeyRotated(
            feed=slug,
            api_key=api_key,
            prefix=new.prefix,
            expires_at=new.expires_at,
            old_prefix=prefix,
            old_expires_at=old.expires_at or now,
        )
    tell(rotated, as_json=as_json)
    _till_all_know(timedelta(hours=overlap_hours))


@click.command("revoke-key")
@click.argument("slug")
@click.argument("prefix")
@json_option
def revoke(slug: str, prefix: str, as_json: bool) -> None:
    """End the key PREFIX of the feed SLUG at once."""
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        ended = key_by_prefix(session, feed, prefix)
        news = revoke_key(ended, now)
        if news:
            _note(session, now, "feed.key_revoked", slug, prefix=prefix)
        revoked = FeedKeyRevoked(feed=slug, prefix=prefix, revoked_at=ended.revoked_at or now)
    if news:
        _till_all_know()
    tell(revoked, as_json=as_json)


def _till_all_know(overlap: timedelta = timedelta()) -> None:
    """Wait until no server remembers the key: who was told that it is over may rely on it."""
    if overlap < timedelta(seconds=KNOWN_FOR_S):
        time.sleep(KNOWN_FOR_S + 0.1)  # a request may be reading it just now


def _note(session: Session, now: datetime, deed: str, slug: str, **said: object) -> None:
    actor = f"staff:{first_staff_name()}"
    record(session, now, actor=actor, deed=deed, subject=f"feed:{slug}", **said)


def _line(one: FeedKey, now: datetime) -> FeedKeyLine:
    return FeedKeyLine(
        prefix=one.prefix,
        scopes=tuple(one.scopes),
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        revoked_at=one.revoked_at,
        works=one.revoked_at is None and not one.is_over(now),
    )


def _allowed(scopes: tuple[str, ...]) -> str:
    return ", ".join(scopes) or EVERYTHING
