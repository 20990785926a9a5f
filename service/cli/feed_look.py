"""`porchlight feed add --check`: what is at the address? Nothing is added, stored or sent."""

from collections.abc import Iterable
from datetime import datetime

from alerts.clock import utc_now
from alerts.intake.pull.items import Format, ItemKind
from alerts.intake.pull.look import look_at
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import check_url
from alerts.problem import Problem
from alerts.store.feeds import FeedKind
from config.settings import Settings
from service.cli.answer import Answer, moment
from service.polling import asking_of

SOMEWHERE = "93.184.215.14"  # a public address: for a look at a URL without asking anybody

WHAT = {
    ItemKind.CAP: "CAP alerts",
    ItemKind.POSTER: "posters",
    ItemKind.LINK: "links to follow",
    ItemKind.BROKEN: "entries of which nothing can be made",
}


class FeedLooked(Answer):
    """What is at an address."""

    url: str
    kind: FeedKind
    format: Format
    items: dict[ItemKind, int]
    size_bytes: int
    conditional: bool
    updated_at: datetime | None
    problems: tuple[Problem, ...]

    def lines(self) -> Iterable[str]:
        """Say it to a person."""
        found = ", ".join(f"{count} {WHAT[kind]}" for kind, count in self.items.items())
        yield f"{self.format}, {self.size_bytes:,} bytes: {found or 'nothing listed now'}."
        yield f"Its own date: {moment(self.updated_at)}."
        if not self.conditional:
            yield "It has no ETag and no Last-Modified: all of it is fetched at every poll."
        for problem in self.problems[:20]:
            yield f"{problem.severity}: {problem.message} ({problem.code})"
        yield "Nothing was added. To add it: the same command without --check."


def look(kind: FeedKind, url: str, settings: Settings) -> FeedLooked:
    """Ask the address once; FeedUnavailable if it can't be read."""
    found = look_at(kind, url, asking_of(settings), utc_now)
    return FeedLooked(
        url=url,
        kind=kind,
        format=found.format,
        items=found.counts,
        size_bytes=found.size_bytes,
        conditional=found.is_conditional,
        updated_at=found.updated_at,
        problems=found.problems,
    )


def why_not(url: str, settings: Settings) -> str | None:
    """Say why an address could never be fetched, without asking anybody; None if it could."""
    try:
        check_url(
            url,
            resolver=lambda _host, _port: (SOMEWHERE,),
            allow_loopback=settings.feed_allow_loopback,
        )
    except OutboundRefused as refused:
        return f"{refused} Such as: https://alerts.example.gov/feed.atom"
    return None
