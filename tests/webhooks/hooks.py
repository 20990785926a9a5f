"""Addresses that a test registers, and what became of the events for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.feed_events import FeedEvent
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.notices import DeskNotice, open_notices
from alerts.store.vault import Vault
from alerts.store.webhooks import WebhookDelivery, WebhookEndpoint
from alerts.webhooks.register import Registered, add_webhook, send_test


def feed_named(session: Session, slug: str, now: datetime) -> Feed:
    """Return the feed, made if it isn't there."""
    feed = session.scalar(select(Feed).where(Feed.slug == slug))
    if feed is None:
        feed = Feed(slug=slug, kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=now)
        session.add(feed)
        session.flush()
    return feed


def hook(
    store: Store,
    vault: Vault,
    url: str,
    now: datetime,
    *,
    slug: str = "police",
    events: Sequence[FeedEvent] = (),
) -> Registered:
    """Register an address of a feed."""
    with store.begin() as session:
        feed = feed_named(session, slug, now)
        return add_webhook(session, vault, feed, url, events, now, most=10, actor="staff:ana")


def put_test(store: Store, registered: Registered, now: datetime) -> None:
    """Put a test into its outbox."""
    with store.begin() as session:
        send_test(session, session.get_one(WebhookEndpoint, registered.endpoint.id), now)


def deliveries(store: Store) -> list[WebhookDelivery]:
    """Return all events, oldest first."""
    with store.read() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def told(store: Store) -> list[tuple[str, dict[str, Any]]]:
    """Return what is in the outbox, oldest first: kind and data."""
    return [(one.event, one.payload["data"]) for one in deliveries(store)]


def endpoint(store: Store, registered: Registered) -> WebhookEndpoint:
    """Return an address as it is now."""
    with store.read() as session:
        return session.get_one(WebhookEndpoint, registered.endpoint.id)


def notices(store: Store) -> list[DeskNotice]:
    """Return what the desk was told."""
    with store.read() as session:
        return list(open_notices(session))
