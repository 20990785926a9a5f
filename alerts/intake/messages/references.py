"""Which cases do a CAP message's references mean, and by which names is it found again itself?

A message is named by (sender, identifier, sent) and found by the keyed hash of that; each message
that belongs to a case is an alias of it, so a reference to an Update means the same case. What a
feed said itself comes first: no other feed can take a message's name away by using it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.intake.cap.values import CapAlert, CapReference
from alerts.intake.case.cases import case_in_turn, is_tombstone, lay_tombstone, lookup_of
from alerts.intake.document import RAW_PURPOSE
from alerts.intake.messages.parts import cap_parts
from alerts.poster import CaseKey
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.cases import CaseAlias, CaseRecord, case_by_lookup
from alerts.store.feeds import Feed
from alerts.store.submissions import Submission, SubmissionOutcome, submissions_named
from alerts.store.vault import Vault

WHERE = "alert/references"
MOST_FOLLOWED = 50  # messages: Updates of Updates that all came before their Alert
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Referred:
    """What the references of a message mean, those of its own sender."""

    cases: tuple[CaseRecord, ...]  # that it may act on, oldest first
    unknown: tuple[CapReference, ...]
    problems: tuple[Problem, ...]


def resolve(session: Session, vault: Vault, feed: Feed, alert: CapAlert) -> Referred:
    """Look every reference up; a foreign sender's is left alone (CAP 1.2, 3.2.1; DOMAIN rule 14).

    A reference to an Update that is held because it came before its Alert means what that one
    refers to.

    Problems: `unknown_reference` says which of the references name no message that is here,
    `status_mismatch` that an exercise refers to a real alert or the other way round. (The reader
    has said `foreign_reference`.)
    """
    cases: dict[int, CaseRecord] = {}
    unknown: dict[int, CapReference] = {}
    for number, reference in enumerate(alert.references, 1):
        if reference.sender != alert.sender:
            continue
        found = _cases_of(session, vault, feed, reference)
        cases |= {case.id: case for case in found}
        if not found:
            unknown[number] = reference
    fitting = {i: c for i, c in cases.items() if not _mismatched(session, c, alert)}
    problems = [*_say_unknown(list(unknown), len(alert.references))]
    if len(fitting) < len(cases):
        message = "One of the two is an exercise and the other is not: nothing was changed by this."
        problems.append(warning("status_mismatch", "alert/status", message))
    return Referred(
        cases=tuple(fitting[i] for i in sorted(fitting)),
        unknown=tuple(unknown.values()),
        problems=tuple(problems),
    )


def _cases_of(
    session: Session, vault: Vault, feed: Feed, reference: CapReference
) -> list[CaseRecord]:
    """Return the case of a message, or those that it refers to if it waits for its Alert."""
    found: list[CaseRecord] = []
    waiting, seen = [reference], {_alias_of_reference(vault, reference)}
    while waiting and len(seen) <= MOST_FOLLOWED:
        name = _alias_of_reference(vault, waiting.pop())
        case = case_of_message(session, vault, feed, name)
        if case is not None:
            found.append(case)
            continue
        for older in _waiting_references(session, vault, feed, name, reference.sender):
            if _alias_of_reference(vault, older) not in seen:
                seen.add(_alias_of_reference(vault, older))
                waiting.append(older)
    return found


def _waiting_references(
    session: Session, vault: Vault, feed: Feed, name: bytes, sender: str
) -> list[CapReference]:
    held = submissions_named(session, feed.id, name)
    return [older for one in held for older in _references_of(vault, one, sender)]


def _references_of(vault: Vault, held: Submission, sender: str) -> list[CapReference]:
    """Return what a message that waits for its Alert refers to."""
    if held.outcome is not SubmissionOutcome.HELD or held.sealed_raw is None:
        return []
    raw = vault.open(held.key_id, RAW_PURPOSE, held.sealed_raw)
    alerts = (part.reading.alert for part in cap_parts(raw).parts)
    updates = (alert for alert in alerts if alert and alert.msg_type == "Update")
    return [r for update in updates for r in update.references if r.sender == sender]


def _say_unknown(numbers: Sequence[int], count: int) -> Sequence[Problem]:
    """Name references by their place: an identifier may tell of the child."""
    if not numbers:
        return ()
    which = ", ".join(map(str, numbers))
    message = f"Of its {count} references, number {which} names no message that we know of."
    return (warning("unknown_reference", WHERE, message),)


def _mismatched(session: Session, case: CaseRecord, alert: CapAlert) -> bool:
    known = alert_of_case(session, case.id)
    return known is not None and known.exercise is not (alert.status != "Actual")


def alias_of(vault: Vault, alert: CapAlert) -> bytes:
    """Return the keyed hash of a CAP message's name (CAP 1.2, 3.2.1: sender,identifier,sent)."""
    return _alias(vault, alert.sender, alert.identifier, alert.sent)


