"""What do those hear who were told before: an update, a correction, the end?

A revision that matters is told again, as loud as the first time. One that only looks different
replaces what is on the screen, without a sound and so at any hour. One that says that something was
wrong goes to whom the mistake went, as loud as that was (DOMAIN rules 9 and 16).

Whatever is still on its way to a phone says what is live when it is sent. So nobody gets a second
one of at least that loudness behind it.
"""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeAlias

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.alert import Tier, WaveKind
from alerts.audience.ids import Ids, distinct
from alerts.audience.index import AudienceIndex, Phones
from alerts.audience.make_wave import wave_of
from alerts.audience.quiet import Nights
from alerts.audience.seats import Row, Seats, side_by_side
from alerts.audience.told import devices_told, due_again, last_told
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.devices import registered_anew
from alerts.store.waves import PRIORITY_AMBER, Wave

# now, when the person may be disturbed → when the push goes out, and whether without a sound
When: TypeAlias = Callable[[datetime, datetime], tuple[datetime, bool]]


def tell_revision(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    revision: AlertRevision,
    now: datetime,
    *,
    change_seq: int,
    batch_size: int,
) -> Wave | None:
    """Tell a live revision to those who were told of an earlier one; None if that is nobody.

    What changes nothing that is shown is told to nobody. `index` is fresh.
    """
    is_loud = revision.material or revision.correction
    if not is_loud and not revision.visible:
        return None
    if revision.correction:
        kind, priority = WaveKind.CORRECTION, None
        seats, told_as = _as_the_mistake(session, index, alert, revision, now)
        if Tier.AMBER in told_as and not alert.exercise:
            priority = PRIORITY_AMBER
    else:
        kind, priority = WaveKind.UPDATE, None
        # a sender that holds a chunk in flight has looked at the revision before this one went live
        told = index.phones(session, devices_told(session, alert.id, or_in_flight=True))
        seats = _seats(told, alert.tier, now, _in_the_morning if is_loud else _at_once)
    return wave_of(
        session,
        alert,
        kind,
        _without_due(session, alert, kind, seats, now, is_loud=is_loud),
        now,
        change_seq=change_seq,
        batch_size=batch_size,
        silent=not is_loud,
        priority=priority,
    )


def tell_end(
    session: Session,
    index: AudienceIndex,
    alert: Alert,
    kind: WaveKind,
    device_ids: Ids,
    now: datetime,
    *,
    batch_size: int,
    silent: bool,
    heard: Ids,
) -> Wave | None:
    """Tell devices that were told that it is over; None if there is nobody.

    An end never waits, at night it comes without a sound. `heard`: devices that know it already; a
    phone may have been followed to where it is now by an earlier pass.
    """
    index.refresh(session)
    found = _followed(session, index, device_ids)
    seats = _seats(found, alert.tier, now, _at_once_and_softly).without(heard)
    return wave_of(
        session, alert, kind, seats, now, change_seq=0, batch_size=batch_size, silent=silent
    )


def _as_the_mistake(
    session: Session, index: AudienceIndex, alert: Alert, revision: AlertRevision, now: datetime
) -> tuple[Seats, Collection[Tier]]:
    """Seat those who were told of what was wrong, each held as that was, and say as which tiers.

    An amber mistake broke through quiet hours, and so does its correction.
    """
    devices, of = last_told(session, alert.id)
    tier_of = _tiers_told(session, revision)
    numbers, place = np.unique(of, return_inverse=True)
    tiers = [tier_of.get(number, alert.tier) for number in numbers.tolist()]
    parts: list[Seats] = []
    for tier in dict.fromkeys(tiers):
        mine = np.array([told_as is tier for told_as in tiers])[place]
        phones = _followed(session, index, np.sort(devices[mine]))
        seats = _seats(phones, tier, now, _in_the_morning)
        for part in parts:  # a phone that was followed may be seated already
            seats = seats.without(part.device_ids)
        parts.append(seats)
    return side_by_side(parts), tiers


def tier_told_before(session: Session, revision: AlertRevision) -> Tier:
    """Return the tier of the newest revision that people were told before this one, or its own."""
    numbers = _tiers_told(session, revision)
    return numbers[max(numbers)] if numbers else revision.tier


def _tiers_told(session: Session, revision: AlertRevision) -> dict[int, Tier]:
    """Return as which tier somebody was told, by the revision that their wave was made for.

    A batch that waits is sent with the text of what is live by then: the highest tier counts that
    was told from that revision on.
    """
    waves = select(Wave.revision).where(Wave.alert_id == revision.alert_id)
    was_told = or_(AlertRevision.planned_at.is_not(None), AlertRevision.number.in_(waves))
    earlier = session.execute(
        select(AlertRevision.number, AlertRevision.tier)
        .where(AlertRevision.alert_id == revision.alert_id)
        .where(AlertRevision.number < revision.number, was_told)
        .order_by(AlertRevision.number.desc())
    ).all()
    order, found, highest = list(Tier), {}, Tier.LONG_TERM
    for number, tier in earlier:
        highest = min(highest, tier, key=order.index)
        found[number] = highest
    return found


def _without_due(
    session: Session, alert: Alert, kind: WaveKind, seats: Seats, now: datetime, *, is_loud: bool
) -> Seats:
    as_loud = {WaveKind.CORRECTION, kind}
    due = due_again(session, alert.id, as_loud, loud=is_loud, now=now)
    return seats.only(~due.among(seats.device_ids, seats.times()))


def _followed(session: Session, index: AudienceIndex, device_ids: Ids) -> Phones:
    """Find phones where they are now: one that was registered anew since has another row."""
    found = index.phones(session, device_ids)
    if len(found.device_ids) == len(device_ids):
        return found
    gone = device_ids[~np.isin(device_ids, found.device_ids)]
    elsewhere = np.array(registered_anew(session, gone.tolist()), np.int64)
    return index.phones(session, distinct(np.concatenate([device_ids, elsewhere])))


def _seats(phones: Phones, tier: Tier, now: datetime, when: When) -> Seats:
    """Seat devices that are known, by no neighborhood in particular."""
    release = Nights(tier, now).release
    rows: dict[Row, int] = {}  # different quiet hours may come to the same
    place = []
    for said in phones.said:
        free = release(json.loads(said.quiet_hours) if said.quiet_hours else None)
        not_before, hushed = when(now, free)
        row = Row(not_before, said.channel, said.language, capped=False, hushed=hushed)
        place.append(rows.setdefault(row, len(rows)))
    return Seats(
        device_ids=phones.device_ids,
        subscriber_ids=phones.subscriber_ids,
        neighborhood_ids=np.zeros(len(phones.device_ids), np.int64),
        row_of=np.array(place, np.int64)[phones.said_of],
        rows=list(rows),
    )


def _in_the_morning(_now: datetime, free: datetime) -> tuple[datetime, bool]:
    """Let a push wait until the person may be disturbed."""
    return free, False


def _at_once(now: datetime, _free: datetime) -> tuple[datetime, bool]:
    """Let a push go out whatever the hour: it makes no sound."""
    return now, False


def _at_once_and_softly(now: datetime, free: datetime) -> tuple[datetime, bool]:
    return now, free > now
