"""Reads a feed once: ask, follow its links, take in what is news, say what is gone.

The network is done before anything is written. Items, their listing and the checkpoint commit
together; where there are many, the earlier ones commit with their listing first, and the
checkpoint that says "all of this is here" comes with the last.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.errors import FeedUnavailable
from alerts.intake.document import TakenIn
from alerts.intake.pull.ask_feed import Asking, FeedAnswer, ask_feed
from alerts.intake.pull.follow import Following, follow
from alerts.intake.pull.items import Contents, Format, ItemKind, unexpected_kind
from alerts.intake.pull.known import Known, note_read, refuse_older, what_is_known
from alerts.intake.pull.make_ready import Heard, Ready, make_ready
from alerts.intake.pull.pick import Entry, entries_of, is_news, present_in, tries_of
from alerts.intake.pull.read import read_contents
from alerts.intake.pull.vanish import (
    Present,
    VanishPolicy,
    children_gone,
    missing,
    note_listing,
    suspend,
    would_hold,
)
from alerts.intake.pull.write_items import Written, write_item
from alerts.intake.receive import Intake
from alerts.problem import Problem, warning
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.listings import listed_cases

# Items a transaction: half a second (20 ms each), so that phones and partners needn't wait for us.
ITEMS_AT_ONCE = 25


@dataclass(frozen=True, kw_only=True)
class Pulling:
    """With what feeds are read."""

    store: Store
    intake: Intake
    clock: Clock
    heard: Heard  # of errors of ours at one item: to log and to count
    asking: Asking = field(default_factory=Asking)
    policy: VanishPolicy = field(default_factory=VanishPolicy)


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """What a poll brought."""

    taken: tuple[TakenIn, ...] = ()
    is_unchanged: bool = False  # the source said so: nothing was looked at
    items: int = 0  # that the document lists
    left: int = 0  # for the next poll, which should be soon
    failed: int = 0  # couldn't be had now; tried again
    gone: int = 0  # alerts that were listed and aren't any more
    is_suspended: bool = False
    retry_after_s: float | None = None
    problems: tuple[Problem, ...] = ()  # of the document


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A document that was read, and what is to be done with it."""

    answer: FeedAnswer
    contents: Contents
    present: Present
    news: tuple[Entry, ...]  # in the order in which they are written
    left: int
    following: Following

    @property
    def tells_all(self) -> bool:
        """What isn't in it may be taken as gone."""
        return self.contents.is_whole and not self.left


def pull_feed(how: Pulling, feed: Feed) -> Pulled:
    """Read a feed once.

    Raises
    ------
    FeedUnavailable: it can't be read now, in a sentence; what is here stays as it is. An answer
        of no bytes is one, too, after what is missing was reported.
    """
    deadline = time.monotonic() + how.asking.timeout_s
    known = what_is_known(how.store, feed.id)
    if not known.feed.url:
        raise FeedUnavailable("The feed has no address: porchlight feed add --url")
    answer = ask_feed(known.feed.url, known.validators, how.asking, how.clock)
    if answer.body is None:
        return Pulled(is_unchanged=True)
    contents = read_contents(answer)
    refuse_older(known, answer, contents)
    read = _look(how, known, answer, contents, deadline)
    pulled = _take_in(how, known, read)
    if contents.format is Format.NOTHING:
        raise FeedUnavailable("The feed answers with nothing at all.")
    return pulled


def _look(
    how: Pulling, known: Known, answer: FeedAnswer, contents: Contents, deadline: float
) -> _Read:
    """Pick what is news, and fetch what it points to."""
    entries = entries_of(how.intake.vault, contents)
    news = [entry for entry in entries if is_news(entry, known.rows)]
    links = [entry for entry in news if entry.item.kind is ItemKind.LINK]
    links.sort(key=lambda entry: tries_of(entry, known.rows))  # what fails waits behind the rest
    addresses = list(dict.fromkeys(entry.item.link for entry in links))
    following = follow(addresses, how.asking, deadline, how.clock)
    here = [e for e in news if e.item.kind is not ItemKind.LINK or e.item.link in following.found]
    return _Read(
        answer=answer,
        contents=contents,
        present=present_in(entries),
        news=tuple(here),
        left=len(news) - len(here),
        following=following,
    )


