"""A source says that it is over: the child was found, or it takes its poster back (ADR 0021).

Found means gone, whoever says so, unless the desk must see that feed's every word. Taking back is
each feed's own: the alert ends when nobody is left who may say that the child is missing.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.alert import EndReason, Status
from alerts.intake.case.arrival import Arrival, foreign
from alerts.intake.case.cases import case_in_its_turn, case_in_turn, lay_tombstone
from alerts.intake.case.found_before import note_found
from alerts.intake.case.namesake import (
    is_named_alike,
    names_a_child,
    shares_a_child,
    told_children,
)
from alerts.intake.case.succession import go_apart, take_over
from alerts.intake.document import Document, TakenIn, Verdict, write_down
from alerts.intake.likeness.book import Match
from alerts.intake.likeness.decide import Surety
from alerts.lifecycle import end_alert
from alerts.problem import Problem, warning
from alerts.store.alerts import Alert, alert_of_case
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed, Trust
from alerts.store.leads import add_voice, lead_voice, speaking
from alerts.store.notices import notify_desk
from alerts.store.submissions import SubmissionOutcome
from alerts.store.vault import Vault
from alerts.store.voices import CaseVoice, Likeness, linked_cases, voice_of, voices_of


def end_case(
    session: Session,
    vault: Vault,
    feed: Feed,
    document: Document,
    lookup: bytes,
    reason: EndReason,
    problems: tuple[Problem, ...] = (),
) -> TakenIn:
    """End a case because its source took its poster back, and keep the document's outcome.

    `lookup`: the keyed hash of the name under which this feed has the case; its other names for
    it, if it has any, go on.
    """
    case = case_in_turn(session, lookup)
    now = document.received_at
    if case is None:
        lay_tombstone(session, vault, feed, lookup, now)
        verdict = nothing_to_end()
    else:
        voice = _voice_of(session, case, feed, lookup)
        verdict = _withdrawn(session, vault, feed, case, [voice] if voice else [], reason, now)
    return write_down(session, vault, feed, document, verdict, (*problems, *verdict.problems))


def judge_end(
    session: Session,
    vault: Vault,
    feed: Feed,
    case: CaseRecord,
    reason: EndReason,
    now: datetime,
) -> Verdict:
    """End a case for a feed, under whatever names it has it (a CAP Cancel is about the event).

    The document that says so is the caller's to keep.
    """
    if alert_of_case(session, case.id) is None:
        return nothing_to_end()
    lead_voice(session, case)
    voices = [voice for voice in voices_of(session, case.id) if voice.feed_id == feed.id]
    return _withdrawn(session, vault, feed, case, voices, reason, now)


def found(arrival: Arrival, case: CaseRecord) -> Verdict:
    """End a case because all children on a poster of it were found."""
    session = arrival.session
    alert = alert_of_case(session, case.id)
    if alert is None:
        return nothing_to_end()
    if alert.status is Status.ENDED:
        return already_ended(alert)
    voice = _voice_of(session, case, arrival.feed, arrival.lookup)
    is_known = voice is not None
    if not is_known and not shares_a_child(arrival, case):
        return foreign(session, case)
    voice = voice or add_voice(session, case, arrival.feed.id, arrival.lookup, arrival.now)
    _end_voices([voice], EndReason.FOUND, arrival.now)
    leads = is_known and voice.id == lead_voice(session, case).id
    if leads or (_is_trusted_to_end(arrival, case, is_known=is_known) and _covers(arrival, case)):
        note_found(arrival, case, (*told_children(arrival, case), *arrival.identity.children))
        return _over(session, arrival.feed, case, alert, EndReason.FOUND, arrival.now)
    return found_elsewhere(arrival, case, alert)


def _is_trusted_to_end(arrival: Arrival, case: CaseRecord, *, is_known: bool) -> bool:
    """Say whether a feed that doesn't lead may end it: by name, if this is its first word of it."""
    if arrival.feed.trust is Trust.REVIEW or arrival.feed.suspended_why:
        return False
    return is_known or names_a_child(arrival, case)


def found_elsewhere(arrival: Arrival, case: CaseRecord, alert: Alert) -> Verdict:
    """Hold the word of a feed that doesn't lead that a child was found; the desk hears at once."""
    said = warning(
        "found_elsewhere",
        "/children",
        f"A feed says that a child was found who may be the one of alert {alert.public_id}. If it "
        "is so, one person may end it: porchlight alert recall.",
    )
    _notify(arrival, said, alert)
    return Verdict(
        outcome=SubmissionOutcome.HELD, problems=(said,), case=case, alert=alert, forget=True
    )


