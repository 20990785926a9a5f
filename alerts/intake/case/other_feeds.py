"""Another feed carries the case: it joins, is heard, and leads only if it outranks (ADR 0021).

One case has one alert. The feed that leads says what people are told; what the others say is
sealed under the case's key, kept beside as a spare, and changes nothing for people.
"""

from alerts.alert import RevisionState, Status, Tier
from alerts.intake.case.arrival import Arrival, another_status, duplicate, foreign, judged
from alerts.intake.case.corrected import held_by_correction
from alerts.intake.case.doubt import held_by_doubt
from alerts.intake.case.namesake import shares_a_child
from alerts.intake.case.revise import add_revision, add_spare
from alerts.intake.case.siblings import forget_earlier
from alerts.intake.document import Verdict
from alerts.intake.judge.hourly_limit import within_the_hour
from alerts.intake.likeness.book import Match
from alerts.problem import Problem, warning
from alerts.store.alerts import (
    Alert,
    AlertRevision,
    alert_of_case,
    copy_of,
    newest_revision,
    next_number,
    revision,
)
from alerts.store.cases import CaseRecord, PosterRecord, newest_of_voice
from alerts.store.leads import add_voice, lead_voice
from alerts.store.notices import notify_desk
from alerts.store.staff import record
from alerts.store.submissions import SubmissionOutcome
from alerts.store.voices import CaseVoice

LINKED = warning(
    "linked_case",
    "",
    "Another feed carries this case: both share one alert, so that nobody is told twice.",
)


def join_certain(arrival: Arrival, match: Match) -> Verdict:
    """Let a document join the case that its children are surely of."""
    case = arrival.session.get_one(CaseRecord, match.case_id)
    return _join(arrival, case, list(match.decision.reasons))


def join_named(arrival: Arrival, case: CaseRecord) -> Verdict:
    """Let a document join the case that another feed has under the same name."""
    alert = alert_of_case(arrival.session, case.id)
    if alert is None or not shares_a_child(arrival, case):
        return foreign(arrival.session, case)
    if alert.exercise is not arrival.poster.exercise:
        return another_status(case, alert)
    return _join(arrival, case, ["same_name"])


def hear(arrival: Arrival, case: CaseRecord, alert: Alert, voice: CaseVoice) -> Verdict:
    """Take the next word of a feed that carries a case and doesn't lead it."""
    session = arrival.session
    before = newest_of_voice(session, case.id, voice.id)
    if voice.ended_at is None and before is not None and arrival.says_the_same(before):
        return duplicate(session, case, "The poster hasn't changed.")
    if before is not None and arrival.is_older_than(before):
        return duplicate(session, case, "A newer revision of the poster is already here.")
    if alert.exercise is not arrival.poster.exercise:
        return another_status(case, alert)
    voice.heard_at, voice.ended_at, voice.end_reason = arrival.now, None, None
    return _say(arrival, case, alert, arrival.keep(case, voice))


def outranks(alert: Alert, told: AlertRevision, arrival: Arrival) -> bool:
    """Say whether a word has more weight than the one that leads.

    A higher tier has; and while the one that leads waits for the desk, whatever may go out by
    itself: a feed that isn't trusted must not keep one back that is.
    """
    proposal = arrival.proposal
    if alert.status is Status.HELD and not proposal.hold:
        return True
    order = list(Tier)
    return order.index(proposal.tier) < order.index(told.tier)


def _join(arrival: Arrival, case: CaseRecord, reasons: list[str]) -> Verdict:
    session = arrival.session
    alert = alert_of_case(session, case.id)
    if alert is None:
        return foreign(session, case)
    lead_voice(session, case)
    voice = add_voice(session, case, arrival.feed.id, arrival.lookup, arrival.now)
    record(
        session,
        arrival.now,
        actor=f"feed:{arrival.feed.slug}",
        deed="case.joined",
        subject=f"case:{case.public_id}",
        reasons=reasons,
    )
    return _say(arrival, case, alert, arrival.keep(case, voice))


def _say(arrival: Arrival, case: CaseRecord, alert: Alert, poster: PosterRecord) -> Verdict:
    session = arrival.session
    number = alert.live_revision or newest_revision(session, alert.id).number
    if arrival.somebody_was_found:
        forget_earlier(session, case, poster, only_feed=arrival.feed.id)
    if outranks(alert, revision(session, alert.id, number), arrival):
        return _lead(arrival, case, alert, poster)
    add_spare(session, alert, poster, arrival.proposal, arrival.now)
    if arrival.somebody_was_found:
        return _one_of_several_found(arrival, case, alert)
    return Verdict(
        outcome=SubmissionOutcome.DUPLICATE, problems=(LINKED,), case=case, alert=alert, apart=True
    )


def _lead(arrival: Arrival, case: CaseRecord, alert: Alert, poster: PosterRecord) -> Verdict:
    """Make a word the next revision, live or held; the feed leads once it is live."""
    session, now = arrival.session, arrival.now
    waiting = _waiting(arrival, alert)
    proposal = arrival.proposal
    if alert.status is Status.HELD:
        proposal = within_the_hour(session, arrival.feed, proposal, now)
        proposal = held_by_doubt(session, case, proposal)
    proposal = held_by_correction(session, alert, proposal)
    made = add_revision(session, arrival.vault, arrival.feed, case, alert, poster, proposal, now)
    if waiting is not None and made.state is RevisionState.LIVE:  # the desk's work isn't lost
        session.flush()
        again = copy_of(
            waiting, waiting.poster, next_number(session, alert.id), RevisionState.HELD, now
        )
        alert.revisions.append(again)
    said = judged(case, alert, arrival, proposal.hold)
    return Verdict(
        outcome=said.outcome,
        problems=(LINKED, *said.problems),
        case=case,
        alert=alert,
        forget=said.forget,
    )


def _waiting(arrival: Arrival, alert: Alert) -> AlertRevision | None:
    newest = newest_revision(arrival.session, alert.id)
    is_held = newest.state is RevisionState.HELD and newest.number > alert.live_revision
    return newest if is_held else None


def _one_of_several_found(arrival: Arrival, case: CaseRecord, alert: Alert) -> Verdict:
    """Tell the desk: one of the children was found, says a feed that doesn't lead."""
    said: Problem = warning(
        "found_elsewhere",
        "/children",
        f"A feed that carries alert {alert.public_id} says that one of its children was found. "
        "The feed that leads doesn't say so: ask it, or recall the alert.",
    )
    notify_desk(
        arrival.session,
        said.code,
        said.message,
        arrival.now,
        feed_id=arrival.feed.id,
        alert_id=alert.id,
    )
    return Verdict(
        outcome=SubmissionOutcome.HELD,
        problems=(LINKED, said),
        case=case,
        alert=alert,
        forget=True,
        apart=True,
    )
