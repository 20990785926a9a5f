"""What becomes of an item? Everything that needs no transaction; one that fails stops no other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.errors import FeedUnavailable
from alerts.intake.document import Document
from alerts.intake.messages.message import Ask
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.intake.prepared import Prepared, PreparedCap
from alerts.intake.pull.follow import Followed
from alerts.intake.pull.items import JSON_TYPE, Item, ItemKind
from alerts.intake.pull.json_items import read_json_items
from alerts.intake.pull.pick import Entry
from alerts.intake.pull.read import looks_like_json
from alerts.intake.receive import Intake
from alerts.outbound.errors import OutboundRefused
from alerts.poster import Poster
from alerts.problem import Problem, error, warning
from alerts.store.feeds import Feed

PreparedItem = Prepared | PreparedCap
Heard = Callable[[Exception], None]  # an error of ours at one item: to log and to count


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why an item couldn't be had; it is tried again at the next poll."""

    problem: Problem
    is_lasting: bool = False  # trying again and again won't help


@dataclass(frozen=True, kw_only=True)
class Ready:
    """An item with the documents that only have to be written down."""

    entry: Entry
    documents: tuple[PreparedItem, ...] = ()
    trouble: Trouble | None = None


OUR_ERROR = Trouble(
    problem=error("our_error", "", "We failed to take it in; it is tried again when it changes."),
    is_lasting=True,
)


def make_ready(
    intake: Intake,
    feed: Feed,
    entry: Entry,
    followed: Followed | None,
    heard: Heard,
    *,
    holds: tuple[Problem, ...] = (),
) -> Ready:
    """Work out what an item becomes; never raises.

    Parameters
    ----------
    followed: what a LINK led to.
    heard: hears of errors of ours.
    holds: why the desk must look at what it becomes.
    """
    if followed is not None and followed.why is not None:
        return Ready(entry=entry, trouble=_unavailable(followed.why))
    if followed is not None and followed.fault is not None:
        heard(followed.fault)
        return Ready(entry=entry, trouble=OUR_ERROR)
    try:
        body = followed.body if followed else None
        found = tuple(_held(one, holds) for one in _prepared(intake, feed, entry.item, body))
    except Exception as problem:
        heard(problem)
        return Ready(entry=entry, trouble=OUR_ERROR)
    return Ready(entry=entry, documents=found)


def is_refused(one: PreparedItem) -> bool:
    """Say whether a document can't be acted on."""
    if isinstance(one, PreparedCap):
        if one.ask.ask is Ask.REFUSE or one.ask.alert is None:
            return True
        return one.prepared is not None and one.prepared.proposal is None
    return one.proposal is None


def _prepared(intake: Intake, feed: Feed, item: Item, body: bytes | None) -> Iterator[PreparedItem]:
    now = intake.clock()
    if item.kind is ItemKind.CAP:
        yield from intake.prepare_cap(feed, item.raw)
    elif item.kind is ItemKind.LINK:
        yield from _behind_link(intake, feed, item, body or b"")
    elif item.kind is ItemKind.BROKEN:
        document = Document(raw=item.raw, media_type=item.media_type, received_at=now)
        yield Prepared(document=document, proposal=None, problems=item.problems)
    else:
        yield _poster(intake, feed, item, now)


def _behind_link(intake: Intake, feed: Feed, item: Item, body: bytes) -> Iterator[PreparedItem]:
    if not looks_like_json(body):
        yield from intake.prepare_cap(feed, body)
        return
    now = intake.clock()
    try:
        inside = read_json_items(body, item.link).items
    except FeedUnavailable as e:
        document = Document(raw=body, media_type=JSON_TYPE, received_at=now)
        problems = (error("unreadable", "", str(e)),)
        yield Prepared(document=document, proposal=None, problems=problems)
        return
    for one in inside:  # a link in there isn't followed: read as a poster it says what it lacks
        yield _poster(intake, feed, one, now)


def _poster(intake: Intake, feed: Feed, item: Item, now: datetime) -> Prepared:
    poster, problems = item.poster, item.problems
    if poster is None:
        reading = read_poster_bytes(item.raw)
        poster, problems = reading.poster, (*problems, *reading.problems)
    if poster is not None:
        poster, problems = _not_from_the_future(poster, problems, now)
    document = Document(raw=item.raw, media_type=item.media_type, received_at=now)
    return intake.prepare(feed, document, poster, problems)


def _not_from_the_future(
    poster: Poster, problems: tuple[Problem, ...], now: datetime
) -> tuple[Poster, tuple[Problem, ...]]:
    """Believe no date after now: all that comes before it would be taken for older."""
    if poster.modified_at is None or poster.modified_at <= now:
        return poster, problems
    said = warning("future_date", "", "It is dated in the future; the time of its arrival is used.")
    return poster.model_copy(update={"modified_at": now}), (*problems, said)


def _held(one: PreparedItem, holds: tuple[Problem, ...]) -> PreparedItem:
    if not holds or isinstance(one, PreparedCap) or one.proposal is None:
        return one
    return replace(one, proposal=replace(one.proposal, hold=(*one.proposal.hold, *holds)))


def _unavailable(why: OutboundRefused) -> Trouble:
    message = f"What the link leads to can't be had: {why}"
    return Trouble(problem=error(f"link_{why.code}", "", message), is_lasting=not why.temporary)
