"""Writes items down: each in a savepoint of its own, so that a broken one never stops the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlalchemy.orm import Session

from alerts.intake.document import Document, TakenIn, refuse
from alerts.intake.prepared import PreparedCap
from alerts.intake.pull.items import ItemKind
from alerts.intake.pull.make_ready import (
    OUR_ERROR,
    Heard,
    PreparedItem,
    Ready,
    Trouble,
    is_refused,
)
from alerts.intake.receive import Intake
from alerts.store.feeds import Feed
from alerts.store.listings import listed_item
from alerts.store.submissions import SubmissionOutcome, was_refused

# Polls in vain after which an item is put on record as refused. A document behind a link that may
# still come is asked for on and on, one that won't isn't until its entry changes.
MAX_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Written:
    """What became of an item."""

    taken: tuple[TakenIn, ...] = ()
    is_settled: bool = True  # False: it must be looked at again, changed or not
    failed: bool = False


def write_item(
    session: Session, intake: Intake, feed: Feed, ready: Ready, heard: Heard, now: datetime
) -> Written:
    """Write an item down and that it was; what goes wrong undoes this item alone.

    `heard`: hears of errors of ours.
    """
    if ready.trouble is not None:
        return _note_trouble(session, intake, feed, ready, ready.trouble, now)
    try:
        with session.begin_nested():
            return _write(session, intake, feed, ready, now)
    except Exception as problem:
        heard(problem)
    return _note_trouble(session, intake, feed, ready, OUR_ERROR, now)


def _write(session: Session, intake: Intake, feed: Feed, ready: Ready, now: datetime) -> Written:
    taken = [
        _take(session, intake, feed, one)
        for one in ready.documents
        if not _is_refused_again(session, intake, feed, one)
    ]
    refused = any(t.outcome is SubmissionOutcome.REFUSED for t in taken)
    refused = refused or len(taken) < len(ready.documents)
    is_final = not refused or ready.entry.item.kind is ItemKind.LINK  # a link costs a request
    _note_listed(session, feed, ready, taken, now, is_done=is_final)
    return Written(taken=tuple(taken))


def _take(session: Session, intake: Intake, feed: Feed, one: PreparedItem) -> TakenIn:
    if isinstance(one, PreparedCap):
        return intake.write_cap(session, feed, one)
    return intake.write(session, feed, one)


def _is_refused_again(session: Session, intake: Intake, feed: Feed, one: PreparedItem) -> bool:
    """Say whether it is to be refused, and was before: once is enough on the record."""
    if not is_refused(one):
        return False
    digest = intake.vault.lookup_bytes("raw", one.document.raw)
    return was_refused(session, feed.id, digest)


def _note_listed(
    session: Session,
    feed: Feed,
    ready: Ready,
    taken: Sequence[TakenIn],
    now: datetime,
    *,
    is_done: bool,
) -> None:
    """Remember in which state the item was taken in, and to which case it belongs."""
    cases = [one.case_id for one in taken if one.case_id is not None]
    each = cases if len(cases) == len(ready.entry.names) else cases[:1] * len(ready.entry.names)
    for name, case_id in zip_longest(ready.entry.names, each):
        row = listed_item(session, feed.id, name, now)
        row.last_seen_at, row.tries = now, 0
        row.case_id = case_id or row.case_id
        row.version = ready.entry.version if is_done else None


def _note_trouble(
    session: Session, intake: Intake, feed: Feed, ready: Ready, trouble: Trouble, now: datetime
) -> Written:
    """Count a try in vain; one too many is put on record."""
    rows = [listed_item(session, feed.id, name, now) for name in ready.entry.names]
    for row in rows:
        row.tries, row.last_seen_at = row.tries + 1, now
    if max(row.tries for row in rows) < MAX_TRIES:
        return Written(is_settled=False, failed=True)
    if trouble.is_lasting and ready.entry.item.kind is ItemKind.LINK:
        for row in rows:
            row.version = ready.entry.version
    taken = _give_up(session, intake, feed, ready, trouble, now)
    return Written(taken=taken, is_settled=trouble.is_lasting, failed=True)


def _give_up(
    session: Session, intake: Intake, feed: Feed, ready: Ready, trouble: Trouble, now: datetime
) -> tuple[TakenIn, ...]:
    item = ready.entry.item
    if was_refused(session, feed.id, intake.vault.lookup_bytes("raw", item.raw)):
        return ()
    document = Document(raw=item.raw, media_type=item.media_type, received_at=now)
    return (refuse(session, intake.vault, feed, document, (trouble.problem,)),)
