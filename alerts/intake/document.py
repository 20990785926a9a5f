"""A document as it came, what becomes of it, and how both are kept.

Nothing that a feed sent is lost: the raw bytes are sealed beside their outcome, under the key of
their case, or under a key of their own where they belong to none.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.feed_events import tell_of_document
from alerts.problem import Problem
from alerts.signature import SignatureState
from alerts.store.alerts import Alert
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed
from alerts.store.submissions import Submission, SubmissionOutcome, as_json
from alerts.store.vault import Vault

RAW_PURPOSE = "raw"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as it came."""

    raw: bytes
    media_type: str
    received_at: datetime
    name: bytes | None = None  # keyed hash of a CAP message's name, where we believe it
    signature: SignatureState | None = None  # of CAP


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of a document."""

    submission_id: UUID
    outcome: SubmissionOutcome
    problems: tuple[Problem, ...]
    alert_id: UUID | None = None
    case_id: int | None = None  # inside only
    ended: bool = False  # an alert ended by this: aftercare has work
    apart: bool = False  # another feed leads the case: its photos aren't this document's to change
    goes_on: bool = False  # what ended goes on as another alert, which has work, too
    items: tuple["TakenIn", ...] = ()  # of a document with several alerts: each by itself


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a document, before it is written down."""

    outcome: SubmissionOutcome
    problems: tuple[Problem, ...]
    case: CaseRecord | None = None
    alert: Alert | None = None
    ended: bool = False
    forget: bool = False  # of a child already found: keep the outcome, not the text
    foreign: bool = False  # the case is another feed's: nothing of it changes by this
    apart: bool = False  # another feed leads the case: what people see doesn't change by this


def refuse(
    session: Session, vault: Vault, feed: Feed, document: Document, problems: tuple[Problem, ...]
) -> TakenIn:
    """Keep a document that can't be acted on, with the reasons."""
    verdict = Verdict(outcome=SubmissionOutcome.REFUSED, problems=problems)
    return write_down(session, vault, feed, document, verdict)


def write_down(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    verdict: Verdict,
    problems: tuple[Problem, ...] | None = None,
) -> TakenIn:
    """Keep the document, sealed, with what became of it."""
    said = verdict.problems if problems is None else problems
    key_id = verdict.case.key_id if verdict.case else vault.new_key()
    submission = Submission(
        public_id=uuid7(),
        feed_id=feed.id,
        received_at=document.received_at,
        media_type=document.media_type[:80],
        size_bytes=len(document.raw),
        digest=vault.lookup_bytes("raw", document.raw),
        name=document.name,
        signature=document.signature,
        key_id=key_id,
        sealed_raw=None if verdict.forget else vault.seal(key_id, RAW_PURPOSE, document.raw),
        outcome=verdict.outcome,
        problems=as_json(said),
        case_id=verdict.case.id if verdict.case else None,
        alert=verdict.alert,
    )
    session.add(submission)
    session.flush()  # gives all that is new its ids
    about = None if verdict.foreign else verdict.alert
    tell_of_document(session, submission, about, [p.code for p in verdict.problems])
    return TakenIn(
        submission_id=submission.public_id,
        outcome=verdict.outcome,
        problems=said,
        alert_id=verdict.alert.public_id if verdict.alert else None,
        case_id=verdict.case.id if verdict.case and not verdict.foreign else None,
        ended=verdict.ended,
        apart=verdict.apart,
    )


def say_more(session: Session, taken: TakenIn, more: tuple[Problem, ...]) -> TakenIn:
    """Add to what was said of a document that is written down."""
    if not more:
        return taken
    row = session.scalars(
        select(Submission).where(Submission.public_id == taken.submission_id)
    ).one()
    row.problems = [*row.problems, *as_json(more)]
    return replace(taken, problems=(*taken.problems, *more))
