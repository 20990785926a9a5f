"""Which addresses does a feed have its post sent to? Adding one, its test, rotation, removal.

Each function is part of the caller's transaction. Whether the address may be used at all is asked
before, outside of it (`address.check_address` looks the name up).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.errors import Conflict, NotFound
from alerts.feed_events import FeedEvent, Tested, outbox_row, payload_of
from alerts.store.feeds import Feed
from alerts.store.staff import record
from alerts.store.vault import Vault
from alerts.store.webhooks import (
    WebhookDelivery,
    WebhookEndpoint,
    begin_anew,
    endpoints_of,
    given_up,
    remove_endpoint,
)
from alerts.webhooks.secrets import KeptSecret, Secrets, new_secret, seal, unseal

# Events that an address may choose; the test comes because it was asked for.
CHOICES = tuple(event for event in FeedEvent if event is not FeedEvent.TEST)


@dataclass(frozen=True, kw_only=True)
class Registered:
    """An address and its secret, which nobody sees again."""

    endpoint: WebhookEndpoint
    secret: str


def add_webhook(
    session: Session,
    vault: Vault,
    feed: Feed,
    url: str,
    events: Sequence[FeedEvent],
    now: datetime,
    *,
    most: int,
    actor: str,
) -> Registered:
    """Register an address that was checked; `events`: those it wants, empty for all.

    Raises
    ------
    Conflict: the feed has `most` addresses already, or this one.
    """
    known = endpoints_of(session, feed.id)
    if any(one.url == url.strip() for one in known):
        raise Conflict("this feed has that webhook already; remove it first to get a new secret")
    if len(known) >= most:
        raise Conflict(f"this feed has {most} webhooks already; remove one first")
    secret = new_secret()
    endpoint = WebhookEndpoint(
        public_id=uuid7(),
        feed_id=feed.id,
        url=url.strip(),
        sealed_secret=seal(vault, Secrets(kept=(KeptSecret(secret=secret),))),
        events=sorted({event.value for event in events}),
        created_at=now,
        failures=0,
    )
    session.add(endpoint)
    session.flush()
    _note(session, now, actor, "webhook.added", endpoint)
    return Registered(endpoint=endpoint, secret=secret)


def rotate_secret(
    session: Session,
    vault: Vault,
    endpoint: WebhookEndpoint,
    now: datetime,
    *,
    overlap: timedelta,
    actor: str,
) -> str:
    """Replace the secret and return the new one; for `overlap` the old one signs beside it."""
    secret = new_secret()
    kept = unseal(vault, endpoint.sealed_secret).rotated(secret, now, now + overlap)
    endpoint.sealed_secret = seal(vault, kept)
    _note(session, now, actor, "webhook.rotated", endpoint)
    return secret


def remove_webhook(
    session: Session, endpoint: WebhookEndpoint, now: datetime, *, actor: str
) -> None:
    """Forget an address; what it has yet to be told is never told."""
    _note(session, now, actor, "webhook.removed", endpoint)
    remove_endpoint(session, endpoint)


def send_test(session: Session, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Put a test into the outbox of one address.

    Raises
    ------
    Conflict: the address is disabled.
    """
    _check_enabled(endpoint)
    payload = payload_of(FeedEvent.TEST, Tested(webhook_id=endpoint.public_id), now)
    row = outbox_row(endpoint, FeedEvent.TEST, payload, now, uuid7())
    session.add(row)
    return row


def enable_webhook(
    session: Session, endpoint: WebhookEndpoint, now: datetime, *, actor: str
) -> bool:
    """Tell a disabled address again from now on; False if it wasn't disabled."""
    if endpoint.disabled_at is None:
        return False
    endpoint.disabled_at, endpoint.failures = None, 0
    begin_anew(session, endpoint.id)
    _note(session, now, actor, "webhook.enabled", endpoint)
    return True


def replay(
    session: Session,
    endpoint: WebhookEndpoint,
    now: datetime,
    *,
    actor: str,
    only: UUID | None = None,
) -> int:
    """Send again what was given up, or `only` that event even if it was taken; return how many.

    The webhook-id stays, so a receiver that has it already knows it again; the time until it is
    given up begins anew.

    Raises
    ------
    Conflict: the address is disabled. NotFound: no such event is done with.
    """
    _check_enabled(endpoint)
    again = given_up(session, endpoint.id, only)
    if only is not None and not again:
        raise NotFound(f"no event {only} of this webhook is done with")
    for delivery in again:
        delivery.made_at = delivery.next_try_at = now
        delivery.done_at, delivery.delivered = None, False
    _note(session, now, actor, "webhook.replayed", endpoint, events=len(again))
    return len(again)


def _check_enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise Conflict("this webhook is disabled: mend the receiver, then enable the webhook")


def _note(
    session: Session,
    now: datetime,
    actor: str,
    deed: str,
    endpoint: WebhookEndpoint,
    **details: int,
) -> None:
    subject = f"webhook:{endpoint.public_id}"
    record(session, now, actor=actor, deed=deed, subject=subject, **details)
