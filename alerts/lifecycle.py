"""How an alert starts and ends, wherever the word comes from: a feed, the desk, or time.

Ending only marks the alert and its case. That is enough for every page to answer 410 and for
every sender to stop; `alerts.aftercare` then tells those who were told and takes the data back.
"""

from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from alerts.alert import EndReason, RevisionState, Status, check_transition, is_lower
from alerts.feed_events import tell_of_end, tell_of_revision
from alerts.store.alerts import Alert, AlertRevision, alert_of_case
from alerts.store.cases import CaseRecord
from alerts.store.leads import let_lead
from alerts.store.staff import record
from alerts.store.voices import Likeness, linked_cases
from alerts.store.waves import Wave


def go_live(
    session: Session, alert: Alert, revision: AlertRevision, now: datetime, *, actor: str
) -> None:
    """Make a revision the one that people are told; its waves are planned next.

    Raises
    ------
    IllegalTransition: the alert ended meanwhile.
    """
    is_new = not inspect(alert).persistent  # its feed hears of it with the document that made it
    _as_it_stands(session, alert)
    if alert.status is not Status.ACTIVE:
        check_transition(alert.status, Status.ACTIVE)
        alert.status, alert.activated_at = Status.ACTIVE, now
    for older in alert.revisions:
        if older.number < revision.number and older.state is not RevisionState.SPARE:
            older.state = RevisionState.SUPERSEDED
    _owe(session, alert, revision)
    revision.state = RevisionState.LIVE
    let_lead(session, alert, revision)
    alert.live_revision, alert.tier = revision.number, revision.tier
    alert.expires_at = revision.expires_at
    alert.country, alert.time_zone = revision.country, revision.time_zone
    record(
        session,
        now,
        actor=actor,
        deed="alert.live",
        subject=f"alert:{alert.public_id}",
        revision=revision.number,
        tier=revision.tier,
    )
    if not is_new:
        tell_of_revision(session, alert, revision, now)


def _owe(session: Session, alert: Alert, revision: AlertRevision) -> None:
    """Mark what those are owed who were told before (DOMAIN rules 9 and 16).

    A lower tier says that what they were told was wrong. And if the revision before hasn't been
    planned, it never will be: this one tells what it would have told.
    """
    before = next((r for r in alert.revisions if r.number == alert.live_revision), None)
    if before is None:
        return
    if is_lower(revision.tier, before.tier):
        revision.material = revision.correction = True
    if before.planned_at is None:
        session.refresh(before, ["planned_at"])
    if before.planned_at is None and _was_told_before(session, alert, before):
        revision.material = revision.material or before.material
        revision.visible = revision.visible or before.visible
        revision.correction = revision.correction or before.correction


def _was_told_before(session: Session, alert: Alert, revision: AlertRevision) -> bool:
    """Say whether an older one was told; a large wave is begun before its revision is planned."""
    if any(older.planned_at for older in alert.revisions):
        return True
    waves = select(Wave.id).where(Wave.alert_id == alert.id, Wave.revision < revision.number)
    return session.scalar(waves.limit(1)) is not None


def end_alert(
    session: Session, alert: Alert, reason: EndReason, now: datetime, *, actor: str
) -> bool:
    """End an alert and its case; False if it had ended already."""
    _as_it_stands(session, alert)
    if alert.status is Status.ENDED:
        return False
    check_transition(alert.status, Status.ENDED)
    alert.status, alert.ended_at, alert.end_reason = Status.ENDED, now, reason
    case = session.get_one(CaseRecord, alert.case_id)
    case.ended_at = now
    record(
        session,
        now,
        actor=actor,
        deed="alert.ended",
        subject=f"alert:{alert.public_id}",
        reason=reason,
    )
    tell_of_end(session, alert, now)
    if reason is EndReason.FOUND:
        _end_of_same_child(session, case, now, actor)
    return True


def _end_of_same_child(session: Session, case: CaseRecord, now: datetime, actor: str) -> None:
    """Found is found: what the desk said is the same child ends with it."""
    for other_id in sorted(linked_cases(session, case.id, Likeness.SAME)):
        other = alert_of_case(session, other_id)
        if other is not None:
            end_alert(session, other, EndReason.FOUND, now, actor=actor)


def _as_it_stands(session: Session, alert: Alert) -> None:
    """Lock the alert's row and look again: somebody else may have ended it a moment ago."""
    if inspect(alert).persistent:
        session.flush()  # what was changed so far is ours to keep
        session.refresh(alert, with_for_update=True)
