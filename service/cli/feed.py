"""`porchlight feed list|poll|pause|resume|key`: how the feeds are, and what may be done to them."""

from collections.abc import Iterable
from datetime import datetime

import click
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.store.feeds import Feed, FeedKind, Trust, all_feeds, feed_by_slug, new_key
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name


class FeedLine(Answer):
    """How a feed is."""

    feed: str
    kind: FeedKind
    trust: Trust
    url: str | None
    paused: bool
    read_at: datetime | None
    failures: int
    last_error: str | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        state = "paused" if self.paused else (self.last_error or "well")
        return self.feed, self.kind, self.trust, moment(self.read_at), state


class FeedList(Answer):
    """All feeds."""

    items: tuple[FeedLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No feeds yet: porchlight feed add SLUG --kind poster"]
        head = ("FEED", "KIND", "TRUST", "LAST READ", "STATE")
        return table(head, [item.cells() for item in self.items])


class Polled(Answer):
    """What a poll brought."""

    feed: str
    documents: int
    error: str | None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if self.error:
            yield f"{self.feed} couldn't be read: {self.error}"
        yield f"{self.documents} documents taken in; a running server sends what is due."


class FeedState(Answer):
    """Whether a feed is paused."""

    feed: str
    paused: bool

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.feed} is {'paused: nothing is taken from it' if self.paused else 'open'}."


class FeedKeyCut(Answer):
    """Another key."""

    feed: str
    api_key: str

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"Another API key for {self.feed}, shown only this once: {self.api_key}"


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the feeds: kind, trust, when they were read last, and what is wrong."""
    with opened() as runtime, runtime.store.read() as session:
        feeds = FeedList(items=tuple(_line(feed) for feed in all_feeds(session)))
    tell(feeds, as_json=as_json)


@click.command()
@click.argument("slug")
@json_option
def poll(slug: str, as_json: bool) -> int:
    """Read the feed SLUG now, whatever its timetable says."""
    from service.doorbell import Doorbell
    from service.jobs import Jobs
    from service.polling import Polling

    with opened() as runtime:
        with runtime.store.read() as session:
            feed = feed_by_slug(session, slug)
        _check_pulled(feed)
        bell = Doorbell(runtime.settings.broker_url, Jobs(runtime))
        try:
            count = Polling(runtime, bell).poll(feed)
        finally:
            bell.close()
        with runtime.store.read() as session:
            error = feed_by_slug(session, slug).last_error
    tell(Polled(feed=slug, documents=count, error=error), as_json=as_json)
    return 1 if error else 0


@click.command()
@click.argument("slug")
@json_option
def pause(slug: str, as_json: bool) -> None:
    """Take nothing from the feed SLUG until it is resumed; its alerts stay as they are."""
    _set_paused(slug, paused=True, as_json=as_json)


@click.command()
@click.argument("slug")
@json_option
def resume(slug: str, as_json: bool) -> None:
    """Take documents from the feed SLUG again."""
    _set_paused(slug, paused=False, as_json=as_json)


@click.command()
@click.argument("slug")
@json_option
def key(slug: str, as_json: bool) -> None:
    """Cut another API key for the feed SLUG; the ones it has go on working."""
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        api_key = new_key(session, feed, now)
        _note(session, now, "feed.key_cut", slug)
    tell(FeedKeyCut(feed=slug, api_key=api_key), as_json=as_json)


def _set_paused(slug: str, *, paused: bool, as_json: bool) -> None:
    with opened() as runtime, runtime.store.begin() as session:
        feed = feed_by_slug(session, slug)
        if feed.paused != paused:
            feed.paused = paused
            _note(session, runtime.clock(), f"feed.{'paused' if paused else 'resumed'}", slug)
    tell(FeedState(feed=slug, paused=paused), as_json=as_json)


def _note(session: Session, now: datetime, deed: str, slug: str) -> None:
    actor = f"staff:{first_staff_name()}"
    record(session, now, actor=actor, deed=deed, subject=f"feed:{slug}")


def _check_pulled(feed: Feed) -> None:
    if feed.kind in (FeedKind.RSS, FeedKind.ATOM):
        raise Conflict(f"pulling {feed.kind} isn't there yet: {feed.slug} can push documents only")
    if feed.kind is not FeedKind.NCMEC:
        raise Conflict(f"{feed.slug} is a feed of kind {feed.kind}: it pushes, we don't pull it")
    if feed.paused:
        raise Conflict(f"{feed.slug} is paused: porchlight feed resume {feed.slug}")


def _line(feed: Feed) -> FeedLine:
    return FeedLine(
        feed=feed.slug,
        kind=feed.kind,
        trust=feed.trust,
        url=feed.url,
        paused=feed.paused,
        read_at=feed.read_at,
        failures=feed.failures,
        last_error=feed.last_error,
    )
