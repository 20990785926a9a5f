"""What is a feed told of its cases, and when? The events of the outbound webhooks.

An event is written into the outbox (a row per address that wants it) in the transaction of what
happened, so that neither is there without the other; `alerts.webhooks` delivers it afterwards.
An event has ids and words of ours only: the case's own number would name a child.
"""

import base64
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.alert import EndReason, Status, Tier, WaveKind
from alerts.store.alerts import Alert, AlertRevision, alert_of_case
from alerts.store.cases import CaseRecord, TakedownReceipt
from alerts.store.submissions import Submission, SubmissionOutcome
from alerts.store.voices import CaseVoice
from alerts.store.webhooks import (
    WebhookDelivery,
    WebhookEndpoint,
    delivery_exists,
    has_listeners,
    listening,
)


class FeedEvent(StrEnum):
    """What happened."""

    CREATED = "alert.created"  # a document made an alert, live or held
    HELD = "alert.held"  # a document, or what it changes, waits for the desk
    UPDATED = "alert.updated"  # another revision is live, or the desk let a held one go out
    SENT = "alert.sent"  # nothing of a revision's first wave is left to send
    ENDED = "alert.ended"
    RECEIPT = "takedown.receipt"  # the data of a case was taken back: the signed proof
    TEST = "webhook.test"  # asked for by the feed or an operator


class EventData(BaseModel):
    """Base of what an event says; never a child's data."""

    model_config = ConfigDict(frozen=True)


class DocumentTaken(EventData):
    """`alert.created`, `alert.held`: what became of a document."""

    submission_id: UUID
    outcome: SubmissionOutcome
    alert_id: UUID | None = None
    status: Status | None = None
    tier: Tier | None = None
    exercise: bool = False
    reasons: tuple[str, ...] = ()  # codes of why it waits


class RevisionLive(EventData):
    """`alert.updated`: what people see from now on."""

    alert_id: UUID
    revision: int
    tier: Tier
    exercise: bool
    expires_at: datetime


class WaveSent(EventData):
    """`alert.sent`: whom it went to; counts as they may leave the house (DOMAIN rule 19)."""

    alert_id: UUID
    revision: int
    tier: Tier
    exercise: bool
    kind: WaveKind
    people: int | str
    devices: int | str


class AlertOver(EventData):
    """`alert.ended`."""

    alert_id: UUID
    revision: int
    tier: Tier
    exercise: bool
    reason: EndReason | None
    ended_at: datetime | None


class SignedReceipt(EventData):
    """A takedown receipt as `GET .../submissions/{id}` shows it, too."""

    document: dict[str, Any]
    signature: str  # base64 of Ed25519 over the document's canonical JSON


class DataTakenBack(EventData):
    """`takedown.receipt`."""

    alert_id: UUID | None
    takedown_receipt: SignedReceipt


class Tested(EventData):
    """`webhook.test`."""

    webhook_id: UUID


def tell_of_document(
    session: Session, submission: Submission, alert: Alert | None, reasons: Sequence[str]
) -> None:
    """Tell the feed that sent a document what became of it, if it made an alert or waits.

    `alert`: of the case, if it is this feed's business.
    """
    if not has_listeners(session, submission.feed_id):
        return
    now = submission.received_at
    is_new = alert is not None and _was_made_by(session, alert, submission)
    is_held = submission.outcome is SubmissionOutcome.HELD
    said = DocumentTaken(
        submission_id=submission.public_id,
        outcome=submission.outcome,
        alert_id=alert.public_id if alert else None,
        status=alert.status if alert else None,
        tier=alert.tier if alert else None,
        exercise=alert.exercise if alert else False,
        reasons=tuple(dict.fromkeys(reasons)) if is_held else (),
    )
    for event, happened in ((FeedEvent.CREATED, is_new), (FeedEvent.HELD, is_held)):
        if happened:
            note_event(session, {submission.feed_id}, event, said, now)


def tell_of_revision(
    session: Session, alert: Alert, revision: AlertRevision, now: datetime
) -> None:
    """Tell that a revision went live."""
    said = RevisionLive(
        alert_id=alert.public_id,
        revision=revision.number,
        tier=revision.tier,
        exercise=alert.exercise,
        expires_at=alert.expires_at,
    )
    note_event(session, feeds_of(session, alert), FeedEvent.UPDATED, said, now)


def tell_of_end(session: Session, alert: Alert, now: datetime) -> None:
    """Tell that an alert ended."""
    said = AlertOver(
        alert_id=alert.public_id,
        revision=alert.live_revision,
        tier=alert.tier,
        exercise=alert.exercise,
        reason=alert.end_reason,
        ended_at=alert.ended_at,
    )
    note_event(session, feeds_of(session, alert), FeedEvent.ENDED, said, now)


def tell_of_receipt(session: Session, case: CaseRecord, receipt: TakedownReceipt) -> None:
    """Send the signed receipt of a takedown to the feeds that carried the case."""
    alert = alert_of_case(session, case.id)
    signature = base64.b64encode(receipt.signature).decode()
    said = DataTakenBack(
        alert_id=alert.public_id if alert else None,
        takedown_receipt=SignedReceipt(document=receipt.document, signature=signature),
    )
    feeds = {case.feed_id} | (feeds_of(session, alert) if alert else set())
    note_event(session, feeds, FeedEvent.RECEIPT, said, receipt.signed_at)


def feeds_of(session: Session, alert: Alert) -> set[int]:
    """Return the row ids of the feeds that carry an alert's case."""
    voices = session.scalars(select(CaseVoice.feed_id).where(CaseVoice.case_id == alert.case_id))
    return {alert.feed_id, *voices}


def note_event(
    session: Session,
    feed_ids: Collection[int],
    event: FeedEvent,
    data: EventData,
    now: datetime,
    *,
    once: UUID | None = None,
) -> int:
    """Write an event for every address of those feeds that wants it; return how many there are.

    `once`: names what happened, where it may be noticed twice; each address is told once.
    """
    payload = payload_of(event, data, now)
    told = 0
    for endpoint in listening(session, feed_ids, event):
        public_id = uuid5(once, str(endpoint.public_id)) if once else uuid7()
        if once and delivery_exists(session, public_id):
            continue
        session.add(outbox_row(endpoint, event, payload, now, public_id))
        told += 1
    return told


def outbox_row(
    endpoint: WebhookEndpoint,
    event: FeedEvent,
    payload: dict[str, Any],
    now: datetime,
    public_id: UUID,
) -> WebhookDelivery:
    """Return one event on its way to one address."""
    return WebhookDelivery(
        public_id=public_id,
        endpoint_id=endpoint.id,
        event=event.value,
        payload=payload,
        made_at=now,
        next_try_at=now,
    )


def payload_of(event: FeedEvent, data: EventData, now: datetime) -> dict[str, Any]:
    """Return the body of an event (Standard Webhooks 1.0.0, "Payload structure")."""
    moment = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"type": event.value, "timestamp": moment, "data": data.model_dump(mode="json")}


def _was_made_by(session: Session, alert: Alert, submission: Submission) -> bool:
    """Say whether a document made its case's alert, rather than changed it."""
    if submission.outcome not in (SubmissionOutcome.ACCEPTED, SubmissionOutcome.HELD):
        return False
    if alert.received_at != submission.received_at or alert.ended_at is not None:
        return False
    numbers = select(AlertRevision.number).where(AlertRevision.alert_id == alert.id)
    return session.scalars(numbers).all() == [1]
