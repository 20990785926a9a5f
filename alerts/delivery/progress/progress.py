"""How far is what an alert tells? Waves that tell the same are one: late joiners have their own.

A neighborhood that is drawn while an alert is on gets that alert in a wave of its own, often of one
phone. It tells what the first wave told; the desk sees both as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status, WaveKind
from alerts.delivery.progress.count import PACE_OVER, Counted, Counting
from alerts.delivery.progress.counts import Counts, Wait, combined, combined_waits
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.receipts import OPENED, SHOWN, count_receipts
from alerts.store.waves import Wave, waves_of

ReceiptCounts = Mapping[tuple[str, str], int]  # (channel, event) → devices


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one telling is."""

    id: UUID  # of its first wave
    kind: WaveKind
    revision: int
    silent: bool
    made_at: datetime
    people: int
    total: Counts
    channels: Mapping[str, Counts]
    waits: tuple[Wait, ...]  # what is in the way of those that were tried
    parked: tuple[Wait, ...]  # what a person must look at
    is_over: bool  # nothing is on its way, and nothing waits for a person
    is_on_its_way: bool
    started_at: datetime | None
    finished_at: datetime | None
    per_s: float | None  # devices a second over the last ten; of one that is over, its last ten
    ends_at: datetime | None  # estimated, at this pace; held devices when they may be told

    @property
    def share(self) -> float:
        """Return how much of it is done, 0 to 1."""
        return self.total.final / self.total.devices if self.total.devices else 1.0


def progress_of(
    session: Session, alert: Alert, now: datetime, counting: Counting, *, apart: bool = False
) -> list[Progress]:
    """Return how far each telling of an alert is, oldest first.

    `apart`: each wave for itself, also those that tell the same.
    """
    waves = waves_of(session, alert.id)
    sizes = {wave.id: wave.devices for wave in waves}
    counted, receipts = counting.count(session, sizes, now), count_receipts(session, sizes)
    growing = _unplanned(session, alert, now)
    groups: dict[object, list[Wave]] = {}
    for wave in waves:
        groups.setdefault(wave.id if apart else (wave.revision, wave.kind), []).append(wave)
    return [
        _progress(
            of_one,
            [part for wave in of_one for part in counted[wave.id]],
            [receipts[wave.id] for wave in of_one if wave.id in receipts],
            now,
            grows=of_one[0].revision in growing,
        )
        for of_one in groups.values()
    ]


def something_is_to_come(session: Session, alert: Alert, now: datetime) -> bool:
    """Say whether waves of this alert are still to be made, as far as is known."""
    is_unsettled = alert.status is Status.ENDED and alert.settled_at is None
    return is_unsettled or bool(_unplanned(session, alert, now))


def _unplanned(session: Session, alert: Alert, now: datetime) -> set[int]:
    """Return the revisions whose waves aren't all made yet, and will be."""
    if alert.status is not Status.ACTIVE or alert.expires_at <= now:
        return set()
    found = select(AlertRevision.number).where(
        AlertRevision.alert_id == alert.id,
        AlertRevision.state == RevisionState.LIVE,
        AlertRevision.planned_at.is_(None),
    )
    return set(session.scalars(found))


def _progress(
    waves: Sequence[Wave],
    found: Sequence[Counted],
    said: Sequence[ReceiptCounts],
    now: datetime,
    *,
    grows: bool,
) -> Progress:
    first = waves[0]
    channels = _confirmed(_by_channel(found), said)
    total = _with_words(combined(channels.values()), said)
    is_on_its_way = grows or any(one.ready for one in found)
    is_over = not is_on_its_way and not any(one.parked for one in found)
    last = max((one.last_done_at for one in found if one.last_done_at), default=None)
    per_s = _pace(found, (last or now) if is_over else now, first.made_at)
    return Progress(
        id=first.public_id,
        kind=first.kind,
        revision=first.revision,
        silent=first.silent,
        made_at=first.made_at,
        people=sum(wave.people for wave in waves),
        total=total,
        channels=channels,
        waits=combined_waits(wait for one in found for wait in one.waits),
        parked=combined_waits(wait for one in found for wait in one.parked),
        is_over=is_over,
        is_on_its_way=is_on_its_way,
        started_at=first.made_at if any(one.was_tried for one in found) else None,
        finished_at=(last or first.made_at) if is_over else None,
        per_s=per_s,
        ends_at=_ends_at(found, total, per_s, now),
    )


def _by_channel(found: Iterable[Counted]) -> Mapping[str, Counts]:
    parts: dict[str, list[Counts]] = {}
    for one in found:
        for channel, counts in one.channels.items():
            parts.setdefault(channel, []).append(counts)
    return {channel: combined(several) for channel, several in sorted(parts.items())}


def _confirmed(
    channels: Mapping[str, Counts], said: Sequence[ReceiptCounts]
) -> Mapping[str, Counts]:
    return {channel: _with_words(counts, said, channel) for channel, counts in channels.items()}


def _with_words(
    counts: Counts, said: Sequence[ReceiptCounts], channel: str | None = None
) -> Counts:
    """Put the words of a channel's devices beside its figures; None: of all, also unknown ones."""
    shown, opened = (_sum(said, event, channel) for event in (SHOWN, OPENED))
    return replace(counts, shown=min(shown, counts.sent), opened=min(opened, counts.sent))


def _sum(said: Sequence[ReceiptCounts], event: str, channel: str | None = None) -> int:
    return sum(
        devices
        for of_wave in said
        for (by, what), devices in of_wave.items()
        if what == event and channel in (None, by)
    )


def _pace(found: Iterable[Counted], until: datetime, made_at: datetime) -> float | None:
    since = max(until - PACE_OVER, made_at)
    done = [one for each in found for one in each.done_lately]
    devices = sum(size for at, size in done if since < at <= until)
    seconds = (until - since).total_seconds()
    return devices / seconds if devices and seconds > 0 else None


def _ends_at(
    found: Sequence[Counted], total: Counts, per_s: float | None, now: datetime
) -> datetime | None:
    left = total.queued + total.in_flight
    until = max((one.ready_until for one in found if one.ready_until), default=None)
    if until is None or (left and per_s is None):
        return None
    at_this_pace = timedelta(seconds=left / per_s) if per_s else timedelta()
    return max(until, now + at_this_pace)
