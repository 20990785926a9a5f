"""What becomes of a document: refused, held, duplicate or accepted, in one transaction.

The parsers have read it, `consider` has said what we would make of it; here it is written down:
the raw document sealed with its outcome, the case, the poster's revision, the alert's revision.
Nothing is sent from here: a live revision without waves is what the planner looks for.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import EndReason
from alerts.intake.case.arrival import Arrival, another_status, duplicate, judged
from alerts.intake.case.cases import (
    case_in_its_turn,
    case_in_turn,
    is_tombstone,
    lookup_of,
    move_aliases,
    ran_out_of_time,
    retire,
    turns_of,
)
from alerts.intake.case.corrected import held_by_correction, within_the_correction
from alerts.intake.case.doubt import (
    held_by_doubt,
    held_for,
    look_again,
    matches_of,
    note_links,
    one_case,
)
from alerts.intake.case.ends import end_case, found, found_unknown, judge_end
from alerts.intake.case.found_before import found_before
from alerts.intake.case.other_feeds import hear, join_certain, join_named
from alerts.intake.case.revise import add_revision, open_alert
from alerts.intake.case.siblings import asks_for_more, at_once_if_found, forget_earlier
from alerts.intake.document import Document, TakenIn, Verdict, write_down
from alerts.intake.judge.consider import Proposal
from alerts.intake.judge.hourly_limit import within_the_hour
from alerts.intake.likeness.book import Match
from alerts.intake.likeness.decide import Surety
from alerts.intake.likeness.known import KnownChildren
from alerts.intake.photos.pdq import PdqHash
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.cases import CaseRecord, newest_of_voice
from alerts.store.feeds import Feed
from alerts.store.leads import add_voice, lead_voice
from alerts.store.submissions import SubmissionOutcome
from alerts.store.vault import Vault
from alerts.store.voices import move_links, voice_of

__all__ = ["end_case", "judge_end", "take_in"]


def take_in(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    proposal: Proposal,
    problems: tuple[Problem, ...] = (),
    *,
    known: KnownChildren,
    hashes: tuple[PdqHash, ...] = (),
    case_id: int | None = None,
) -> TakenIn:
    """Make or revise the alert of the poster's case, and keep the document.

    Parameters
    ----------
    known: the children who are looked for now; another feed may have brought this one.
    hashes: of the photos that came with the document.
    case_id: the case, where the document names it by reference (a CAP Update).
    """
    arrival = Arrival(
        session=session,
        vault=vault,
        feed=feed,
        proposal=proposal,
        lookup=lookup_of(vault, proposal.poster.case),
        known=known,
        hashes=hashes,
        now=document.received_at,
    )
    turns = turns_of(vault, proposal.poster)
    case = case_in_turn(session, arrival.lookup, case_id, turns)
    verdict = _judge(arrival, case)
    said = (*problems, *proposal.problems, *verdict.problems)
    return write_down(session, vault, feed, document, verdict, said)


def _judge(arrival: Arrival, case: CaseRecord | None) -> Verdict:
    session = arrival.session
    if case is not None and case.feed_id != arrival.feed.id and is_tombstone(session, case):
        retire(session, arrival.vault, case, case.lookup)
        case = None  # what one feed ended unseen doesn't bind another
    if case is None:
        return _of_no_case(arrival)
    if arrival.poster.all_found:
        return found(arrival, case)
    if case.ended_at is not None:
        return _after_the_end(arrival, case)
    lead = lead_voice(session, case)
    voice = voice_of(session, case.id, arrival.feed.id, arrival.lookup)
    if voice is None:
        return join_named(arrival, case)
    alert = session.scalars(select(Alert).where(Alert.case_id == case.id)).one()
    if voice.id == lead.id:
        return _revised(arrival, case, alert)
    return hear(arrival, case, alert, voice)


def _of_no_case(arrival: Arrival) -> Verdict:
    """Judge a document under a name that is new here: perhaps another case is of its children."""
    matches = matches_of(arrival)
    if arrival.poster.all_found:
        return found_unknown(arrival, matches)
    certain = [match for match in matches if match.decision.surety is Surety.CERTAIN]
    joined = one_case(arrival.session, certain)
    if joined is not None:
        if case_in_its_turn(arrival.session, joined.case_id).ended_at is not None:
            return _of_no_case(arrival)  # it ended while we waited: nobody is told by joining it
        return join_certain(arrival, joined)
    hold = (*arrival.proposal.hold, *found_before(arrival))
    return _new(replace(arrival, proposal=replace(arrival.proposal, hold=hold)), matches)


def _new(arrival: Arrival, matches: Sequence[Match] = ()) -> Verdict:
    session, now = arrival.session, arrival.now
    proposal = within_the_hour(session, arrival.feed, arrival.proposal, now)
    proposal = held_for(session, proposal, matches)
    key_id = arrival.vault.new_key()
    case = CaseRecord(feed_id=arrival.feed.id, lookup=arrival.lookup, key_id=key_id, opened_at=now)
    session.add(case)
    session.flush()
    voice = add_voice(session, case, arrival.feed.id, arrival.lookup, now)
    poster = arrival.first_of(case, voice)
    alert = open_alert(session, arrival.feed, case, poster, proposal, now)
    note_links(arrival, case, matches)
    return judged(case, alert, arrival, proposal.hold)


def _revised(arrival: Arrival, case: CaseRecord, alert: Alert) -> Verdict:
    """Take the next word of the feed that leads."""
    session, vault, now = arrival.session, arrival.vault, arrival.now
    lead = lead_voice(session, case)
    before = newest_of_voice(session, case.id, lead.id)
    if before is not None and arrival.says_the_same(before):
        return duplicate(session, case, "The poster hasn't changed.")
    if before is not None and arrival.is_older_than(before):
        return duplicate(session, case, "A newer revision of the poster is already here.")
    if alert.exercise is not arrival.poster.exercise:
        return another_status(case, alert)
    poster = arrival.keep(case, lead)
    lead.heard_at, lead.ended_at, lead.end_reason = now, None, None
    proposal = held_by_doubt(session, case, arrival.proposal)
    proposal = held_by_correction(session, alert, proposal)
    told = within_the_correction(session, alert, at_once_if_found(session, alert, proposal))
    add_revision(session, vault, arrival.feed, case, alert, poster, told, now)
    if asks_for_more(told, proposal):  # the rest of what the source says waits for the desk
        add_revision(session, vault, arrival.feed, case, alert, poster, proposal, now)
        told = proposal
    if arrival.somebody_was_found:
        forget_earlier(session, case, poster)
    look_again(arrival, case)
    return judged(case, alert, arrival, told.hold)


def _after_the_end(arrival: Arrival, case: CaseRecord) -> Verdict:
    """Judge a poster of a case that ended: only one that ran out of time may begin anew."""
    session, vault = arrival.session, arrival.vault
    if not ran_out_of_time(session, case):
        return _closed(arrival, case)
    voice = voice_of(session, case.id, arrival.feed.id, arrival.lookup) or lead_voice(session, case)
    last = newest_of_voice(session, case.id, voice.id)
    if last is not None and arrival.says_the_same(last):
        return duplicate(session, case, "The poster hasn't changed since its alert expired.")
    said = warning(
        "expired_before", "", "Its alert has run out of time; telling it again is a decision."
    )
    name = voice.lookup  # a CAP Update has another of its own
    retire(session, vault, case, name)
    hold = (said, *arrival.proposal.hold)
    again = replace(arrival, lookup=name, proposal=replace(arrival.proposal, hold=hold))
    anew = _of_no_case(again)
    if anew.case is not None:
        move_aliases(session, case, anew.case)
        move_links(session, case.id, anew.case.id)
    return anew


def _closed(arrival: Arrival, case: CaseRecord) -> Verdict:
    """A case that ended comes again: the desk must say whether a child is missing anew."""
    said = warning(
        "case_closed",
        "/caseNumber",
        "This case ended and its data was taken back. The desk must look before it is told anew.",
    )
    alert = alert_of_case(arrival.session, case.id)
    was_found = alert is not None and alert.end_reason is EndReason.FOUND
    return Verdict(outcome=SubmissionOutcome.HELD, problems=(said,), forget=was_found)
