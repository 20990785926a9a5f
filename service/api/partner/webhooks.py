"""Feeds say where they want to hear of their cases, and see what they were told."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from alerts.feed_events import FeedEvent
from alerts.outbound.errors import OutboundRefused
from alerts.store.feed_keys import Scope
from alerts.store.webhooks import (
    WebhookDelivery,
    WebhookEndpoint,
    deliveries_of,
    endpoint_by_public_id,
    endpoints_of,
)
from alerts.webhooks.address import check_address
from alerts.webhooks.register import add_webhook, remove_webhook, rotate_secret, send_test
from service.api.partner.blueprint import TAG, partner_api
from service.auth import for_feeds, this_feed
from service.http import FEED_AUTH, ApiModel, body, documented, no_content, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job
from service.problem import ApiProblem

WEBHOOKS = "/v1/feeds/<feed>/webhooks"
ONE_WEBHOOK = "/v1/feeds/<feed>/webhooks/<uuid:webhook_id>"
DELIVERIES_SHOWN = 50

Choice = Literal[
    FeedEvent.CREATED,
    FeedEvent.HELD,
    FeedEvent.UPDATED,
    FeedEvent.SENT,
    FeedEvent.ENDED,
    FeedEvent.RECEIPT,
]


class NewWebhook(ApiModel):
    """Where a feed wants to hear of its cases."""

    url: Annotated[str, Field(min_length=1, max_length=2048, description="https://...")]
    events: list[Choice] = Field([], description="Those that are wanted; empty for all.")


class WebhookItem(ApiModel):
    """An address that is told."""

    id: UUID
    url: str
    events: list[FeedEvent] = Field(description="Empty: all.")
    created_at: datetime
    disabled_at: datetime | None = Field(description="Since when it is told nothing any more.")


class WebhookAdded(WebhookItem):
    """A new address."""

    secret: str = Field(description="`whsec_...` (Standard Webhooks); shown only this once.")


class WebhookPage(ApiModel):
    """The addresses of a feed; all on one page."""

    items: list[WebhookItem]
    next: str | None = None


class DeliveryItem(ApiModel):
    """One event, and how its delivery goes."""

    id: UUID = Field(description="The webhook-id; the same on every try.")
    event: FeedEvent
    made_at: datetime
    tries: int
    state: Literal["delivered", "waiting", "given_up"]
    next_try_at: datetime | None
    last_status: int | None = Field(description="Of HTTP; null if nobody answered.")
    last_error: str | None


class WebhookDetail(WebhookItem):
    """An address, and what it was told lately."""

    deliveries: list[DeliveryItem] = Field(description=f"Newest first, {DELIVERIES_SHOWN} at most")


class NewSecret(ApiModel):
    """A secret that replaces another."""

    secret: str = Field(description="Shown only this once.")
    old_secret_signs_until: datetime


class TestSent(ApiModel):
    """A test on its way."""

    delivery_id: UUID = Field(description="Its webhook-id; see `GET .../webhooks/{id}`.")


@partner_api.post(WEBHOOKS)
@documented(
    gives={201: WebhookAdded},
    takes=NewWebhook,
    tag=TAG,
    auth=FEED_AUTH,
    problems=(400, 403, 409, 422),
)
@for_feeds(Scope.WEBHOOKS_MANAGE)
@idempotent
def post_webhook(feed: str) -> Response:
    """Register an address that is told of the feed's cases.

    Events are POSTed to it as JSON, signed as Standard Webhooks says, until a 2xx takes them;
    410 disables it. They may come twice (know them by `webhook-id`) and in any order.
    """
    wanted, r = body(NewWebhook), runtime()
    try:
        check_address(wanted.url, allow_loopback=r.settings.webhook_allow_loopback)
    except OutboundRefused as no:
        raise ApiProblem(422, no.code, "We don't send there", str(no)) from None
    with r.store.begin() as session:
        added = add_webhook(
            session,
            r.vault,
            this_feed(),
            wanted.url,
            wanted.events,
            r.clock(),
            most=r.settings.webhooks_per_feed,
            actor=_actor(),
        )
    item = _item(added.endpoint).model_dump()
    return reply(WebhookAdded(**item, secret=added.secret), 201)


@partner_api.get(WEBHOOKS)
@documented(gives={200: WebhookPage}, tag=TAG, auth=FEED_AUTH, problems=(403,))
@for_feeds(Scope.WEBHOOKS_MANAGE)
def list_webhooks(feed: str) -> Response:
    """List the addresses that are told of the feed's cases."""
    with runtime().store.read() as session:
        found = endpoints_of(session, this_feed().id)
    return reply(WebhookPage(items=[_item(one) for one in found]))


