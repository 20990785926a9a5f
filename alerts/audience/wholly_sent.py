"""Is a revision's first wave of each kind wholly sent? Then its feeds hear of it (`alert.sent`).

Also a revision that reached nobody is told of: a missing event would say that nobody lives there.
Quiet hours hold batches back; the event then comes when the last of them went out.
"""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, WaveKind
from alerts.audience.reach import hide_small
from alerts.audience.told import TELLING
from alerts.feed_events import FeedEvent, WaveSent, feeds_of, note_event
from alerts.push import Outcome
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.waves import Batch, BatchState, Wave, count_outcomes
from alerts.store.webhooks import anybody_listens


def note_if_sent(session: Session, batch_id: int, now: datetime) -> None:
    """Look whether the batch that was just done was the last one of a first wave.

    Part of the transaction that ended the batch. The wave's row is the queue in which several
    workers stand whose batches end at once: the last of them sees all the others' as done.
    """
    if not anybody_listens(session):
        return
    of_batch = select(Wave).join(Batch, Batch.wave_id == Wave.id).where(Batch.id == batch_id)
    wave = session.scalars(of_batch.with_for_update(of=Wave)).one_or_none()
    if wave is None or wave.kind not in TELLING or not _is_first(session, wave):
        return
    if _is_being_planned(session, wave):  # its vanguard is sent, more will come
        return
    still_out = select(Batch.id).where(Batch.wave_id == wave.id, Batch.state != BatchState.DONE)
    if session.scalar(still_out.limit(1)) is None:
        _note(session, wave, now)


def note_if_nobody(session: Session, alert: Alert, revision: AlertRevision, now: datetime) -> None:
    """Look whether a revision whose waves were just made has anything to send at all."""
    if not anybody_listens(session):
        return
    waves = session.scalars(
        select(Wave).where(Wave.alert_id == alert.id, Wave.revision == revision.number)
    ).all()
    for wave in waves:
        last = session.scalar(select(func.max(Batch.id)).where(Batch.wave_id == wave.id))
        if last is not None:  # a wave of people over their weekly cap is done as it is made
            note_if_sent(session, last, now)
    if not waves:
        kind = WaveKind.EXERCISE if alert.exercise else WaveKind.ALERT
        once = uuid5(alert.public_id, str(revision.number))
        _tell(session, alert, revision.number, kind, now, once)


def note_if_begun_only(
    session: Session, alert: Alert, revision: AlertRevision, now: datetime
) -> None:
    """Look at the waves of earlier revisions that were overtaken before they were planned.

    Their vanguard was sent, and no more of them will come.
    """
    if not anybody_listens(session):
        return
    begun = session.scalars(
        select(func.max(Batch.id))
        .join(Wave, Wave.id == Batch.wave_id)
        .join(
            AlertRevision,
            (AlertRevision.alert_id == Wave.alert_id) & (AlertRevision.number == Wave.revision),
        )
        .where(Wave.alert_id == alert.id, Wave.revision < revision.number)
        .where(AlertRevision.planned_at.is_(None))
        .group_by(Wave.id)
    ).all()
    for last in begun:
        note_if_sent(session, last, now)


def _is_being_planned(session: Session, wave: Wave) -> bool:
    """Say whether more of a wave is to come; what was overtaken is never planned."""
    unplanned = select(AlertRevision.id).where(
        AlertRevision.alert_id == wave.alert_id,
        AlertRevision.number == wave.revision,
        AlertRevision.state == RevisionState.LIVE,
        AlertRevision.planned_at.is_(None),
    )
    return session.scalar(unplanned) is not None


def _is_first(session: Session, wave: Wave) -> bool:
    """Say whether no wave before it told the same: late joiners have waves of their own."""
    earlier = select(Wave.id).where(
        Wave.alert_id == wave.alert_id,
        Wave.revision == wave.revision,
        Wave.kind == wave.kind,
        Wave.id < wave.id,
    )
    return session.scalar(earlier.limit(1)) is None


def _note(session: Session, wave: Wave, now: datetime) -> None:
    alert = session.get_one(Alert, wave.alert_id)
    capped = count_outcomes(session, wave.id).get(Outcome.CAPPED, 0)
    people, devices = wave.people - wave.capped, wave.devices - capped
    _tell(session, alert, wave.revision, wave.kind, now, wave.public_id, people, devices)


def _tell(
    session: Session,
    alert: Alert,
    revision: int,
    kind: WaveKind,
    now: datetime,
    once: UUID,
    people: int = 0,
    devices: int = 0,
) -> None:
    said = WaveSent(
        alert_id=alert.public_id,
        revision=revision,
        tier=alert.tier,
        exercise=alert.exercise,
        kind=kind,
        people=hide_small(people),
        devices=hide_small(devices),
    )
    note_event(session, feeds_of(session, alert), FeedEvent.SENT, said, now, once=once)
