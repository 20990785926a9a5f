"""Makes a wave: who is reached, by which devices, held until when; all rows in one transaction.

audience → minus people told already → minus those over their weekly cap → devices, grouped by
channel, language and release time → batches. The first telling is seated by the audience index,
what follows it goes to devices that are known.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.ids import Ids, distinct, no_ids
from alerts.audience.index import AudienceIndex, Phones, Said, Seated, Terms
from alerts.audience.quiet import Nights
from alerts.audience.seats import Row, Seats, write_batches
from alerts.audience.told import WEEK, people_told_or_due, pushes_since
from alerts.store.alerts import Alert
from alerts.store.devices import registered_anew
from alerts.store.waves import PRIORITY_AMBER, PRIORITY_END, PRIORITY_OTHER, Wave
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
    return index.seat(
        session,
        area,
        terms,
        lambda seated: _add(session, alert, kind, seated, now, change_seq=change_seq),
        policy.batch_size,
    )


def follow_up_wave(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    kind: WaveKind,
    device_ids: Ids,
    now: datetime,
    *,
    is_end: bool,
    change_seq: int,
    batch_size: int,
    silent: bool = False,
    heard: Ids | None = None,
) -> Wave | None:
    """Tell devices that were told before; what follows up knows no cap. None if there is nobody.

    In quiet hours an update waits. An end never waits, it comes without a sound; and it follows
    the phone: a device that was registered anew since is told where it is now, unless it is among
    those that `heard` it.
    """
    index.refresh(session)
    found = index.phones(session, device_ids)
    if is_end and len(found.device_ids) < len(device_ids):
        gone = device_ids[~np.isin(device_ids, found.device_ids)]
        elsewhere = np.array(registered_anew(session, gone.tolist()), np.int64)
        found = index.phones(session, distinct(np.concatenate([device_ids, elsewhere])))
    seats = _seats_again(found, alert.tier, now, is_end=is_end)
    if heard is not None:
        seats = seats.without(heard)
    if not len(seats):
        return None
    seated = Seated(people=seats.people(), devices=len(seats), capped=0)
    wave = _add(session, alert, kind, seated, now, change_seq=change_seq, silent=silent)
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
        priority=_priority(alert, kind),
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


def _seats_again(phones: Phones, tier: Tier, now: datetime, *, is_end: bool) -> Seats:
    release = Nights(tier, now).release
    return Seats(
        device_ids=phones.device_ids,
        subscriber_ids=phones.subscriber_ids,
        neighborhood_ids=np.zeros(len(phones.device_ids), np.int64),
        row_of=phones.said_of,
        rows=[_row(said, release, now, is_end=is_end) for said in phones.said],
    )


def _row(said: Said, release: Callable[[Any], datetime], now: datetime, *, is_end: bool) -> Row:
    free = release(json.loads(said.quiet_hours) if said.quiet_hours else None)
    return Row(
        not_before=now if is_end else free,
        channel=said.channel,
        language=said.language,
        capped=False,
        hushed=is_end and free > now,
    )


def _priority(alert: Alert, kind: WaveKind) -> int:
    if kind in (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN):
        return PRIORITY_END
    return PRIORITY_AMBER if alert.tier is Tier.AMBER else PRIORITY_OTHER
