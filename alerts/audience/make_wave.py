"""Makes a wave: who is reached, by which devices, held until when; all rows in one transaction.

audience → minus people told already → minus those over their weekly cap → devices, grouped by
channel, language and release time → batches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.index import Matches
from alerts.audience.quiet import Nights
from alerts.audience.told import WEEK, people_told_or_due, pushes_since
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.many import among
from alerts.store.subscribers import Channel, Device, Subscriber, followed
from alerts.store.waves import (
    PRIORITY_AMBER,
    PRIORITY_END,
    PRIORITY_OTHER,
    Batch,
    BatchState,
    Wave,
)

Ids = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class WavePolicy:
    """The numbers that waves are made by."""

    batch_size: int
    weekly_cap: int


@dataclass(frozen=True, kw_only=True, order=True)
class Seat:
    """One device's place in a wave; ordered so that those of one batch are neighbours."""

    not_before: datetime
    channel: str
    language: str
    capped: bool
    hushed: bool  # without a sound: it is night for this person
    device_id: int
    subscriber_id: int
    neighborhood_id: int


def seats_for(
    session: Session, alert: Alert, matches: Matches, now: datetime, policy: WavePolicy
) -> list[Seat]:
    """Return the devices that a first push of this alert goes to (rules 9 and 10)."""
    if not len(matches.subscriber_ids):
        return []
    people, first = np.unique(matches.subscriber_ids, return_index=True)
    knows_cap = alert.tier is not Tier.AMBER
    fresh = ~np.isin(people, people_told_or_due(session, alert.id, knows_cap=knows_cap))
    people, by = people[fresh], matches.neighborhood_ids[first][fresh]
    if not len(people):
        return []
    by_whom = dict(zip(people.tolist(), by.tolist(), strict=True))
    pushed = _pushed_this_week(session, alert, now)
    rows = _devices_of(session, people, testers_only=alert.exercise)
    nights = Nights(alert.tier, now)
    return [_seat(row, alert.tier, nights, pushed, policy, by_whom) for row in rows]


def seats_of_devices(
    session: Session, device_ids: Iterable[int], tier: Tier, now: datetime, *, is_end: bool
) -> list[Seat]:
    """Return seats for devices that were told before: what follows up knows no cap.

    In quiet hours an update waits. An end never waits, it comes without a sound; and it follows
    the phone: a device that was registered anew since is told where it is now.
    """
    ids = list(device_ids)
    if is_end:
        ids = followed(session, ids)
    nights = Nights(tier, now)
    rows = session.execute(_device_rows().where(among(session, Device.id, ids)))
    seats = [_seat(row, tier, nights, {}, None, {}) for row in rows]
    if not is_end:
        return seats
    return [replace(seat, not_before=now, hushed=seat.not_before > now) for seat in seats]


def write_wave(
    session: Session,
    alert: Alert,
    kind: WaveKind,
    seats: Sequence[Seat],
    now: datetime,
    *,
    change_seq: int,
    batch_size: int,
    silent: bool = False,
) -> Wave | None:
    """Write a wave and its batches; None if nobody is in it."""
    if not seats:
        return None
    capped = {seat.subscriber_id for seat in seats if seat.capped}
    wave = Wave(
        alert_id=alert.id,
        revision=alert.live_revision,
        kind=kind,
        priority=_priority(alert, kind),
        silent=silent,
        made_at=now,
        change_seq=change_seq,
        people=len({seat.subscriber_id for seat in seats}),
        devices=len(seats),
        capped=len(capped),
    )
    session.add(wave)
    session.flush()
    session.add_all(_batches(wave, sorted(seats), now, batch_size))
    session.flush()
    return wave


def _batches(wave: Wave, seats: Sequence[Seat], now: datetime, batch_size: int) -> Iterable[Batch]:
    def alike(seat: Seat) -> tuple[datetime, str, str, bool, bool]:
        return seat.not_before, seat.channel, seat.language, seat.capped, seat.hushed

    for (not_before, channel, language, capped, hushed), group in groupby(seats, key=alike):
        members = list(group)
        for start in range(0, len(members), batch_size):
            part = members[start : start + batch_size]
            outcome = Outcome.CAPPED if capped else Outcome.PENDING
            yield Batch(
                wave_id=wave.id,
                channel=Channel(channel),
                language=language,
                priority=wave.priority,
                silent=hushed or wave.silent,
                size=len(part),
                device_ids=_packed(seat.device_id for seat in part),
                subscriber_ids=_packed(seat.subscriber_id for seat in part),
                neighborhood_ids=_packed(seat.neighborhood_id for seat in part),
                outcomes=bytes([outcome]) * len(part),
                state=BatchState.DONE if capped else BatchState.READY,
                not_before=not_before,
                done_at=now if capped else None,
            )


def _packed(ids: Iterable[int]) -> bytes:
    return np.fromiter(ids, ">i8").tobytes()


def _device_rows() -> Any:
    return (
        select(
            Device.id,
            Device.channel,
            Subscriber.id.label("subscriber_id"),
            Subscriber.language,
            Subscriber.quiet_hours,
            Subscriber.weekly_cap,
        )
        .join(Subscriber, Subscriber.id == Device.subscriber_id)
        .where(Device.ended_at.is_(None))
    )


def _devices_of(session: Session, people: Ids, *, testers_only: bool) -> Sequence[Any]:
    statement = _device_rows().where(among(session, Device.subscriber_id, people.tolist()))
    if testers_only:
        statement = statement.where(Subscriber.tester)
    return session.execute(statement).all()


def _seat(
    row: Any,
    tier: Tier,
    nights: Nights,
    pushed: dict[int, int],
    policy: WavePolicy | None,
    by_whom: dict[int, int],
) -> Seat:
    capped = False
    if policy is not None:
        cap = policy.weekly_cap if row.weekly_cap is None else row.weekly_cap
        capped = tier is not Tier.AMBER and pushed.get(row.subscriber_id, 0) >= cap
    return Seat(
        not_before=nights.release(row.quiet_hours),
        channel=row.channel,
        language=row.language,
        capped=capped,
        hushed=False,
        device_id=row.id,
        subscriber_id=row.subscriber_id,
        neighborhood_id=by_whom.get(row.subscriber_id, 0),
    )


def _pushed_this_week(session: Session, alert: Alert, now: datetime) -> dict[int, int]:
    if alert.tier is Tier.AMBER:
        return {}
    ids, counts = pushes_since(session, now - WEEK)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def _priority(alert: Alert, kind: WaveKind) -> int:
    if kind in (WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN):
        return PRIORITY_END
    return PRIORITY_AMBER if alert.tier is Tier.AMBER else PRIORITY_OTHER
