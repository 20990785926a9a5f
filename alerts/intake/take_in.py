"""What becomes of a document: refused, held, duplicate or accepted, in one transaction.

The parsers have read it, `consider` has said what we would make of it; here it is written down:
the raw document sealed with its outcome, the case, the poster's revision, the alert's revision.
Nothing is sent from here: a live revision without waves is what the planner looks for.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.intake.cases import (
    case_in_turn,
    is_tombstone,
    lay_tombstone,
    lookup_of,
    move_aliases,
    ran_out_of_time,
    retire,
)
from alerts.intake.changes import content_digest
from alerts.intake.consider import Proposal
from alerts.intake.document import Document, TakenIn, Verdict, write_down
from alerts.intake.revise import add_revision, open_alert
from alerts.intake.siblings import (
    asks_for_more,
    at_once_if_found,
    forget_earlier,
    without_the_found,
)
from alerts.lifecycle import end_alert
from alerts.poster import Poster
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.cases import CaseRecord, PosterRecord, latest_poster, seal_poster
from alerts.store.feeds import Feed
from alerts.store.submissions import SubmissionOutcome, was_blanked
from alerts.store.vault import Vault


def take_in(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    proposal: Proposal,
    problems: tuple[Problem, ...] = (),
    *,
    case_id: int | None = None,
) -> TakenIn:
    """Make or revise the alert of the poster's case, and keep the document.

    `case_id`: the case, where the document names it by reference (a CAP Update).
    """
    case_lookup = lookup_of(vault, proposal.poster.case)
    case = case_in_turn(session, case_lookup, case_id)
    verdict = _judge(session, vault, feed, document, proposal, case, case_lookup)
    said = (*problems, *proposal.problems, *verdict.problems)
    return write_down(session, vault, feed, document, verdict, said)


def end_case(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    lookup: bytes,
    reason: EndReason,
    problems: tuple[Problem, ...] = (),
) -> TakenIn:
    """End the alert of a case because the source says so, and keep the document's outcome."""
    case = case_in_turn(session, lookup)
    verdict = _end(session, vault, feed, case, lookup, reason, document.received_at)
    return write_down(session, vault, feed, document, verdict, (*problems, *verdict.problems))


def _judge(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    proposal: Proposal,
    case: CaseRecord | None,
    case_lookup: bytes,
) -> Verdict:
    poster, now = proposal.poster, document.received_at
    if case is not None and case.feed_id != feed.id:
        if not is_tombstone(session, case):
            return _of_another_feed(session, vault, case, poster)
        retire(session, vault, case)  # what one feed ended unseen doesn't bind another
        case = None
    if poster.all_found:
        return _end(session, vault, feed, case, case_lookup, EndReason.FOUND, now)
    if case is None:
        return _new(session, vault, feed, proposal, case_lookup, now)
    if case.ended_at is not None:
        return _after_the_end(session, vault, feed, proposal, case, now)
    return _revised(session, vault, feed, proposal, case, now)


def _new(
    session: Session,
    vault: Vault,
    feed: Feed,
    proposal: Proposal,
    case_lookup: bytes,
    now: datetime,
) -> Verdict:
    case = CaseRecord(feed_id=feed.id, lookup=case_lookup, key_id=vault.new_key(), opened_at=now)
    session.add(case)
    poster = keep_poster(session, vault, case, proposal.poster, now)
    alert = open_alert(session, feed, case, poster, proposal, now)
    return _verdict(case, alert, proposal)


def _revised(
    session: Session,
    vault: Vault,
    feed: Feed,
    proposal: Proposal,
    case: CaseRecord,
    now: datetime,
) -> Verdict:
    before = latest_poster(session, case.id)
    digest = _digest(vault, proposal.poster)
    if before is not None and before.digest == digest:
        return _duplicate(session, case, "The poster hasn't changed.")
    if before is not None and _is_older(proposal.poster, before):
        return _duplicate(session, case, "A newer revision of the poster is already here.")
    alert = session.scalars(select(Alert).where(Alert.case_id == case.id)).one()
    if alert.exercise is not proposal.poster.exercise:
        return _another_status(case, alert)
    poster = keep_poster(session, vault, case, proposal.poster, now)
    told = at_once_if_found(session, alert, proposal)
    add_revision(session, vault, feed, case, alert, poster, told, now)
    if asks_for_more(told, proposal):  # the rest of what the source says waits for the desk
        add_revision(session, vault, feed, case, alert, poster, proposal, now)
        told = proposal
    if _somebody_found(proposal.poster):
        forget_earlier(session, case, poster)
    return _verdict(case, alert, told)


def keep_poster(
    session: Session, vault: Vault, case: CaseRecord, poster: Poster, now: datetime
) -> PosterRecord:
    """Seal one revision of a poster under its case's key."""
    kept = PosterRecord(
        case=case,
        digest=_digest(vault, poster),
        modified_at=poster.modified_at,
        received_at=now,
        sealed_payload=seal_poster(vault, case, without_the_found(poster)),
    )
    session.add(kept)
    return kept


