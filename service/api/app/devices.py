"""How a person is reached: one push address a device. An address is never shown again."""

import re
from datetime import datetime
from typing import Annotated, Literal

from flask import Response, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.errors import NotFound
from alerts.intake.ncmec.json_text import read_json
from alerts.problem import error
from alerts.store.devices import (
    REMOVED,
    address_hash,
    device_of,
    devices_of,
    forget_device,
    put_device,
)
from alerts.store.subscribers import Channel, Device, Subscriber, look_again
from service.api.app.blueprint import TAG, app_api, me
from service.auth import for_subscribers
from service.http import (
    SUBSCRIBER_AUTH,
    ApiModel,
    body,
    documented,
    no_content,
    process,
    reply,
    runtime,
)
from service.idempotency import idempotent
from service.jobs import Job
from service.problem import refused

DEVICE_ID = re.compile(r"[A-Za-z0-9._~-]{1,80}")
MOST_DEVICES = 100  # of one person; more is a mistake or a flood

FcmAddress = Annotated[
    str,
    Field(
        min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$", description="Kept, never shown"
    ),
]


class DeviceAddress(ApiModel):
    """How a device is reached. `fcm` needs `token` or `fid`; `console` needs nothing."""

    channel: Literal["fcm", "console"]
    token: FcmAddress | None = Field(None, description="FCM registration token")
    fid: FcmAddress | None = Field(None, description="Firebase installation id")


class DeviceEntry(BaseModel):
    """A device of yours; its address is not shown."""

    device_id: str
    channel: Channel
    registered_at: datetime


class DeviceList(BaseModel):
    """The devices on which a person is reached."""

    items: list[DeviceEntry]
    next: str | None = None


@app_api.get("/v1/me/devices")
@documented(gives={200: DeviceList}, tag=TAG, auth=SUBSCRIBER_AUTH)
@for_subscribers
def list_devices() -> Response:
    """List the devices on which you are reached; those that a push service ended are left out."""
    with runtime().store.read() as session:
        found = devices_of(session, me(session).id)
    return reply(DeviceList(items=[_entry(device) for device in found]))


@app_api.put("/v1/me/devices/<device_id>")
@documented(
    gives={200: DeviceEntry},
    takes=DeviceAddress,
    tag=TAG,
    auth=SUBSCRIBER_AUTH,
    problems=(400, 422),
)
@for_subscribers
@idempotent
def register_device(device_id: str) -> Response:
    """Register a device, or give it a new address. `device_id` is the app's own name for it."""
    _check_id(device_id)
    _check_channel()
    given = body(DeviceAddress)
    r = runtime()
    with r.store.begin() as session:
        owner = me(session, writes=True)
        address, kind = _address(owner, device_id, given)
        is_news = _is_news(session, owner, device_id, Channel(given.channel), address)
        device = put_device(
            session,
            owner,
            device_id,
            channel=Channel(given.channel),
            address=address,
            address_kind=kind,
            now=r.clock(),
        )
        if is_news:
            look_again(session, owner.id)
        answer = _entry(device)
    process().bell.ring(Job.PLAN)
    return reply(answer)


@app_api.delete("/v1/me/devices/<device_id>")
@documented(gives={204: None}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(400, 404))
@for_subscribers
@idempotent
def remove_device(device_id: str) -> Response:
    """Forget a device and its address: nothing is pushed to it any more."""
    r = runtime()
    with r.store.begin() as session:
        device = device_of(session, me(session, writes=True).id, device_id)
        if device is None or device.ended_reason == REMOVED:
            raise NotFound("you have no device of this id")
        forget_device(session, device, r.clock())
    return no_content()


def _entry(device: Device) -> DeviceEntry:
    return DeviceEntry(
        device_id=device.device_key, channel=device.channel, registered_at=device.registered_at
    )


def _check_id(device_id: str) -> None:
    if not DEVICE_ID.fullmatch(device_id):
        words = "A device id has 1 to 80 letters, digits and . _ ~ - in the address."
        raise refused([error("bad_device_id", "", words)])


def _check_channel() -> None:
    """Say plainly that Web Push isn't there, whatever else the body has."""
    given = read_json(request.get_data()).value
    if isinstance(given, dict) and given.get("channel") == Channel.WEBPUSH:
        words = "Web Push isn't available on this server yet; nothing was registered. Use fcm."
        raise refused([error("channel_not_available", "/channel", words)])


def _address(owner: Subscriber, device_id: str, given: DeviceAddress) -> tuple[str, str]:
    """Return the address and what kind it is."""
    if given.channel == "console":
        if given.token or given.fid:
            raise refused([error("needless_address", "", "The console needs no token or fid.")])
        return f"{owner.public_id}/{device_id}", "console"
    if given.token and not given.fid:
        return given.token, "token"
    if given.fid and not given.token:
        return given.fid, "fid"
    raise refused([error("no_address", "", "An fcm device needs either token or fid.")])


def _is_news(
    session: Session, owner: Subscriber, device_id: str, channel: Channel, address: str
) -> bool:
    """Say whether alerts could not reach this device until now: it is new, or moved."""
    known = device_of(session, owner.id, device_id)
    if known is None or known.ended_at is not None:
        _check_count(session, owner)
        return True
    return known.address_hash != address_hash(channel, address)


def _check_count(session: Session, owner: Subscriber) -> None:
    if len(devices_of(session, owner.id)) >= MOST_DEVICES:
        words = f"You have {MOST_DEVICES} devices, and that is the limit; remove one first."
        raise refused([error("too_many_devices", "", words)])
