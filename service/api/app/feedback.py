"""What a person says of an alert: that it was shown, or that it is wrong. Never a tip (rule 1)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask import Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.errors import NotFound
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.subscribers import Subscriber
from alerts.store.waves import Receipt, Report
from service.api.app.blueprint import TAG, app_api, me
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, ApiModel, body, documented, no_content, reply, runtime
from service.idempotency import idempotent


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


class NewReceipt(ApiModel):
    """A device's word."""

    event: Event


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
    """Say that an alert was shown, opened or dismissed; saying it again changes nothing."""
    event, r = body(NewReceipt).event, runtime()
    with r.store.begin() as session:
        owner = me(session, writes=True)
        alert = _known_alert(session, owner, alert_id)
        given = select(Receipt.id).where(
            Receipt.alert_id == alert.id,
            Receipt.subscriber_id == owner.id,
            Receipt.event == event,
        )
        if session.scalar(given) is None:
            session.add(
                Receipt(
                    alert_id=alert.id,
                    subscriber_id=owner.id,
                    event=event.value,
                    received_at=r.clock(),
                )
            )
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
