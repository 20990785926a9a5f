"""How a person is reached: one push address a device. An address is never shown again."""

import re
from datetime import datetime

from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from alerts.errors import NotFound
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
from service.api.app.device_address import Addressed, DeviceAddress, addressed
from service.auth import for_subscribers
from service.http import (
    SUBSCRIBER_AUTH,
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
    r = runtime()
    given = addressed(body(DeviceAddress), r.settings)
    with r.store.begin() as session:
        owner = me(session, writes=True)
        to = given.of(owner.public_id, device_id)
        is_news = _is_news(session, owner, device_id, to)
        device = put_device(
            session,
            owner,
            device_id,
            channel=to.channel,
            address=to.address,
            address_kind=to.address_kind,
            push_keys=to.push_keys,
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


def _is_news(session: Session, owner: Subscriber, device_id: str, to: Addressed) -> bool:
    """Say whether alerts could not reach this device until now: it is new, or moved."""
    known = device_of(session, owner.id, device_id)
    if known is None or known.ended_at is not None:
        _check_count(session, owner)
        return True
    return known.address_hash != address_hash(to.channel, to.address)


def _check_count(session: Session, owner: Subscriber) -> None:
    if len(devices_of(session, owner.id)) >= MOST_DEVICES:
        words = f"You have {MOST_DEVICES} devices, and that is the limit; remove one first."
        raise refused([error("too_many_devices", "", words)])
