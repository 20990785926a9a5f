"""What is at an address, before anybody adds it as a feed? Asked once; nothing is stored."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from alerts.clock import Clock
from alerts.intake.pull.ask_feed import Asking, Validators, ask_feed
from alerts.intake.pull.items import Format, ItemKind, unexpected_kind
from alerts.intake.pull.read import read_contents
from alerts.problem import Problem
from alerts.store.feeds import FeedKind


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one answer of a source holds."""

    format: Format
    counts: dict[ItemKind, int]  # how many items of each kind
    size_bytes: int
    is_conditional: bool  # it can be asked whether anything changed
    updated_at: datetime | None
    problems: tuple[Problem, ...]


def look_at(kind: FeedKind, url: str, asking: Asking, clock: Clock) -> Look:
    """Ask a source once, and say what is there; its links aren't followed.

    Raises
    ------
    FeedUnavailable: it can't be read.
    """
    answer = ask_feed(url, Validators(), asking, clock)
    contents = read_contents(answer)
    problem = unexpected_kind(kind, contents)
    inside = tuple(said for item in contents.items for said in item.problems)
    return Look(
        format=contents.format,
        counts=dict(Counter(item.kind for item in contents.items)),
        size_bytes=len(answer.body or b""),
        is_conditional=bool(answer.validators.headers()),
        updated_at=contents.updated_at or answer.modified_at,
        problems=(*((problem,) if problem else ()), *contents.problems, *inside),
    )
