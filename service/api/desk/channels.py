"""Does each channel flow, and what waits for it? And: try it again now, the cause is mended."""

from datetime import datetime

from flask import Response
from pydantic import Field

from alerts.audience.hidden import STEP, hide_small
from alerts.delivery.pace.standing import ChannelStanding, standing_of, standings
from alerts.delivery.pace.try_now import try_now
from alerts.store.channel_states import Breaker, Waiting
from alerts.store.staff import Role
from service.api.desk.blueprint import READ_PROBLEMS, TAG, desk_api
from service.api.figures import Count
from service.auth import for_staff, this_person
from service.http import STAFF_AUTH, ApiModel, documented, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job
from service.wiring import Runtime


class DeskChannel(ApiModel):
    """One way to phones, and how it is now. What waits is never lost."""

    channel: str
    is_set_up: bool = Field(description="false: its devices wait until somebody sets it up")
    breaker: Breaker = Field(
        description="`closed`: pushes flow. `open`: they wait until `retry_at`. "
        "`half_open`: a few are out to see whether it works again."
    )
    why: str | None = Field(description="It isn't closed: the channel's code, or what to mend")
    opened_at: datetime | None = Field(description="Since when it is left alone")
    retry_at: datetime | None = Field(description="When it is tried next")
    pushes_per_s: float | None = Field(description="May go out in a second now; null: no limit")
    waiting_batches: int = Field(description="Not counted: what waits for the end of quiet hours")
    waiting_devices: Count = Field(description="Of these batches; rounded down to tens")


class DeskChannels(ApiModel):
    """All channels that are set up, were sent over, or are waited for."""

    items: list[DeskChannel]
    next: None = None


@desk_api.get("/v1/desk/channels")
@documented(gives={200: DeskChannels}, tag=TAG, auth=STAFF_AUTH, problems=(403,))
@for_staff(Role.VIEWER)
def get_channels() -> Response:
    """List the channels: does each flow, how fast, and what waits for it?"""
    return reply(DeskChannels(items=[_item(standing) for standing in _standings(runtime())]))


@desk_api.post("/v1/desk/channels/<channel>/retry")
@documented(gives={200: DeskChannel}, tag=TAG, auth=STAFF_AUTH, problems=READ_PROBLEMS)
@for_staff(Role.EDITOR)
@idempotent
def retry_channel(channel: str) -> Response:
    """Try a channel again now, and send what waits for it: the cause was mended.

    If it fails still, it is left alone again as before. Nothing happens where it flows already.
    """
    r = runtime()
    standing_of(_standings(r), channel)
    with r.store.begin() as session:
        try_now(session, channel, this_person(), r.clock())
    process().bell.ring(Job.SEND)
    return reply(_item(standing_of(_standings(r), channel)))


def _standings(r: Runtime) -> list[ChannelStanding]:
    with r.store.read() as session:
        return list(standings(session, r.gate, r.channels, r.clock()))


def _item(standing: ChannelStanding) -> DeskChannel:
    return DeskChannel(
        channel=standing.channel,
        is_set_up=standing.is_set_up,
        breaker=standing.breaker,
        why=standing.why,
        opened_at=standing.opened_at,
        retry_at=standing.retry_at,
        pushes_per_s=standing.per_s if standing.per_s is None else round(standing.per_s, 1),
        waiting_batches=standing.waiting.batches,
        waiting_devices=_shown(standing.waiting),
    )


def _shown(waiting: Waiting) -> Count:
    return hide_small(waiting.devices // STEP * STEP) if waiting.batches else 0
