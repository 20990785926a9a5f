"""`porchlight feed list|poll|pause|resume`: how the feeds are, and what may be done to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.intake.pull.known import read_anew
from alerts.intake.pull.vanish import lift
from alerts.problem import Problem
from alerts.store.feeds import Feed, FeedKind, Trust, all_feeds, feed_by_slug, is_pulled
from alerts.store.staff import record
from service.cli.answer import Answer, json_option, moment, table, tell
from service.cli.instance import opened
from service.database import first_staff_name

if TYPE_CHECKING:
    from service.polling import PollDone


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
    host: str | None = None  # of the URL
    every_s: float | None = None  # between polls; None: the setting
    next_poll_at: datetime | None = None
    suspended_why: str | None = None  # what it sends is held

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield "  ".join(self.cells())

    def cells(self) -> tuple[str, ...]:
        """Return a row of the table."""
        state = "paused" if self.paused else (self.last_error or "well")
        state = f"held: {self.suspended_why}; {state}" if self.suspended_why else state
        read, due = moment(self.read_at), moment(self.next_poll_at)
        return self.feed, self.kind, self.trust, self.host or "-", read, due, state


class FeedList(Answer):
    """All feeds."""

    items: tuple[FeedLine, ...]
    next: str | None = None

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        if not self.items:
            return ["No feeds yet: porchlight feed add SLUG --kind poster"]
        head = ("FEED", "KIND", "TRUST", "FROM", "LAST READ", "NEXT POLL", "STATE")
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


class DocumentPolled(Polled):
    """What a poll of an Atom, RSS, JSON or CAP document brought."""

    unchanged: bool  # the source said so
    items: int  # that it lists
    left: int  # for the next poll
    failed: int  # tried again
    gone: int  # alerts that it no longer lists
    suspended: bool
    problems: tuple[Problem, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield from super().lines()
        if self.unchanged:
            yield "The source says that nothing changed."
        if self.left:
            yield f"{self.left} more of its links are read at the next poll."
        if self.failed:
            yield f"{self.failed} items couldn't be had; they are tried again."
        if self.gone:
            yield f"{self.gone} alerts are no longer listed: porchlight notice list"
        if self.suspended:
            yield f"It is held: porchlight feed resume {self.feed}"
        for problem in self.problems:
            yield f"{problem.severity}: {problem.message} ({problem.code})"


class FeedState(Answer):
    """Whether a feed is paused."""

    feed: str
    paused: bool

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield f"{self.feed} is {'paused: nothing is taken from it' if self.paused else 'open'}."


class FeedReleased(FeedState):
    """A feed that was held, and no longer is."""

    was_held: str  # why

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        yield from super().lines()
        yield f"It was held: {self.was_held}. That is over; what it lists now is taken as it is."


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the feeds: kind, trust, when they were read last, and what is wrong."""
    with opened() as runtime, runtime.store.read() as session:
        feeds = FeedList(items=tuple(_line(feed) for feed in all_feeds(session)))
    tell(feeds, as_json=as_json)


@click.command()
@click.argument("slug")
@click.option("--anew", is_flag=True, help="Read all of it, also if nothing changed.")
@json_option
def poll(slug: str, anew: bool, as_json: bool) -> int:
    """Read the feed SLUG now, whatever its timetable says."""
    from service.doorbell import Doorbell
    from service.jobs import Jobs
    from service.polling import Polling

    with opened() as runtime:
        with runtime.store.begin() as session:
            feed = feed_by_slug(session, slug)
            _check_pulled(feed)
            if anew:
                read_anew(session, feed)
        bell = Doorbell(runtime.settings.broker_url, Jobs(runtime))
        try:
            done = Polling(runtime, bell).poll_now(feed)
        finally:
            bell.close()
    tell(_polled(slug, done), as_json=as_json)
    return 1 if done.why else 0


@click.command()
@click.argument("slug")
@json_option
def pause(slug: str, as_json: bool) -> None:
    """Take nothing from the feed SLUG until it is resumed; its alerts stay as they are."""
    with opened() as runtime, runtime.store.begin() as session:
        feed = feed_by_slug(session, slug)
        if not feed.paused:
            feed.paused = True
            _note(session, runtime.clock(), "feed.paused", slug)
    tell(FeedState(feed=slug, paused=True), as_json=as_json)


@click.command()
@click.argument("slug")
@json_option
def resume(slug: str, as_json: bool) -> None:
    """Take documents from the feed SLUG again: it is no longer paused, and no longer held."""
    with opened() as runtime, runtime.store.begin() as session:
        feed, now = feed_by_slug(session, slug), runtime.clock()
        why = feed.suspended_why
        if lift(session, feed, now) or feed.paused:
            feed.paused = False
            _note(session, now, "feed.resumed", slug)
    if why:
        tell(FeedReleased(feed=slug, paused=False, was_held=why), as_json=as_json)
    else:
        tell(FeedState(feed=slug, paused=False), as_json=as_json)


def _note(session: Session, now: datetime, deed: str, slug: str) -> None:
    actor = f"staff:{first_staff_name()}"
    record(session, now, actor=actor, deed=deed, subject=f"feed:{slug}")


def _check_pulled(feed: Feed) -> None:
    if not is_pulled(feed) and feed.kind in (FeedKind.RSS, FeedKind.ATOM, FeedKind.JSON):
        raise Conflict(f"{feed.slug} has no address to read: add it anew with --url")
    if not is_pulled(feed):
        raise Conflict(f"{feed.slug} is a feed of kind {feed.kind}: it pushes, we don't pull it")
    if feed.paused:
        raise Conflict(f"{feed.slug} is paused: porchlight feed resume {feed.slug}")


def _polled(slug: str, done: "PollDone") -> Polled:
    pulled = done.pulled
    if pulled is None:
        return Polled(feed=slug, documents=done.documents, error=done.why)
    return DocumentPolled(
        feed=slug,
        documents=done.documents,
        error=done.why,
        unchanged=pulled.is_unchanged,
        items=pulled.items,
        left=pulled.left,
        failed=pulled.failed,
        gone=pulled.gone,
        suspended=pulled.is_suspended,
        problems=pulled.problems,
    )


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
        host=_host(feed.url),
        every_s=feed.poll_every_s,
        next_poll_at=feed.next_poll_at if is_pulled(feed) and not feed.paused else None,
        suspended_why=feed.suspended_why,
    )


def _host(url: str | None) -> str | None:
    """Return whom a feed is read from; the rest of the URL may hold a key."""
    return urlsplit(url).hostname if url else None
