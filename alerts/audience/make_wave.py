"""Makes a wave: who is reached, by which devices, held until when; all rows in one transaction.

audience → minus people told already → minus those over their weekly cap → devices, grouped by
channel, language and release time → batches. The first telling is seated by the audience index;
what follows it (`tell_again`) goes to devices that are known.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.ids import Ids, no_ids
from alerts.audience.index import AudienceIndex, Seated, Terms
from alerts.audience.seats import Seats, write_batches
from alerts.audience.told import WEEK, people_told_or_due, pushes_since
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.waves import (
    PRIORITY_AMBER,
    PRIORITY_END,
    PRIORITY_OTHER,
    PRIORITY_SILENT,
    Wave,
)
from geo.parts import Shape


@dataclass(frozen=True, kw_only=True)
class WavePolicy:
    """The numbers that waves are made by."""

    batch_size: int
    weekly_cap: int


def first_wave(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    area: Shape,
    now: datetime,
    policy: WavePolicy,
    *,
    change_seq: int,
    only: Ids | None = None,
) -> Wave | None:
    """Tell those whom `area` touches and who don't know yet; None if that is nobody.

    `only` these people, if given: those who come late (DOMAIN rule 12).
    """
    kind = WaveKind.EXERCISE if alert.exercise else WaveKind.ALERT
    terms = _terms(session, alert, now, policy, only)
    begun = _begun(session, alert, kind)

    def make(seated: Seated) -> Wave:
        if begun is not None:
            return _add_to(begun, seated)
        return _add(session, alert, kind, seated, now, change_seq=change_seq)

    return index.seat(session, area, terms, make, policy.batch_size)


def _begun(session: Session, alert: Alert, kind: WaveKind) -> Wave | None:
    """Return the wave that a revision's vanguard began, until the rest of it is planned."""
    number = AlertRevision.number == Wave.revision
    return session.scalar(
        select(Wave)
        .join(AlertRevision, (AlertRevision.alert_id == Wave.alert_id) & number)
        .where(Wave.alert_id == alert.id, Wave.revision == alert.live_revision, Wave.kind == kind)
        .where(AlertRevision.planned_at.is_(None))
    )


def _add_to(wave: Wave, seated: Seated) -> Wave:
    """Add seats to a wave. It stays as of its first change: what came since is looked at."""
    wave.people += seated.people
    wave.devices += seated.devices
    wave.capped += seated.capped
    return wave


def wave_of(
    session: Session,
    alert: Alert,
    kind: WaveKind,
    seats: Seats,
    now: datetime,
    *,
    change_seq: int,
    batch_size: int,
    silent: bool = False,
    priority: int | None = None,
) -> Wave | None:
    """Make a wave of devices that were told before; None if there are none.

    `priority`: another than the alert's.
    """
    if not len(seats):
        return None
    seated = Seated(people=seats.people(), devices=len(seats), capped=0)
    wave = _add(session, alert, kind, seated, now, change_seq=change_seq, silent=silent)
    if priority is not None:
        wave.priority = priority
    write_batches(session, wave, seats, now, batch_size)
    return wave


def _terms(
    session: Session, alert: Alert, now: datetime, policy: WavePolicy, only: Ids | None
) -> Terms:
    is_amber = alert.tier is Tier.AMBER
    pushed, pushes = (no_ids(), no_ids()) if is_amber else pushes_since(session, now - WEEK)
    return Terms(
        tier=alert.tier,
        now=now,
        testers_only=alert.exercise,
        left_out=people_told_or_due(session, alert.id, knows_cap=not is_amber),
        pushed=pushed,
        pushes=pushes,
        weekly_cap=policy.weekly_cap,
        among=only,
    )


def _add(
    session: Session,
    alert: Alert,
    kind: WaveKind,
    seated: Seated,
    now: datetime,
    *,
    change_seq: int,
    silent: bool = False,
) -> Wave:
    wave = Wave(
        alert_id=alert.id,
        revision=alert.live_revision,
        kind=kind,
        priority=_priority(alert, kind, silent=silent),
        silent=silent,
        made_at=now,
        change_seq=change_seq,
        people=seated.people,
        devices=seated.devices,
        capped=seated.capped,
    )
    session.add(wave)
    session.flush()
    return wave


def _priority(alert: Alert, kind: WaveKind, *, silent: bool) -> int:
    """Say how urgent a wave is; an exercise never more than a real alert of the lowest tier."""
    is_end = kind in (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN)
    if silent and not is_end:
        return PRIORITY_SILENT
    if alert.exercise:
        return PRIORITY_OTHER
    if is_end:
        return PRIORITY_END
    return PRIORITY_AMBER if alert.tier is Tier.AMBER else PRIORITY_OTHER
