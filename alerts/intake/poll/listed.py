"""Which cases does a Poster API list, and which of them are open here, under which name?

A name is the keyed hash by which a case is found; the case's own words are opened only for the
few that must be asked for.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from alerts.alert import EndReason, Status
from alerts.errors import Sealed
from alerts.intake.case.cases import lookup_of
from alerts.intake.document import RAW_PURPOSE
from alerts.intake.ncmec.reader import read_poster_bytes
from alerts.poster import CaseKey
from alerts.store.alerts import Alert
from alerts.store.cases import CaseRecord, latest_poster, open_poster
from alerts.store.feeds import Feed
from alerts.store.listings import ListedItem
from alerts.store.many import among
from alerts.store.submissions import Submission
from alerts.store.vault import Vault
from alerts.store.voices import CaseVoice


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCase:
    """A case of a feed whose alert has not ended."""

    case_id: int
    name: bytes  # keyed hash of organization and case number, as this feed has them


def open_cases(session: Session, feed: Feed) -> Sequence[OpenCase]:
    """Return the cases that a feed carries and that are open here, oldest first."""
    own = select(CaseRecord.id, CaseRecord.lookup).where(CaseRecord.feed_id == feed.id)
    heard = (
        select(CaseVoice.case_id, CaseVoice.lookup)
        .join(CaseRecord, CaseRecord.id == CaseVoice.case_id)
        .where(CaseVoice.feed_id == feed.id, CaseVoice.ended_at.is_(None))
    )
    found = {
        name: OpenCase(case_id=case_id, name=name)
        for statement in (own, heard)
        for case_id, name in session.execute(statement.where(CaseRecord.ended_at.is_(None)))
    }
    return sorted(found.values(), key=lambda case: case.case_id)


def listed_names(session: Session, feed: Feed) -> set[bytes]:
    """Return every name that the feed's listing ever held."""
    return set(session.scalars(select(ListedItem.name).where(ListedItem.feed_id == feed.id)))


def key_of(session: Session, vault: Vault, feed: Feed, case: OpenCase) -> CaseKey | None:
    """Return how the source names a case: as its poster says, or what this feed sent of it."""
    record = session.get_one(CaseRecord, case.case_id)
    for key in _said(session, vault, feed, record):
        if lookup_of(vault, key) == case.name:
            return key
    return None


def _said(session: Session, vault: Vault, feed: Feed, case: CaseRecord) -> Iterator[CaseKey]:
    try:
        newest = latest_poster(session, case.id)
        poster = open_poster(vault, case.key_id, newest) if newest else None
        if poster is not None:
            yield poster.case
        sent = select(Submission).where(
            Submission.case_id == case.id,
            Submission.feed_id == feed.id,
            Submission.sealed_raw.is_not(None),
        )
        for document in session.scalars(sent.order_by(Submission.id.desc())):
            raw = vault.open(document.key_id, RAW_PURPOSE, document.sealed_raw or b"")
            read = read_poster_bytes(raw).poster
            if read is not None:
                yield read.case
    except Sealed:  # it was taken down this moment
        return


def note_listed(
    session: Session, feed: Feed, names: Collection[bytes], now: datetime
) -> Sequence[bytes]:
    """Write down that the feed lists these; return the names of those that had been gone.

    `names`: those of one page, a hundred or so.
    """
    if not names:
        return ()
    known = session.execute(
        select(ListedItem.id, ListedItem.name, ListedItem.gone_at).where(
            ListedItem.feed_id == feed.id, ListedItem.name.in_(names)
        )
    ).all()
    here = among(session, ListedItem.id, [row.id for row in known])
    session.execute(update(ListedItem).where(here).values(last_seen_at=now, gone_at=None))
    fresh = set(names) - {row.name for row in known}
    if fresh:
        both = {"feed_id": feed.id, "first_seen_at": now, "last_seen_at": now, "tries": 0}
        session.execute(insert(ListedItem), [both | {"name": name} for name in sorted(fresh)])
    return [row.name for row in known if row.gone_at is not None]


def note_gone(session: Session, feed: Feed, name: bytes, now: datetime) -> None:
    """Write down that a case is gone from the source."""
    session.execute(
        update(ListedItem)
        .where(ListedItem.feed_id == feed.id, ListedItem.name == name)
        .values(gone_at=now)
    )


def ended_unfound(session: Session, feed: Feed, name: bytes) -> Alert | None:
    """Return the alert of a case that ended because its poster was gone, and not found."""
    return session.scalar(
        select(Alert)
        .join(CaseRecord, CaseRecord.id == Alert.case_id)
        .where(CaseRecord.lookup == name, Alert.feed_id == feed.id)
        .where(Alert.status == Status.ENDED, Alert.end_reason == EndReason.CANCELLED)
    )
