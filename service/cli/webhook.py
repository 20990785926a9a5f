"""`porchlight webhook add|list|show|remove|test|rotate|enable|replay`: whom feeds are told at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import click
from sqlalchemy.orm import Session

from alerts.errors import Conflict
from alerts.feed_events import FeedEvent
from alerts.outbound.errors import OutboundRefused
from alerts.store.feeds import Feed, feed_by_slug
from alerts.store.webhooks import (
    WebhookDelivery,
    WebhookEndpoint,
    deliveries_of,
    endpoint_by_public_id,
    endpoints_of,
)
from alerts.webhooks import register
from alerts.webhooks.address import check_address
from service.cli.answer import json_option, tell
from service.cli.instance import opened
from service.cli.webhook_answers import (
    DeliveryLine,
    WebhookDone,
    WebhookLine,
    WebhookList,
    WebhookSecret,
    WebhookShown,
)
from service.database import first_staff_name
from service.wiring import Runtime

DELIVERIES_SHOWN = 50

id_argument = click.argument("webhook_id", metavar="ID", type=click.UUID)


@click.command()
@click.argument("slug")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in register.CHOICES]),
    help="An event that is wanted; may be repeated. Default: all.",
)
@json_option
def add(slug: str, url: str, events: Sequence[str], as_json: bool) -> None:
    """Tell the feed SLUG of its cases at URL, which must be https."""
    with opened() as runtime:
        try:
            check_address(url, allow_loopback=runtime.settings.webhook_allow_loopback)
        except OutboundRefused as no:
            raise Conflict(f"we don't send there ({no.code}): {no}") from None
        with runtime.store.begin() as session:
            added = register.add_webhook(
                session,
                runtime.vault,
                feed_by_slug(session, slug),
                url,
                [FeedEvent(event) for event in events],
                runtime.clock(),
                most=runtime.settings.webhooks_per_feed,
                actor=_actor(),
            )
    note = "Events are signed as Standard Webhooks says; try it: porchlight webhook test ID"
    _tell_secret(added.endpoint, slug, added.secret, note, as_json=as_json)


@click.command("list")
@click.argument("slug", required=False)
@json_option
def list_(slug: str | None, as_json: bool) -> None:
    """List the webhooks, of the feed SLUG if it is named."""
    with opened() as runtime, runtime.store.read() as session:
        feed_id = feed_by_slug(session, slug).id if slug else None
        found = tuple(_line(session, one) for one in endpoints_of(session, feed_id))
    tell(WebhookList(items=found), as_json=as_json)


@click.command()
@id_argument
@json_option
def show(webhook_id: UUID, as_json: bool) -> None:
    """Show the webhook ID, and how its latest events are delivered."""
    with opened() as runtime, runtime.store.read() as session:
        endpoint = endpoint_by_public_id(session, webhook_id)
        latest = deliveries_of(session, endpoint.id, DELIVERIES_SHOWN)
        shown = WebhookShown(
            webhook=_line(session, endpoint), deliveries=tuple(map(_delivery, latest))
        )
    tell(shown, as_json=as_json)


@click.command()
@id_argument
@json_option
def remove(webhook_id: UUID, as_json: bool) -> None:
    """Forget the webhook ID, and what it has yet to be told."""
    with _changing(webhook_id) as (runtime, session, endpoint):
        register.remove_webhook(session, endpoint, runtime.clock(), actor=_actor())
    tell(WebhookDone(webhook=webhook_id, note="Removed."), as_json=as_json)


@click.command("test")
@id_argument
@json_option
def test_(webhook_id: UUID, as_json: bool) -> None:
    """Send the event webhook.test to the webhook ID."""
    with _changing(webhook_id) as (runtime, session, endpoint):
        register.send_test(session, endpoint, runtime.clock())
    note = f"A running server sends it now; see: porchlight webhook show {webhook_id}"
    tell(WebhookDone(webhook=webhook_id, events=1, note=note), as_json=as_json)


@click.command()
@id_argument
@json_option
def rotate(webhook_id: UUID, as_json: bool) -> None:
    """Replace the secret of the webhook ID; the old one signs beside it for a while."""
    with _changing(webhook_id) as (runtime, session, endpoint):
        hours = runtime.settings.webhook_rotation_overlap_h
        secret = register.rotate_secret(
            session,
            runtime.vault,
            endpoint,
            runtime.clock(),
            overlap=timedelta(hours=hours),
            actor=_actor(),
        )
        slug = session.get_one(Feed, endpoint.feed_id).slug
    note = f"For {hours:g} hours events are signed with the old one, too."
    _tell_secret(endpoint, slug, secret, note, as_json=as_json)


@click.command()
@id_argument
@json_option
def enable(webhook_id: UUID, as_json: bool) -> None:
    """Tell the disabled webhook ID again; what it missed: porchlight webhook replay."""
    with _changing(webhook_id) as (runtime, session, endpoint):
        was = register.enable_webhook(session, endpoint, runtime.clock(), actor=_actor())
    note = "It is told again from now on." if was else "It wasn't disabled."
    tell(WebhookDone(webhook=webhook_id, note=note), as_json=as_json)


@click.command()
@id_argument
@click.option("--delivery", type=click.UUID, help="Only this event, also if it was delivered.")
@json_option
def replay(webhook_id: UUID, delivery: UUID | None, as_json: bool) -> None:
    """Send again what was given up at the webhook ID, under the same webhook-id."""
    with _changing(webhook_id) as (runtime, session, endpoint):
        count = register.replay(session, endpoint, runtime.clock(), actor=_actor(), only=delivery)
    note = f"{count} events are sent again by a running server."
    tell(WebhookDone(webhook=webhook_id, events=count, note=note), as_json=as_json)


@contextmanager
def _changing(webhook_id: UUID) -> Iterator[tuple[Runtime, Session, WebhookEndpoint]]:
    with opened() as runtime, runtime.store.begin() as session:
        yield runtime, session, endpoint_by_public_id(session, webhook_id)


def _actor() -> str:
    return f"staff:{first_staff_name()}"


def _tell_secret(
    endpoint: WebhookEndpoint, slug: str, secret: str, note: str, *, as_json: bool
) -> None:
    answer = WebhookSecret(
        webhook=endpoint.public_id, feed=slug, url=endpoint.url, secret=secret, note=note
    )
    tell(answer, as_json=as_json)


def _line(session: Session, endpoint: WebhookEndpoint) -> WebhookLine:
    return WebhookLine(
        webhook=endpoint.public_id,
        feed=session.get_one(Feed, endpoint.feed_id).slug,
        url=endpoint.url,
        events=tuple(endpoint.events),
        disabled_at=endpoint.disabled_at,
        given_up_in_a_row=endpoint.failures,
    )


def _delivery(delivery: WebhookDelivery) -> DeliveryLine:
    done = "delivered" if delivery.delivered else "given up"
    return DeliveryLine(
        delivery=delivery.public_id,
        event=delivery.event,
        made_at=delivery.made_at,
        tries=delivery.tries,
        state="waiting" if delivery.done_at is None else done,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
    )
