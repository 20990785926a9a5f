"""Do alerts reach this device? A real push on demand, which the device confirms by its receipt."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.delivery.self_test import Status, standing
from alerts.errors import Conflict, NotFound
from alerts.store.devices import REGISTERED_ELSEWHERE, REMOVED, device_of
from alerts.store.self_tests import SelfTest, asked_since, newest_self_test
from alerts.store.subscribers import Device, Subscriber
from service.api.app.blueprint import TAG, app_api, me
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, documented, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job
from service.problem import ApiProblem

HOUR = timedelta(hours=1)


class SelfTestEntry(BaseModel):
    """A self-test of a device of yours, and how it went so far."""

    id: UUID = Field(description="What the push carries as its alert_id")
    asked_at: datetime
    status: Status
    took_s: float | None = Field(description="Seconds from our push to your device's receipt")
    words: str = Field(description="How it went, in your language")


@app_api.post("/v1/me/devices/<device_id>/self-test")
@documented(gives={202: SelfTestEntry}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(404, 409, 429))
@for_subscribers
@idempotent
def ask_self_test(device_id: str) -> Response:
    """Have a real push sent to a device, at once, also in quiet hours.

    When it is shown, post its receipt as of any alert, under the id of the test: then
    `GET .../self-test` says how long it took.
    """
    r = runtime()
    with r.store.begin() as session:
        owner = me(session, writes=True)
        device = _reachable(session, owner, device_id)
        _hold_to_limit(session, device)
        test = SelfTest(device_id=device.id, asked_at=r.clock())
        session.add(test)
        session.flush()
        answer = _entry(test, device, owner)
    process().bell.ring(Job.SELF_TEST)
    return reply(answer, 202)


@app_api.get("/v1/me/devices/<device_id>/self-test")
@documented(gives={200: SelfTestEntry}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(404,))
@for_subscribers
def show_self_test(device_id: str) -> Response:
    """Say how the newest self-test of a device went; tests are forgotten after a day."""
    with runtime().store.read() as session:
        owner = me(session)
        device = _own(session, owner, device_id)
        test = newest_self_test(session, device.id)
        if test is None:
            raise NotFound("no self-test was asked for on this device within a day")
        return reply(_entry(test, device, owner))


def _entry(test: SelfTest, device: Device, owner: Subscriber) -> SelfTestEntry:
    found = standing(test, device.channel, owner.language, runtime().clock())
    return SelfTestEntry(
        id=test.public_id,
        asked_at=test.asked_at,
        status=found.status,
        took_s=found.took_s,
        words=found.words,
    )


def _own(session: Session, owner: Subscriber, device_id: str) -> Device:
    device = device_of(session, owner.id, device_id)
    if device is None or device.ended_reason == REMOVED:
        raise NotFound("you have no device of this id")
    return device


def _reachable(session: Session, owner: Subscriber, device_id: str) -> Device:
    device = _own(session, owner, device_id)
    if device.ended_at is None:
        return device
    if device.ended_reason == REGISTERED_ELSEWHERE:
        raise Conflict("this device was registered by somebody else since; register it again")
    raise Conflict("the push service says that this device is no more; register it again")


def _hold_to_limit(session: Session, device: Device) -> None:
    r = runtime()
    most, now = r.settings.self_tests_per_hour, r.clock()
    asked = asked_since(session, device.id, now - HOUR)
    if len(asked) < most:
        return
    wait_s = max(1, math.ceil((asked[-most] + HOUR - now).total_seconds()))
    said = f"A device may be tested {most} times an hour; again in {wait_s} s."
    headers = {"Retry-After": str(wait_s)}
    raise ApiProblem(429, "too_many_self_tests", "Too many tests", said, headers=headers)