def _end(
    session: Session,
    vault: Vault,
    feed: Feed,
    case: CaseRecord | None,
    lookup: bytes,
    reason: EndReason,
    now: datetime,
) -> Verdict:
    alert = alert_of_case(session, case.id) if case else None
    if case is None:
        lay_tombstone(session, vault, feed, lookup, now)
    if case is None or alert is None:
        said = warning("nothing_to_end", "", "No alert of this case is here; nobody was told.")
        return Verdict(outcome=SubmissionOutcome.ACCEPTED, problems=(said,), forget=True)
    if case.feed_id != feed.id:
        return _foreign(session, case)
    if not end_alert(session, alert, reason, now, actor=f"feed:{feed.slug}"):
        said = warning("already_ended", "", "The alert of this case had ended already.")
        return Verdict(
            outcome=SubmissionOutcome.DUPLICATE, problems=(said,), alert=alert, forget=True
        )
    return Verdict(
        outcome=SubmissionOutcome.ACCEPTED, problems=(), case=case, alert=alert, ended=True
    )


def _duplicate(session: Session, case: CaseRecord, words: str) -> Verdict:
    alert = alert_of_case(session, case.id)
    over = case.ended_at is not None
    return Verdict(
        outcome=SubmissionOutcome.DUPLICATE,
        problems=(warning("duplicate", "", words),),
        case=None if over else case,
        alert=alert,
        forget=over or was_blanked(session, case.id),
    )


def _after_the_end(
    session: Session,
    vault: Vault,
    feed: Feed,
    proposal: Proposal,
    case: CaseRecord,
    now: datetime,
) -> Verdict:
    """Judge a poster of a case that ended: only one that ran out of time may begin anew."""
    if not ran_out_of_time(session, case):
        return _closed(session, case)
    last = latest_poster(session, case.id)
    if last is not None and last.digest == _digest(vault, proposal.poster):
        return _duplicate(session, case, "The poster hasn't changed since its alert expired.")
    said = warning(
        "expired_before", "", "Its alert has run out of time; telling it again is a decision."
    )
    name = case.lookup
    retire(session, vault, case)
    anew = _new(session, vault, feed, replace(proposal, hold=(said, *proposal.hold)), name, now)
    if anew.case is not None:
        move_aliases(session, case, anew.case)
    return anew


def _closed(session: Session, case: CaseRecord) -> Verdict:
    """A case that ended comes again: the desk must say whether a child is missing anew."""
    said = warning(
        "case_closed",
        "/caseNumber",
        "This case ended and its data was taken back. The desk must look before it is told anew.",
    )
    alert = alert_of_case(session, case.id)
    was_found = alert is not None and alert.end_reason is EndReason.FOUND
    return Verdict(outcome=SubmissionOutcome.HELD, problems=(said,), forget=was_found)


def _another_status(case: CaseRecord, alert: Alert) -> Verdict:
    """A rehearsal never changes a real alert, nor the other way round (DOMAIN rule 14)."""
    said = warning(
        "status_mismatch",
        "alert/status",
        "One of the two is an exercise and the other is not: nothing was changed by this.",
    )
    return Verdict(outcome=SubmissionOutcome.HELD, problems=(said,), case=case, alert=alert)


def _of_another_feed(session: Session, vault: Vault, case: CaseRecord, poster: Poster) -> Verdict:
    """Another feed carries the case: the same words are no news, others are for the desk."""
    known = latest_poster(session, case.id)
    if known is not None and known.digest == _digest(vault, poster):
        return _duplicate(session, case, "Another feed carries the same poster.")
    return _foreign(session, case)


def _foreign(session: Session, case: CaseRecord) -> Verdict:
    said = warning(
        "another_feeds_case",
        "/caseNumber",
        "Another feed carries this case, and only that one may change it: the desk must look.",
    )
    alert = alert_of_case(session, case.id)
    return Verdict(
        outcome=SubmissionOutcome.HELD,
        problems=(said,),
        case=None if case.ended_at is not None else case,  # its takedown reaches this text, too
        alert=alert,
        foreign=True,
    )


def _verdict(case: CaseRecord, alert: Alert, proposal: Proposal) -> Verdict:
    outcome = SubmissionOutcome.HELD if proposal.hold else SubmissionOutcome.ACCEPTED
    return Verdict(
        outcome=outcome,
        problems=proposal.hold,
        case=case,
        alert=alert,
        forget=_somebody_found(proposal.poster),
    )


def _somebody_found(poster: Poster) -> bool:
    return any(child.date_found for child in poster.children)


def _digest(vault: Vault, poster: Poster) -> bytes:
    return vault.lookup_bytes("poster", content_digest(poster))


def _is_older(poster: Poster, before: PosterRecord) -> bool:
    if poster.modified_at is None or before.modified_at is None:
        return False
    return poster.modified_at < before.modified_at
