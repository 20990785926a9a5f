"""Which case is this, and has it ended? Looks a case up in its turn.

What ended before it was ever told leaves a tombstone, so that a document that comes late doesn't
start it. A case whose alert only ran out of time may begin anew, under a key of its own.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.poster import CaseKey
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseAlias, CaseRecord, case_by_lookup
from alerts.store.feeds import Feed
from alerts.store.turns import take_turns
from alerts.store.vault import Vault


def lookup_of(vault: Vault, key: CaseKey) -> bytes:
    """Return the keyed hash by which a case is found."""
    return vault.lookup("case", key.organization.strip().upper(), key.number.strip().upper())


def case_in_turn(session: Session, lookup: bytes, case_id: int | None = None) -> CaseRecord | None:
    """Return the case as it stands when nobody else is at it (`case_id`: named by reference)."""
    case = session.get(CaseRecord, case_id) if case_id else None
    if case is None:
        take_turns(session, lookup)
        return case_by_lookup(session, lookup)
    take_turns(session, case.lookup)
    session.refresh(case)
    return case


def lay_tombstone(session: Session, vault: Vault, feed: Feed, lookup: bytes, now: datetime) -> None:
    """Remember that a case ended of which nobody here had heard."""
    session.add(
        CaseRecord(
            feed_id=feed.id,
            lookup=lookup,
            key_id=vault.new_key(),
            opened_at=now,
            ended_at=now,
            taken_down_at=now,
        )
    )


def is_tombstone(session: Session, case: CaseRecord) -> bool:
    """Say whether nothing but the end of a case is known."""
    return case.taken_down_at is not None and alert_of_case(session, case.id) is None


def ran_out_of_time(session: Session, case: CaseRecord) -> bool:
    """Say whether a case ended only because its alert expired: the child may still be missing."""
    alert = alert_of_case(session, case.id)
    return alert is not None and alert.end_reason is EndReason.EXPIRED


def retire(session: Session, vault: Vault, case: CaseRecord) -> None:
    """Give a case's name free, so that a case of the same name may begin anew."""
    case.lookup = vault.lookup_bytes("retired", case.lookup + str(case.public_id).encode())
    session.flush()


def move_aliases(session: Session, old: CaseRecord, new: CaseRecord) -> None:
    """Let what referred to the old case refer to the new one."""
    session.flush()
    session.execute(update(CaseAlias).where(CaseAlias.case_id == old.id).values(case_id=new.id))
