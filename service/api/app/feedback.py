"""What a person says of an alert: that it was shown, or that it is wrong. Never a tip (rule 1)."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status, WaveKind
from alerts.errors import NotFound
from alerts.problem import error
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.devices import REMOVED, device_of
from alerts.store.receipts import NO_CHANNEL, Said, keep_receipt, only_device, wave_shown
from alerts.store.self_tests import SelfTest, own_self_test
from alerts.store.subscribers import Device, Subscriber
from alerts.store.waves import Report
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.devices import DEVICE_ID
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, ApiModel, body, documented, no_content, reply, runtime
from service.idempotency import idempotent
from service.problem import refused

DEVICE_NAME = f"^{DEVICE_ID.pattern}$"


class Event(StrEnum):
    """What a device did with an alert."""

    SHOWN = "shown"
    OPENED = "opened"
    DISMISSED = "dismissed"


class Reason(StrEnum):
    """What may be wrong with an alert."""

    WRONG_AREA = "wrong_area"
    ALREADY_FOUND = "already_found"
    DUPLICATE = "duplicate"
    OFFENSIVE = "offensive"
    OTHER = "other"


Kind = Literal["alert", "update", "correction", "all_clear", "takedown", "exercise", "self_test"]


class NewReceipt(ApiModel):
    """A device's word, of an alert or of a self-test."""

    event: Event
    device_id: str | None = Field(
        None,
        pattern=DEVICE_NAME,
        description="The app's own name for the device, as it registered it",
    )
    revision: int | None = Field(None, ge=0, le=1_000_000, description="As in the push")
    kind: Kind | None = Field(None, description="As in the push")


class NewReport(ApiModel):
    """A reason to choose, and nothing else: tips go to the authority that the alert names."""

    reason: Reason


class ReportEntry(BaseModel):
    """A report of yours."""

    id: UUID
    alert_id: UUID
    reason: Reason
    received_at: datetime


@app_api.post("/v1/me/alerts/<uuid:alert_id>/receipts")
@documented(
    gives={204: None}, takes=NewReceipt, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(400, 404, 422)
)
@for_subscribers
@idempotent
def give_receipt(alert_id: UUID) -> Response:
    """Say that an alert was shown, opened or dismissed; saying it again changes nothing.

    A self-test is confirmed the same way, under its own id. With `device_id`, `revision` and `kind`
    it is known what was shown on which device; without them we make the likeliest of it.
    """
    given, r = body(NewReceipt), runtime()
    with r.store.begin() as session:
        owner = me(session, writes=True)
        device = _device(session, owner, given.device_id)
        test = own_self_test(session, alert_id, owner.id)
        if test is not None:
            _confirm(test, device if given.device_id else None)
            return no_content()
        said = _said(session, _known_alert(session, owner, alert_id), owner, device, given)
        news = keep_receipt(session, said)
    for event in news:
        r.metrics.receipts.labels(said.channel or "unknown", event).inc()
    return no_content()


@app_api.post("/v1/me/alerts/<uuid:alert_id>/reports")
@documented(
    gives={201: ReportEntry},
    takes=NewReport,
    tag=TAG,
    auth=SUBSCRIBER_AUTH,
    problems=(400, 404, 422),
)
@for_subscribers
@idempotent
def give_report(alert_id: UUID) -> Response:
    """Report that an alert is wrong; the same reason again is the same report."""
    reason = body(NewReport).reason
    with runtime().store.begin() as session:
        owner = me(session, writes=True)
        alert = _known_alert(session, owner, alert_id)
        report = _report(session, alert, owner, reason)
        answer = ReportEntry(
            id=report.public_id,
            alert_id=alert.public_id,
            reason=reason,
            received_at=report.received_at,
        )
    return reply(answer, 201)


def _device(session: Session, owner: Subscriber, device_id: str | None) -> Device | None:
    """Return which device speaks: the one that is named, or the only one that there is."""
    if device_id is None:
        return only_device(session, owner.id)
    device = device_of(session, owner.id, device_id)
    if device is None or device.ended_reason == REMOVED:
        words = f'You have no device "{device_id}": register it first, or leave device_id out.'
        raise refused([error("unknown_device", "/device_id", words)])
    return device


def _said(
    session: Session, alert: Alert, owner: Subscriber, device: Device | None, given: NewReceipt
) -> Said:
    now = runtime().clock()
    kind = WaveKind(given.kind) if given.kind in set(WaveKind) else None
    return Said(
        alert_id=alert.id,
        subscriber_id=owner.id,
        device_id=device.id if device else 0,
        wave_id=wave_shown(session, alert.id, now, revision=given.revision, kind=kind),
        channel=device.channel if device else NO_CHANNEL,
        event=given.event,
        at=now,
    )


def _confirm(test: SelfTest, device: Device | None) -> None:
    """Note that a device showed its self-test; whatever it did with it, it was there."""
    if device is not None and device.id != test.device_id:
        words = "This self-test was sent to another device of yours."
        raise refused([error("another_device", "/device_id", words)])
    test.shown_at = test.shown_at or runtime().clock()


def _known_alert(session: Session, owner: Subscriber, alert_id: UUID) -> Alert:
    """Return an alert that this person may know of, also after its end; NotFound else."""
    alert = alert_by_public_id(session, alert_id)
    was_live = alert.status is not Status.HELD and alert.live_revision > 0
    if not was_live or (alert.exercise and not owner.tester):
        raise NotFound(f"there is no alert {alert_id}")
    return alert


def _report(session: Session, alert: Alert, owner: Subscriber, reason: Reason) -> Report:
    given = session.scalar(
        select(Report).where(
            Report.alert_id == alert.id,
            Report.subscriber_id == owner.id,
            Report.reason == reason,
        )
    )
    if given is not None:
        return given
    report = Report(
        alert_id=alert.id,
        subscriber_id=owner.id,
        reason=reason.value,
        received_at=runtime().clock(),
    )
    session.add(report)
    session.flush()
    return report
