"""What does a document hold? Items, each with its name in the listing; what it is decides how.

The kind that somebody wrote down for a feed is a hint only; another one is said.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.feeds import FeedKind

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"
CAP_TYPE = "application/cap+xml"
JSON_TYPE = "application/json"


class ItemKind(StrEnum):
    """What an item is."""

    CAP = "cap"  # CAP, or EDXL-DE around it
    POSTER = "poster"
    LINK = "link"  # it only says where the alert is
    BROKEN = "broken"  # nothing can be made of it; its problems say why


class Format(StrEnum):
    """What a document is."""

    CAP = "cap"
    EDXL = "edxl-de"
    ATOM = "atom"
    RSS = "rss"
    JSON = "json"
    NOTHING = "nothing"  # the server answered with no bytes


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing of a document."""

    kind: ItemKind
    names: tuple[str, ...]  # in the listing, at least one: entry id, address, case, each child
    raw: bytes  # as it came, cut out of the document; of a link, its entry
    media_type: str
    version: str | None = None  # what changes when it does; None: its bytes
    link: str = ""  # of a LINK, absolute
    dated_at: datetime | None = None  # as the source says
    poster: Poster | None = None  # where it isn't read from the bytes
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a document holds."""

    format: Format
    items: tuple[Item, ...]
    updated_at: datetime | None = None  # as the document says
    is_whole: bool = True  # False: more is on other pages, so nothing can be missed
    problems: tuple[Problem, ...] = ()  # of the document; each item has its own


EXPECTED = {
    FeedKind.CAP: frozenset({Format.CAP, Format.EDXL, Format.ATOM, Format.RSS}),
    FeedKind.ATOM: frozenset({Format.ATOM}),
    FeedKind.RSS: frozenset({Format.RSS}),
    FeedKind.JSON: frozenset({Format.JSON}),
}


def unexpected_kind(kind: FeedKind, contents: Contents) -> Problem | None:
    """Say that a feed turned out to be of another kind than was written down for it."""
    if contents.format in EXPECTED.get(kind, frozenset()) or contents.format is Format.NOTHING:
        return None
    message = f"The feed is down as {kind} and sends {contents.format}; that was read."
    return warning("unexpected_kind", "", message)


def partial_listing(where: str) -> Problem:
    """Say that a document is one page of several."""
    message = "There are further pages; only this one is read, and nothing is taken as gone."
    return warning("partial_listing", where, message)


def distinct(items: list[Item]) -> tuple[Item, ...]:
    """Give items that share a name names of their own, so that none replaces another."""
    seen: dict[str, int] = {}
    found = []
    for item in items:
        count = seen[item.names[0]] = seen.get(item.names[0], 0) + 1
        names = tuple(f"{name} #{count}" for name in item.names) if count > 1 else item.names
        found.append(replace(item, names=names))
    return tuple(found)


def oldest_first(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Put items in the order in which they happened: what refers to another comes after it.

    Feeds list the newest first; an item without a date stays where that puts it.
    """
    backwards = items[::-1]
    dates = [item.dated_at for item in backwards if item.dated_at is not None]
    if len(dates) < len(backwards):
        return backwards
    order = sorted(range(len(backwards)), key=dates.__getitem__)
    return tuple(backwards[i] for i in order)
