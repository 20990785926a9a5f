"""Takes an event out of the outbox, sends it, writes down what came of it: three steps.

Never a transaction across the network. Who dies between sending and writing leaves a lease that
runs out: the event is sent again under the same webhook-id, by which the receiver knows it.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.store.engine import Store
from alerts.store.notices import notify_desk
from alerts.store.vault import Vault
from alerts.store.webhooks import (
    WebhookEndpoint,
    claim_delivery,
    close_open,
    failing_since,
    next_due,
    write_if_ours,
)
from alerts.webhooks.post import Answer, Letter, Post, send
from alerts.webhooks.retry import RetryPolicy, is_given_up, wait_s
from alerts.webhooks.secrets import unseal

log = structlog.get_logger()

DISABLED = "webhook_disabled"  # code of the desk's notice
EVENTS_A_ROUND = 50  # of one address, then others have their turn


@dataclass(frozen=True, kw_only=True)
class _Claimed:
    """An event in our hands."""

    delivery_id: int
    endpoint_id: int
    tries: int  # this one included
    made_at: datetime
    letter: Letter


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers what is due."""

    store: Store
    vault: Vault
    clock: Clock
    post: Post
    policy: RetryPolicy
    lease: timedelta  # longer than a try may take
    chance: random.Random = field(default_factory=random.SystemRandom)

    def deliver_to(self, endpoint_id: int) -> int:
        """Send what is due at one address, until it fails; return how many events it took."""
        taken = 0
        for _ in range(EVENTS_A_ROUND):
            claimed = self._claim(endpoint_id)
            if claimed is None:
                break
            answer = send(claimed.letter, self.post, self.clock())
            self._record(claimed, answer)
            if not answer.is_taken:  # it may be down: the others wait for the next round
                break
            taken += 1
        return taken

    def _claim(self, endpoint_id: int) -> _Claimed | None:
        now = self.clock()
        with self.store.begin() as session:
            endpoint = session.get(WebhookEndpoint, endpoint_id)
            due = next_due(session, endpoint_id, now)
            if endpoint is None or due is None:
                return None
            if endpoint.disabled_at is not None:
                close_open(session, endpoint_id, now, "the webhook is disabled")
                return None
            if not claim_delivery(session, due, now, now + self.lease):
                return None
            return _Claimed(
                delivery_id=due.id,
                endpoint_id=endpoint.id,
                tries=due.tries + 1,
                made_at=due.made_at,
                letter=self._letter(endpoint, due.public_id, due.payload, now),
            )

    def _letter(
        self, endpoint: WebhookEndpoint, public_id: UUID, payload: dict[str, object], now: datetime
    ) -> Letter:
        return Letter(
            webhook_id=str(public_id),
            url=endpoint.url,
            payload=payload,
            secrets=unseal(self.vault, endpoint.sealed_secret).at(now),
        )

    def _record(self, claimed: _Claimed, answer: Answer) -> None:
        now = self.clock()
        next_try_at = now + timedelta(
            seconds=wait_s(claimed.tries, answer.retry_after_s, self.chance)
        )
        gives_up = answer.is_gone or is_given_up(claimed.made_at, next_try_at, self.policy)
        is_done = answer.is_taken or gives_up
        with self.store.begin() as session:
            is_ours = write_if_ours(
                session,
                claimed.delivery_id,
                claimed.tries,
                delivered=answer.is_taken,
                done_at=now if is_done else None,
                next_try_at=next_try_at,
                last_status=answer.status,
                last_error=answer.words,
            )
            endpoint = session.get(WebhookEndpoint, claimed.endpoint_id, with_for_update=True)
            if is_ours and endpoint is not None:
                self._look_at(session, endpoint, answer, now, gives_up=gives_up)
        log.info(
            "webhook_tried",
            delivery=claimed.letter.webhook_id,
            status=answer.status,
            error=answer.words,
        )

    def _look_at(
        self,
        session: Session,
        endpoint: WebhookEndpoint,
        answer: Answer,
        now: datetime,
        *,
        gives_up: bool,
    ) -> None:
        """Count what an address doesn't take, and disable it when that can't be by chance."""
        if answer.is_taken:
            endpoint.failures = 0
            return
        endpoint.failures += gives_up
        why = self._why_disable(session, endpoint, answer, now)
        if why is None or endpoint.disabled_at is not None:
            return
        endpoint.disabled_at = now
        close_open(session, endpoint.id, now, "the webhook is disabled")
        message = f"The webhook {endpoint.public_id} of this feed is told nothing any more: {why}."
        notify_desk(session, DISABLED, message, now, feed_id=endpoint.feed_id)
        log.warning("webhook_disabled", webhook=str(endpoint.public_id), why=why)

    def _why_disable(
        self, session: Session, endpoint: WebhookEndpoint, answer: Answer, now: datetime
    ) -> str | None:
        if answer.is_gone:
            return "it answered 410, which asks for no more"
        if endpoint.failures >= self.policy.disable_after_given_up:
            return f"{endpoint.failures} events in a row were given up"
        since = failing_since(session, endpoint.id)
        if since is not None and now - since >= self.policy.disable_after:
            return f"it took nothing for {self.policy.disable_after.days} days"
        return None
