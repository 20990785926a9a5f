"""What waits to be sent or was set aside, and sending it again once the fault is mended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.orm import Session

from alerts.alert import WaveKind
from alerts.audience.hidden import STEP, Shown, hide_small
from alerts.delivery.replay import Replayed, replay
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.parked import BatchLine, alert_of_batch, open_batches
from alerts.store.staff import Role, Staff
from alerts.store.subscribers import Channel
from alerts.store.waves import BatchState
from service.api.desk.blueprint import READ_PROBLEMS, TAG, desk_api
from service.api.figures import Count
from service.api.paging import DEFAULT_LIMIT, LARGEST_LIMIT, bad_page
from service.auth import for_staff, this_person
from service.http import STAFF_AUTH, ApiModel, documented, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job

CHANGE_PROBLEMS = (*READ_PROBLEMS, 409)


class BatchQuery(BaseModel):
    """Which batches are asked for."""

    state: Literal["ready", "parked"] | None = Field(None, description="Default: both.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Items at most")
    cursor: int = Field(0, ge=0, description="`next` of the piece before")


class BatchItem(ApiModel):
    """Up to 500 devices of a wave that aren't all told yet.

    Counts are rounded down to tens, and hidden below ten.
    """

    id: int
    alert_id: UUID
    kind: WaveKind
    revision: int
    channel: Channel
    language: str
    state: Literal["ready", "parked"] = Field(
        description="`parked`: refused for a fault of ours; it waits for a person."
    )
    devices: Count
    waiting: Count = Field(description="Of these, without a final outcome.")
    refused: Count = Field(description="Of these, refused by the channel, each by itself.")
    attempts: int
    why: str | None = Field(description="Why it is parked, or what went wrong at the last try.")
    since: datetime = Field(description="It was due then; if that is still to come, it is then.")


class BatchPage(ApiModel):
    """Batches, oldest first."""

    items: list[BatchItem]
    next: str | None = Field(description="Send it as `cursor` for the next page; null at the end.")


class ReplayDone(ApiModel):
    """What is sent again; zero batches: nothing was parked, and nothing was changed."""

    batches: int
    devices: Count = Field(description="In them, that wait to be told.")


@desk_api.get("/v1/desk/batches")
@documented(gives={200: BatchPage}, query=BatchQuery, tag=TAG, auth=STAFF_AUTH, problems=(403, 422))
@for_staff(Role.VIEWER)
def list_batches() -> Response:
    """List batches that aren't done, oldest first."""
    query = _query()
    states = (BatchState.READY, BatchState.PARKED) if query.state is None else (query.state,)
    with runtime().store.read() as session:
        found = open_batches(
            session, [BatchState(one) for one in states], after=query.cursor, most=query.limit + 1
        )
    shown = found[: query.limit]
    more = str(shown[-1].id) if len(found) > query.limit else None
    return reply(BatchPage(items=[_item(line) for line in shown], next=more))


@desk_api.post("/v1/desk/batches/<int:batch_id>/replay")
@documented(gives={200: ReplayDone}, tag=TAG, auth=STAFF_AUTH, problems=CHANGE_PROBLEMS)
@for_staff(Role.EDITOR)
@idempotent
def replay_batch(batch_id: int) -> Response:
    """Send a parked batch again, its message written anew; 409 if its alert is over."""
    with runtime().store.begin() as session:
        done = _replay(session, alert_of_batch(session, batch_id), batch_id)
    return _answer(done)


@desk_api.post("/v1/desk/alerts/<uuid:alert_id>/replay")
@documented(gives={200: ReplayDone}, tag=TAG, auth=STAFF_AUTH, problems=CHANGE_PROBLEMS)
@for_staff(Role.EDITOR)
@idempotent
def replay_alert(alert_id: UUID) -> Response:
    """Send all parked batches of an alert again, as above."""
    with runtime().store.begin() as session:
        done = _replay(session, alert_by_public_id(session, alert_id))
    return _answer(done)


def _query() -> BatchQuery:
    try:
        return BatchQuery.model_validate(request.args.to_dict())
    except ValidationError:
        detail = (
            f"limit must be 1 to {LARGEST_LIMIT}, cursor the `next` of the piece before, "
            "state ready or parked."
        )
        raise bad_page(detail) from None


def _replay(session: Session, alert: Alert, only: int | None = None) -> Replayed:
    person = session.get_one(Staff, this_person().id)
    return replay(session, alert, person, runtime().clock(), only=only)


def _answer(done: Replayed) -> Response:
    if done.batches:
        process().bell.ring(Job.SEND)
    return reply(ReplayDone(batches=done.batches, devices=_tens(done.devices)))


def _tens(devices: int) -> Shown:
    """Round down: a batch is a part of a wave whose total is known (docs/adr/0033)."""
    return hide_small(devices // STEP * STEP)


def _item(line: BatchLine) -> BatchItem:
    return BatchItem(
        id=line.id,
        alert_id=line.alert_id,
        kind=line.kind,
        revision=line.revision,
        channel=Channel(line.channel),
        language=line.language,
        state="parked" if line.state is BatchState.PARKED else "ready",
        devices=_tens(line.devices),
        waiting=_tens(line.waiting),
        refused=_tens(line.refused),
        attempts=line.attempts,
        why=line.why,
        since=line.since,
    )
