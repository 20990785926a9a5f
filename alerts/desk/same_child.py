"""Are two cases of the same child? One person says; both answers are remembered (ADR 0021)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from alerts.alert import EndReason, RevisionState, Status, Tier
from alerts.errors import Conflict
from alerts.lifecycle import end_alert, go_live
from alerts.problem import warning
from alerts.store.alerts import (
    Alert,
    AlertRevision,
    alert_of_case,
    copy_of,
    newest_revision,
    next_number,
)
from alerts.store.cases import CaseAlias, CaseRecord
from alerts.store.feeds import Feed
from alerts.store.leads import lead_voice, move_voice, retired_name
from alerts.store.staff import Staff, record
from alerts.store.submissions import as_json
from alerts.store.turns import take_turns, turn_of_case
from alerts.store.vault import Vault
from alerts.store.voices import (
    PERHAPS,
    CaseLink,
    Likeness,
    linked_cases,
    move_links,
    voices_of,
)

MAY_DECIDE = ("approver", "admin")


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of the two alerts."""

    likeness: Likeness
    is_repeat: bool = False  # the same had been said before; nothing was changed
    goes_on: Alert | None = None  # of one child: the alert that is left
    ended: Alert | None = None  # ... and the one that ended
    went_live: tuple[Alert, ...] = ()  # of two children: what had waited for nothing else


@dataclass(frozen=True, kw_only=True)
class _Side:
    case: CaseRecord
    alert: Alert

    @property
    def is_over(self) -> bool:
        return self.alert.status is Status.ENDED

    @property
    def is_told(self) -> bool:
        return self.alert.live_revision > 0


def say_same(
    session: Session, vault: Vault, link: CaseLink, person: Staff, now: datetime
) -> Decided:
    """Say that two cases are of the same child.

    If people were told of one alert at most, the other's feeds join it, and it ends; nobody hears
    of that end. If people were told of both, both go on, are told to nobody twice from now on, and
    end together when the child is found. If one ended as found, the other ends as found.

    Raises
    ------
    Conflict: the person may not decide, or the contrary was decided.
    """
    if _decide(session, link, Likeness.SAME, person, now):
        return Decided(likeness=Likeness.SAME, is_repeat=True)
    older, newer = _sides(session, link)
    actor = f"staff:{person.name}"
    if older.is_over or newer.is_over:
        return _after_one_ended(session, older, newer, now, actor)
    if older.is_told and newer.is_told:
        return Decided(likeness=Likeness.SAME)
    stays, goes = (newer, older) if newer.is_told else (older, newer)
    _merge(session, vault, goes, stays, now)
    end_alert(session, goes.alert, EndReason.SUPERSEDED, now, actor=actor)
    return Decided(likeness=Likeness.SAME, goes_on=stays.alert, ended=goes.alert)


def say_different(session: Session, link: CaseLink, person: Staff, now: datetime) -> Decided:
    """Say that two cases are of two children; the pair is never asked about again.

    What was held for nothing but this doubt goes out: its feed may send it by itself.

    Raises
    ------
    Conflict: the person may not decide, or the contrary was decided.
    """
    if _decide(session, link, Likeness.DIFFERENT, person, now):
        return Decided(likeness=Likeness.DIFFERENT, is_repeat=True)
    released = [
        side.alert
        for side in _sides(session, link)
        if _release(session, side, now, actor=f"staff:{person.name}")
    ]
    return Decided(likeness=Likeness.DIFFERENT, went_live=tuple(released))


def _decide(
    session: Session, link: CaseLink, likeness: Likeness, person: Staff, now: datetime
) -> bool:
    """Write a decision down; True if it had been made before."""
    if person.role not in MAY_DECIDE:
        raise Conflict(f"{person.name} is {person.role}; only an approver or admin may decide this")
    for case_id in sorted((link.case_id, link.other_case_id)):
        take_turns(session, turn_of_case(case_id))
    session.refresh(link, with_for_update=True)
    if link.likeness is likeness:
        return True
    if link.likeness is not Likeness.DOUBTFUL:
        raise Conflict(f"{link.decided_by} has said that they are {link.likeness}; that was done")
    link.likeness, link.decided_at, link.decided_by = likeness, now, person.name
    record(
        session,
        now,
        actor=f"staff:{person.name}",
        deed=f"case.{likeness}",
        subject=f"link:{link.id}",
    )
    session.flush()
    return False