def found_unknown(arrival: Arrival, matches: Sequence[Match]) -> Verdict:
    """Judge the end of a case that this feed never named: perhaps others carry it."""
    session = arrival.session
    for match in matches:
        case = case_in_its_turn(session, match.case_id)
        alert = alert_of_case(session, case.id)
        if match.decision.surety is Surety.CERTAIN:
            return found(arrival, case)
        if alert is not None:
            lay_tombstone(session, arrival.vault, arrival.feed, arrival.lookup, arrival.now)
            return found_elsewhere(arrival, case, alert)
    unseen = lay_tombstone(session, arrival.vault, arrival.feed, arrival.lookup, arrival.now)
    note_found(arrival, unseen, arrival.identity.children)
    return nothing_to_end()


def nothing_to_end() -> Verdict:
    """Say that nobody here was told of a case that is over."""
    said = warning("nothing_to_end", "", "No alert of this case is here; nobody was told.")
    return Verdict(outcome=SubmissionOutcome.ACCEPTED, problems=(said,), forget=True)


def already_ended(alert: Alert) -> Verdict:
    """Say that it was over before."""
    said = warning("already_ended", "", "The alert of this case had ended already.")
    return Verdict(outcome=SubmissionOutcome.DUPLICATE, problems=(said,), alert=alert, forget=True)


def _withdrawn(
    session: Session,
    vault: Vault,
    feed: Feed,
    case: CaseRecord,
    voices: Sequence[CaseVoice],
    reason: EndReason,
    now: datetime,
) -> Verdict:
    alert = alert_of_case(session, case.id)
    if alert is None:
        return nothing_to_end()
    if not voices:
        return foreign(session, case)
    if alert.status is Status.ENDED:
        return already_ended(alert)
    lead = lead_voice(session, case)
    _end_voices(voices, reason, now)
    others = speaking(session, case)
    if not others:
        return _over(session, feed, case, alert, reason, now)
    if lead.ended_at is None or take_over(session, case, alert, others, now):
        return _goes_on(case, alert)
    go_apart(session, vault, case, alert, others, now)
    return _over(session, feed, case, alert, reason, now)


def _over(
    session: Session, feed: Feed, case: CaseRecord, alert: Alert, reason: EndReason, now: datetime
) -> Verdict:
    if not end_alert(session, alert, reason, now, actor=f"feed:{feed.slug}"):
        return already_ended(alert)
    _tell_of_doubtful(session, case, now)
    return Verdict(
        outcome=SubmissionOutcome.ACCEPTED, problems=(), case=case, alert=alert, ended=True
    )


def _goes_on(case: CaseRecord, alert: Alert) -> Verdict:
    said = warning(
        "another_feed_goes_on",
        "",
        "Another feed says that the child is still missing: the alert goes on without this one.",
    )
    return Verdict(
        outcome=SubmissionOutcome.ACCEPTED, problems=(said,), case=case, alert=alert, apart=True
    )


def _voice_of(session: Session, case: CaseRecord, feed: Feed, lookup: bytes) -> CaseVoice | None:
    if alert_of_case(session, case.id) is None:
        return None  # a tombstone speaks for nobody
    lead_voice(session, case)
    return voice_of(session, case.id, feed.id, lookup)


def _end_voices(voices: Sequence[CaseVoice], reason: EndReason, now: datetime) -> None:
    for voice in voices:
        if voice.ended_at is None:
            voice.ended_at, voice.end_reason = now, reason


def _covers(arrival: Arrival, case: CaseRecord) -> bool:
    """Say whether nobody is still missing of those whom people are told of.

    Siblings are found separately: a feed that had only one of them doesn't speak for the others.
    """
    theirs, ours = arrival.identity.children, told_children(arrival, case)
    if not ours or len(ours) == len(theirs) == 1:
        return True
    return all(any(is_named_alike(child, other) for other in theirs) for child in ours)


def _tell_of_doubtful(session: Session, case: CaseRecord, now: datetime) -> None:
    """Tell the desk that a case ended which may be the same as one that goes on."""
    for other_id in linked_cases(session, case.id, Likeness.DOUBTFUL):
        alert = alert_of_case(session, other_id)
        if alert is not None and alert.status is not Status.ENDED:
            message = "An alert ended that may be of the same child: porchlight case links --open."
            notify_desk(session, "perhaps_over", message, now, alert_id=alert.id)


def _notify(arrival: Arrival, said: Problem, alert: Alert) -> None:
    notify_desk(
        arrival.session,
        said.code,
        said.message,
        arrival.now,
        feed_id=arrival.feed.id,
        alert_id=alert.id,
    )