def _take_in(how: Pulling, known: Known, read: _Read) -> Pulled:
    ready = _make_ready(how, known.feed, known, read)
    feed = _hold_if_too_much_is_gone(how, known.feed, read, ready)
    if feed.suspended_why != known.feed.suspended_why:
        ready = _make_ready(how, feed, known, read)  # now each has a reason to wait for the desk
    written, gone = _write(how, feed, read, ready)
    problem = unexpected_kind(feed.kind, read.contents)
    return Pulled(
        taken=tuple(taken for one in written for taken in one.taken),
        items=len(read.contents.items),
        left=read.left,
        failed=sum(one.failed for one in written),
        gone=gone,
        is_suspended=feed.suspended_why is not None,
        retry_after_s=read.following.retry_after_s,
        problems=(*((problem,) if problem else ()), *read.contents.problems),
    )


def _make_ready(how: Pulling, feed: Feed, known: Known, read: _Read) -> list[Ready]:
    with how.store.read() as session:
        cases = {case.case_id: case for case in listed_cases(session, feed.id, how.clock())}
    ready = []
    for entry in read.news:
        rows = [known.rows[name] for name in entry.names if name in known.rows]
        open_cases = [cases[row.case_id] for row in rows if row.case_id in cases]
        is_poster = entry.item.kind is ItemKind.POSTER
        lacks = is_poster and any(
            children_gone(entry.names, case, read.present) for case in open_cases
        )
        followed = read.following.found.get(entry.item.link)
        holds = (_child_gone(),) if lacks else ()
        ready.append(make_ready(how.intake, feed, entry, followed, how.heard, holds=holds))
    return ready


def _child_gone() -> Problem:
    message = "A child of it is no longer in the feed: the desk says whether that child was found."
    return warning("child_gone", "", message)


def _hold_if_too_much_is_gone(
    how: Pulling, feed: Feed, read: _Read, ready: Sequence[Ready]
) -> Feed:
    """Hold the feed if too much is gone from it, and return it as it is then.

    What is in it under another name now isn't gone. To know that, the news is taken in for a try.
    """
    if not read.tells_all:
        return feed
    with how.store.begin() as session:
        now = how.clock()
        found = missing(session, feed, read.present, now)
        if not would_hold(session, feed, found, how.policy):
            return feed
        stage = how.intake.for_rehearsal()
        stage.in_turn(session, [document for one in ready for document in one.documents])
        trial = session.begin_nested()
        for one in ready:
            write_item(session, stage, feed, one, _unheard, now)
        session.flush()
        still = missing(session, feed, read.present, now)
        trial.rollback()
        session.expire_all()
        if would_hold(session, feed, replace(found, gone=still.gone), how.policy):
            suspend(session, feed, replace(found, gone=still.gone), now)
    with how.store.read() as session:
        return session.get_one(Feed, feed.id)


def _unheard(problem: Exception) -> None:
    """Leave an error of a try to the real thing, which meets it again."""


def _write(
    how: Pulling, feed: Feed, read: _Read, ready: Sequence[Ready]
) -> tuple[list[Written], int]:
    written: list[Written] = []
    *before, last = _parts(ready)
    for part in before:
        with how.store.begin() as session:
            written += _write_part(session, how, feed, part)
    with how.store.begin() as session:
        written += _write_part(session, how, feed, last)
        session.flush()
        now = how.clock()
        row = session.get_one(Feed, feed.id)
        gone = note_listing(session, row, read.present, now) if read.tells_all else 0
        is_all_here = not read.left and all(one.is_settled for one in written)
        if read.contents.format is not Format.NOTHING:
            note_read(session, row, read.answer, read.contents, now, is_all_here=is_all_here)
    return written, gone


def _parts(ready: Sequence[Ready]) -> list[Sequence[Ready]]:
    starts = range(0, len(ready), ITEMS_AT_ONCE)
    return [ready[start : start + ITEMS_AT_ONCE] for start in starts] or [()]


def _write_part(session: Session, how: Pulling, feed: Feed, part: Sequence[Ready]) -> list[Written]:
    now = how.clock()
    how.intake.in_turn(session, [document for ready in part for document in ready.documents])
    return [write_item(session, how.intake, feed, one, how.heard, now) for one in part]