def _alias_of_reference(vault: Vault, reference: CapReference) -> bytes:
    return _alias(vault, reference.sender, reference.identifier, reference.sent)


def _alias(vault: Vault, sender: str, identifier: str, sent: datetime | None) -> bytes:
    return vault.lookup("cap", sender, identifier, sent.isoformat() if sent else "")


def case_of_message(session: Session, vault: Vault, feed: Feed, name: bytes) -> CaseRecord | None:
    """Return the case that a feed means by a message's name: its own, else whoever told it."""
    own = case_by_lookup(session, own_alias(vault, feed, name))
    return own or case_by_lookup(session, name)


def own_alias(vault: Vault, feed: Feed, name: bytes) -> bytes:
    """Return the keyed hash of a message's name as one feed used it."""
    return vault.lookup("cap-of-feed", str(feed.id), name.hex())


def note_alias(session: Session, case_id: int, lookup: bytes) -> None:
    """Remember that a message belongs to a case, so that later ones may refer to it."""
    known = session.scalar(select(CaseAlias).where(CaseAlias.lookup == lookup))
    if known is None:
        session.add(CaseAlias(case_id=case_id, lookup=lookup))
    else:
        known.case_id = case_id


def lay_tombstones(
    session: Session, vault: Vault, feed: Feed, unknown: Sequence[CapReference], now: datetime
) -> None:
    """Remember that messages were cancelled before they came, so that they start nothing."""
    for reference in unknown:
        lookup = _case_lookup(vault, reference.sender, reference.identifier)
        if case_in_turn(session, lookup) is None:
            lay_tombstone(session, vault, feed, lookup, now)


def is_cancelled(session: Session, vault: Vault, feed: Feed, alert: CapAlert) -> bool:
    """Say whether a Cancel of this very message came before it."""
    case = case_by_lookup(session, _case_lookup(vault, alert.sender, alert.identifier))
    return case is not None and case.feed_id == feed.id and is_tombstone(session, case)


def _case_lookup(vault: Vault, sender: str, identifier: str) -> bytes:
    return lookup_of(vault, CaseKey(organization=sender, number=identifier))


def answered_case(session: Session, vault: Vault, alert: CapAlert) -> CaseRecord | None:
    """Return the case that an Ack or Error speaks of: by a message of its source, or one of ours.

    What we export has the alert's public id in its identifier.
    """
    for reference in alert.references:
        known = case_by_lookup(session, _alias_of_reference(vault, reference))
        found = known or _case_of_ours(session, reference.identifier)
        if found is not None:
            return found
    return None


def _case_of_ours(session: Session, identifier: str) -> CaseRecord | None:
    named = _UUID.search(identifier)
    if named is None:
        return None
    alert = session.scalar(select(Alert).where(Alert.public_id == UUID(named[0])))
    return session.get(CaseRecord, alert.case_id) if alert else None
