"""Which case is this, and has it ended? Looks a case up in its turn.

What ended before it was ever told leaves a tombstone, so that a document that comes late doesn't
start it. A case whose alert only ran out of time may begin anew, under a key of its own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.intake.likeness.identity import identity_of
from alerts.intake.likeness.names import sound
from alerts.poster import CaseKey, Poster
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseAlias, CaseRecord, case_by_lookup
from alerts.store.feeds import Feed
from alerts.store.leads import give_free
from alerts.store.turns import take_turns, turn_of_case
from alerts.store.vault import Vault

_NO_MATTER = datetime(2000, 1, 1, tzinfo=UTC)  # when a poster came doesn't change who is on it


def lookup_of(vault: Vault, key: CaseKey) -> bytes:
    """Return the keyed hash by which a case is found."""
    return vault.lookup("case", key.organization.strip().upper(), key.number.strip().upper())


def case_in_turn(
    session: Session,
    lookup: bytes,
    case_id: int | None = None,
    turns: Iterable[bytes] = (),
) -> CaseRecord | None:
    """Return the case as it stands when nobody else is at it.

    Two feeds may bring one child at the same moment under names of their own: whose `turns` meet
    go one after the other, in an order that all keep, and the case itself comes last.

    Parameters
    ----------
    case_id: the case, where it is named by reference.
    turns: what the children of the document take turns by (`turns_of`).
    """
    for turn in sorted({lookup, *turns}):
        take_turns(session, turn)
    case = _find(session, lookup, case_id)
    while case is not None:
        take_turns(session, turn_of_case(case.id))
        session.refresh(case)
        found = _find(session, lookup, case_id)
        if found is case:
            break
        case = found  # while we waited, the desk joined it with another
    return case


def case_in_its_turn(session: Session, case_id: int) -> CaseRecord:
    """Return a case that was matched, as it stands when nobody else is at it."""
    take_turns(session, turn_of_case(case_id))
    case = session.get_one(CaseRecord, case_id)
    session.refresh(case)
    alert = alert_of_case(session, case_id)
    if alert is not None:
        session.refresh(alert)
    return case


def _find(session: Session, lookup: bytes, case_id: int | None) -> CaseRecord | None:
    named = session.get(CaseRecord, case_id) if case_id else None
    return named or case_by_lookup(session, lookup)


def first_heard(session: Session, lookup: bytes, case_id: int | None = None) -> datetime | None:
    """Return when the alert of a case that is open was received; None if there is none."""
    case = _find(session, lookup, case_id)
    if case is None or case.ended_at is not None:
        return None
    alert = alert_of_case(session, case.id)
    return alert.received_at if alert else None


def turns_of(vault: Vault, poster: Poster) -> list[bytes]:
    """Return keyed hashes of which two posters of one child share at least one.

    The birth date, or how the first or last name sounds: coarse, so that slips don't matter.
    """
    found = set[str]()
    for child in identity_of(poster, _NO_MATTER).children:
        words = (*child.given[:1], *child.family)
        found |= {f"sound {sound(word)}" for word in words}
        found |= {f"born {child.born}"} if child.born else set()
        found |= {f"ncic {child.ncic}"} if child.ncic else set()
    return sorted(vault.lookup("turn", text) for text in found)


def lay_tombstone(
    session: Session, vault: Vault, feed: Feed, lookup: bytes, now: datetime
) -> CaseRecord:
    """Remember that a case ended of which nobody here had heard."""
    case = CaseRecord(
        feed_id=feed.id,
        lookup=lookup,
        key_id=vault.new_key(),
        opened_at=now,
        ended_at=now,
        taken_down_at=now,
    )
    session.add(case)
    session.flush()
    return case


def is_tombstone(session: Session, case: CaseRecord) -> bool:
    """Say whether nothing but the end of a case is known."""
    return case.taken_down_at is not None and alert_of_case(session, case.id) is None


def ran_out_of_time(session: Session, case: CaseRecord) -> bool:
    """Say whether a case ended only because its alert expired: the child may still be missing."""
    alert = alert_of_case(session, case.id)
    return alert is not None and alert.end_reason is EndReason.EXPIRED


def retire(session: Session, vault: Vault, case: CaseRecord, lookup: bytes) -> None:
    """Give a name of a case free, so that a case of the same name may begin anew."""
    give_free(session, vault, case, lookup)


def move_aliases(session: Session, old: CaseRecord, new: CaseRecord) -> None:
    """Let what referred to the old case refer to the new one."""
    session.flush()
    session.execute(update(CaseAlias).where(CaseAlias.case_id == old.id).values(case_id=new.id))