@partner_api.get(ONE_WEBHOOK)
@documented(gives={200: WebhookDetail}, tag=TAG, auth=FEED_AUTH, problems=(403, 404))
@for_feeds(Scope.WEBHOOKS_MANAGE)
def get_webhook(feed: str, webhook_id: UUID) -> Response:
    """Show an address, and how the delivery of the latest events goes."""
    with runtime().store.read() as session:
        endpoint = _find(session, webhook_id)
        latest = deliveries_of(session, endpoint.id, DELIVERIES_SHOWN)
    shown = [_delivery(one) for one in latest]
    return reply(WebhookDetail(**_item(endpoint).model_dump(), deliveries=shown))


@partner_api.delete(ONE_WEBHOOK)
@documented(gives={204: None}, tag=TAG, auth=FEED_AUTH, problems=(403, 404))
@for_feeds(Scope.WEBHOOKS_MANAGE)
@idempotent
def delete_webhook(feed: str, webhook_id: UUID) -> Response:
    """Tell an address nothing any more, not even what it has yet to be told."""
    r = runtime()
    with r.store.begin() as session:
        remove_webhook(session, _find(session, webhook_id), r.clock(), actor=_actor())
    return no_content()


@partner_api.post(f"{ONE_WEBHOOK}/test")
@documented(gives={202: TestSent}, tag=TAG, auth=FEED_AUTH, problems=(403, 404, 409))
@for_feeds(Scope.WEBHOOKS_MANAGE)
@idempotent
def test_webhook(feed: str, webhook_id: UUID) -> Response:
    """Send the event `webhook.test` to an address, signed like any other."""
    r = runtime()
    with r.store.begin() as session:
        made = send_test(session, _find(session, webhook_id), r.clock())
    process().bell.ring(Job.WEBHOOKS)
    return reply(TestSent(delivery_id=made.public_id), 202)


@partner_api.post(f"{ONE_WEBHOOK}/rotate")
@documented(gives={200: NewSecret}, tag=TAG, auth=FEED_AUTH, problems=(403, 404))
@for_feeds(Scope.WEBHOOKS_MANAGE)
@idempotent
def rotate_webhook(feed: str, webhook_id: UUID) -> Response:
    """Replace an address's secret; for a while each event is signed with both."""
    r = runtime()
    now, overlap = r.clock(), timedelta(hours=r.settings.webhook_rotation_overlap_h)
    with r.store.begin() as session:
        endpoint = _find(session, webhook_id)
        secret = rotate_secret(session, r.vault, endpoint, now, overlap=overlap, actor=_actor())
    return reply(NewSecret(secret=secret, old_secret_signs_until=now + overlap))


def _find(session: Session, webhook_id: UUID) -> WebhookEndpoint:
    """Return an address of the feed that asks; another feed's is none of its business."""
    return endpoint_by_public_id(session, webhook_id, this_feed().id)


def _actor() -> str:
    return f"feed:{this_feed().slug}"


def _item(endpoint: WebhookEndpoint) -> WebhookItem:
    return WebhookItem(
        id=endpoint.public_id,
        url=endpoint.url,
        events=endpoint.events,
        created_at=endpoint.created_at,
        disabled_at=endpoint.disabled_at,
    )


def _delivery(delivery: WebhookDelivery) -> DeliveryItem:
    is_open = delivery.done_at is None
    done: Literal["delivered", "given_up"] = "delivered" if delivery.delivered else "given_up"
    return DeliveryItem(
        id=delivery.public_id,
        event=FeedEvent(delivery.event),
        made_at=delivery.made_at,
        tries=delivery.tries,
        state="waiting" if is_open else done,
        next_try_at=delivery.next_try_at if is_open else None,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
    )
