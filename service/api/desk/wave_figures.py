"""What the desk sees of a wave's progress: every figure in tens, those below ten hidden.

Where figures are parts of each other, an exact one gives away what is hidden beside it; and what
follows up goes to exactly those who were told, so that its size would tell how many weren't. So no
figure here is exact (docs/adr/0038); the operator's `porchlight alert show` is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from alerts.alert import WaveKind
from alerts.audience.hidden import SMALLEST_SHOWN, STEP, hide_small
from alerts.delivery.progress import Counts, Progress, Wait
from alerts.store.subscribers import Channel
from service.api.figures import Count
from service.http import ApiModel

Show: TypeAlias = Callable[[int], Count]
Status: TypeAlias = Literal["queued", "sending", "held", "waiting", "parked", "done"]
ALMOST = 0.99  # of what is rounded and not over, nothing is whole


class FailedFor(ApiModel):
    """Devices that failed for one reason; rows of ten and more alone."""

    reason: str = Field(description="An outcome (gone, capped, ended, ...) or the channel's code")
    devices: int


class WaitingFor(ApiModel):
    """Devices that wait, and for what."""

    channel: Channel
    why: str
    devices: Count


class WaveFigures(ApiModel):
    """Devices by where they stand, each in one place; receipts and repeats beside it."""

    devices: Count
    queued: Count = Field(description="Due now, or to be tried again")
    held: Count = Field(description="Not before their quiet hours are over")
    in_flight: Count = Field(description="Handed over, no answer yet")
    sent: Count
    parked: Count = Field(description="The channel refuses our message: a person must look")
    failed: list[FailedFor] = Field(description="By outcome")
    codes: list[FailedFor] = Field(description="The same by what the channel said, where it did")
    repeats: Count = Field(description="Handed over again because an answer was lost")
    shown: Count = Field(description="Devices that said so")
    opened: Count


class ChannelFigures(WaveFigures):
    """The same of one channel."""

    channel: Channel


class WaveProgress(WaveFigures):
    """How far one telling is; late joiners count with those whom they joined.

    Every figure is rounded down to tens, and "<10" below: `porchlight alert show` is exact.
    """

    id: UUID
    kind: WaveKind
    revision: int
    silent: bool
    status: Status
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    people: Count
    share_done: float | None = Field(description="0 to 1; null: too few to say before it is done")
    devices_per_s: int | None = Field(description="Over the last ten seconds; null below ten")
    estimated_end: datetime | None
    waiting: list[WaitingFor] = Field(description="What is in the way of those that were tried")
    parked_for: list[WaitingFor]
    channels: list[ChannelFigures]


class WaveList(ApiModel):
    """What an alert tells and told, oldest first."""

    items: list[WaveProgress]
    next: None = None


def wave_list(found: Sequence[Progress]) -> WaveList:
    """Return progress as the desk may see it."""
    return WaveList(items=[_item(one) for one in found])


def status_of(one: Progress) -> Status:
    """Say in a word how a telling stands."""
    if one.is_over:
        return "done"
    if not one.is_on_its_way:
        return "parked"
    if one.total.held and not one.total.queued and not one.total.in_flight:
        return "held"
    if one.waits and one.per_s is None:
        return "waiting"
    return "sending" if one.started_at else "queued"


def _item(one: Progress) -> WaveProgress:
    show = _nothing if one.people < SMALLEST_SHOWN else _in_tens
    is_crowd = show is _in_tens and one.total.devices >= SMALLEST_SHOWN
    return WaveProgress(
        **_figures(one.total, show),
        id=one.id,
        kind=one.kind,
        revision=one.revision,
        silent=one.silent,
        status=status_of(one),
        made_at=one.made_at,
        started_at=one.started_at,
        finished_at=one.finished_at,
        people=show(one.people),
        share_done=_share(one, is_crowd=is_crowd),
        devices_per_s=_pace(one) if is_crowd else None,
        estimated_end=_end(one) if is_crowd else None,
        waiting=_waits(one.waits, show),
        parked_for=_waits(one.parked, show),
        channels=[
            ChannelFigures(channel=Channel(channel), **_figures(counts, show))
            for channel, counts in one.channels.items()
        ],
    )


def _figures(counts: Counts, show: Show) -> dict[str, Any]:
    names = ("devices", "queued", "held", "in_flight", "sent", "parked")
    said = ("repeats", "shown", "opened")
    return {
        **{name: show(getattr(counts, name)) for name in (*names, *said)},
        "failed": _rows(counts.failed, show),
        "codes": _rows(counts.reasons, show),
    }


def _rows(failed: Mapping[str, int], show: Show) -> list[FailedFor]:
    shown = ((reason, show(devices)) for reason, devices in failed.items())
    return [FailedFor(reason=r, devices=d) for r, d in shown if isinstance(d, int)]


def _waits(waits: Sequence[Wait], show: Show) -> list[WaitingFor]:
    return [
        WaitingFor(channel=Channel(w.channel), why=w.why, devices=show(w.devices)) for w in waits
    ]


def _in_tens(count: int) -> Count:
    return hide_small(_rounded(count))


def _nothing(_: int) -> Count:
    """Of fewer than ten people nothing is shown: ten phones of one person are no crowd."""
    return hide_small(0)


def _rounded(count: int) -> int:
    return count // STEP * STEP


def _share(one: Progress, *, is_crowd: bool) -> float | None:
    if one.is_over:
        return 1.0
    if not is_crowd:
        return None
    done, of = _rounded(one.total.final), _rounded(one.total.devices)
    return min(ALMOST, round(done / of, 4))


def _pace(one: Progress) -> int | None:
    return _rounded(int(one.per_s)) or None if one.per_s else None


def _end(one: Progress) -> datetime | None:
    return one.ends_at.replace(microsecond=0) if one.ends_at else None