def _sides(session: Session, link: CaseLink) -> tuple[_Side, _Side]:
    """Return both cases with their alerts, the older one first."""
    return _side(session, link.other_case_id), _side(session, link.case_id)


def _side(session: Session, case_id: int) -> _Side:
    case = session.get_one(CaseRecord, case_id)
    session.refresh(case)
    alert = alert_of_case(session, case_id)
    if alert is None:
        raise Conflict("one of the two cases has no alert; there is nothing to decide")
    session.refresh(alert, with_for_update=True)
    return _Side(case=case, alert=alert)


def _after_one_ended(
    session: Session, older: _Side, newer: _Side, now: datetime, actor: str
) -> Decided:
    """Found is found; any other end of one says nothing of the other."""
    over, going_on = (older, newer) if older.is_over else (newer, older)
    if going_on.is_over or over.alert.end_reason is not EndReason.FOUND:
        return Decided(likeness=Likeness.SAME)
    end_alert(session, going_on.alert, EndReason.FOUND, now, actor=actor)
    return Decided(likeness=Likeness.SAME, ended=going_on.alert)


def _merge(session: Session, vault: Vault, goes: _Side, stays: _Side, now: datetime) -> None:
    """Let the feeds of one case speak of another, under all the names that they have for it."""
    lead, _ = lead_voice(session, goes.case), lead_voice(session, stays.case)
    waiting = newest_revision(session, goes.alert.id)
    for voice in voices_of(session, goes.case.id):
        said = waiting if voice.id == lead.id else _spare(goes.alert, voice.id)
        poster = move_voice(session, vault, voice, stays.case, now)
        if poster is None or said is None or voice.ended_at is not None:
            continue
        is_more = voice.id == lead.id and _is_more(session, said, stays.alert)
        state = RevisionState.HELD if is_more else RevisionState.SPARE
        number = next_number(session, stays.alert.id)
        again = copy_of(said, poster, number, state, now)
        again.held_reasons = _without_doubt(again)
        stays.alert.revisions.append(again)
        session.flush()
    goes.case.lookup = retired_name(vault, goes.case, goes.case.lookup)
    session.execute(
        update(CaseAlias).where(CaseAlias.case_id == goes.case.id).values(case_id=stays.case.id)
    )
    move_links(session, goes.case.id, stays.case.id)
    _lift_doubt(session, stays)


def _spare(alert: Alert, voice_id: int) -> AlertRevision | None:
    spares = [r for r in alert.revisions if r.state is RevisionState.SPARE]
    return next((r for r in reversed(spares) if r.poster.voice_id == voice_id), None)


def _is_more(session: Session, waiting: AlertRevision, alert: Alert) -> bool:
    """Say whether what waits has a higher tier than what is told: the desk may still want it."""
    order = list(Tier)
    told = newest_revision(session, alert.id).tier if not alert.live_revision else alert.tier
    return order.index(waiting.tier) < order.index(told)


def _release(session: Session, side: _Side, now: datetime, *, actor: str) -> bool:
    """Let an alert go out that waited for nothing but this; True if it did."""
    if side.alert.status is not Status.HELD:
        return False
    revision = _lift_doubt(session, side)
    if revision is None or revision.held_reasons or revision.area_id is None:
        return False
    if revision.expires_at <= now or _is_stopped(session, side.alert, revision):
        return False
    go_live(session, side.alert, revision, now, actor=actor)
    return True


def _is_stopped(session: Session, alert: Alert, revision: AlertRevision) -> bool:
    """Say whether the feed may send no more by itself; then the alert waits for that."""
    feed = session.get_one(Feed, alert.feed_id)
    if feed.suspended_why is None and not feed.paused:
        return False
    why = feed.suspended_why or "it is paused"
    said = warning("feed_suspended", "", f"This feed is held: {why}")
    revision.held_reasons = as_json([said])
    return True


def _lift_doubt(session: Session, side: _Side) -> AlertRevision | None:
    """Take the doubt from why an alert is held, if no other is open; None if it stays or wasn't."""
    for other in linked_cases(session, side.case.id, Likeness.DOUBTFUL):
        if session.get_one(CaseRecord, other).ended_at is None:
            return None
    revision = newest_revision(session, side.alert.id)
    if len(_without_doubt(revision)) == len(revision.held_reasons):
        return None
    revision.held_reasons = _without_doubt(revision)
    return revision


def _without_doubt(revision: AlertRevision) -> list[dict[str, str]]:
    return [reason for reason in revision.held_reasons if reason["code"] != PERHAPS]
