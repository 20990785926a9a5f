"""Where feeds want to hear what became of their cases, and what they have yet to be told.

An event is written in the transaction of what happened (an outbox), without a child's data: ids
and words of ours only.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.clock import CLOCKS_APART
from alerts.errors import NotFound
from alerts.store.base import Base, PublicId, RowId


class WebhookEndpoint(Base):
    """An address of a feed that is told."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"), index=True)
    url: Mapped[str] = mapped_column(String(2048))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[list[Any]]  # empty: all
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)  # deliveries given up, in a row
    disabled_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event on its way to one address."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_waiting", "done_at", "next_try_at"),)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]  # the webhook-id: the same on every try
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"), index=True)
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]  # while somebody is at it: the end of the lease
    done_at: Mapped[datetime | None]  # delivered, or given up
    delivered: Mapped[bool] = mapped_column(default=False)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(String(300))


def endpoints_of(session: Session, feed_id: int | None = None) -> Sequence[WebhookEndpoint]:
    """Return the addresses of a feed, or of all, oldest first."""
    statement = select(WebhookEndpoint).order_by(WebhookEndpoint.id)
    if feed_id is not None:
        statement = statement.where(WebhookEndpoint.feed_id == feed_id)
    return session.scalars(statement).all()


def endpoint_by_public_id(
    session: Session, public_id: UUID, feed_id: int | None = None
) -> WebhookEndpoint:
    """Return an address; NotFound if there is none, or it is not that feed's."""
    found = session.scalar(select(WebhookEndpoint).where(WebhookEndpoint.public_id == public_id))
    if found is None or (feed_id is not None and found.feed_id != feed_id):
        raise NotFound(f"there is no webhook {public_id}")
    return found


def listening(session: Session, feed_ids: Collection[int], event: str) -> Sequence[WebhookEndpoint]:
    """Return the addresses of those feeds that want to hear of an event, none that is disabled."""
    found = session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.feed_id.in_(feed_ids), WebhookEndpoint.disabled_at.is_(None))
        .order_by(WebhookEndpoint.id)
    )
    return [endpoint for endpoint in found if not endpoint.events or event in endpoint.events]


def has_listeners(session: Session, feed_id: int) -> bool:
    """Say whether a feed has an address that is told of anything."""
    return session.scalar(_LISTENERS, {"feed_id": feed_id}) is not None


_LISTENERS = (  # made once: it runs with every document
    select(WebhookEndpoint.id)
    .where(WebhookEndpoint.feed_id == bindparam("feed_id"), WebhookEndpoint.disabled_at.is_(None))
    .limit(1)
)


def anybody_listens(session: Session) -> bool:
    """Say whether there is any address that is told."""
    return session.scalar(_ENABLED) is not None


_ENABLED = select(WebhookEndpoint.id).where(WebhookEndpoint.disabled_at.is_(None)).limit(1)


def remove_endpoint(session: Session, endpoint: WebhookEndpoint) -> None:
    """Forget an address and whatever it has yet to be told."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id))
    session.delete(endpoint)


def delivery_exists(session: Session, public_id: UUID) -> bool:
    """Say whether an event is in the outbox already."""
    found = select(WebhookDelivery.id).where(WebhookDelivery.public_id == public_id)
    return session.scalar(found) is not None


def deliveries_of(session: Session, endpoint_id: int, most: int) -> Sequence[WebhookDelivery]:
    """Return what an address was told or has yet to be told, newest first."""
    found = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    return session.scalars(found.order_by(WebhookDelivery.id.desc()).limit(most)).all()


def endpoints_due(session: Session, now: datetime) -> Sequence[int]:
    """Return the row ids of addresses for which something is due, the longest waiting first."""
    oldest = func.min(WebhookDelivery.next_try_at)
    return session.scalars(
        select(WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.done_at.is_(None), WebhookDelivery.next_try_at <= now)
        .group_by(WebhookDelivery.endpoint_id)
        .order_by(oldest)
    ).all()


def next_due(session: Session, endpoint_id: int, now: datetime) -> WebhookDelivery | None:
    """Return what is to be tried next at an address."""
    return session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id)
        .where(WebhookDelivery.done_at.is_(None), WebhookDelivery.next_try_at <= now)
        .order_by(WebhookDelivery.next_try_at, WebhookDelivery.id)
        .limit(1)
    )


def claim_delivery(
    session: Session, delivery: WebhookDelivery, now: datetime, until: datetime
) -> bool:
    """Take an event in hand by a conditional UPDATE; False if somebody else has it."""
    result = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery.id, WebhookDelivery.tries == delivery.tries)
        .where(WebhookDelivery.done_at.is_(None), WebhookDelivery.next_try_at <= now)
        .values(tries=WebhookDelivery.tries + 1, next_try_at=until)
        .execution_options(synchronize_session=False)
    )
    return _rows(result) == 1


def are_made_in_the_future(session: Session, now: datetime) -> bool:
    """Say whether an event that nobody tried yet waits for a clock that has gone back since."""
    return session.scalar(_AHEAD, {"soon": now + CLOCKS_APART}) is not None


def bring_forward_deliveries(session: Session, now: datetime) -> int:
    """Let such events be sent now; return how many there were."""
    ahead = _is_ahead(now + CLOCKS_APART)
    brought = update(WebhookDelivery).where(ahead).values(next_try_at=now)
    return _rows(session.execute(brought.execution_options(synchronize_session=False)))


def _is_ahead(soon: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    is_waiting = WebhookDelivery.done_at.is_(None) & (WebhookDelivery.next_try_at > soon)
    return is_waiting & (WebhookDelivery.tries == 0) & (WebhookDelivery.made_at > soon)


_AHEAD = select(WebhookDelivery.id).where(_is_ahead(bindparam("soon"))).limit(1)


def write_if_ours(session: Session, delivery_id: int, tries: int, **values: Any) -> bool:
    """Change an event that we have in hand, at that try; False if it isn't ours any more."""
    result = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.tries == tries)
        .where(WebhookDelivery.done_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _rows(result) == 1


def close_open(session: Session, endpoint_id: int, now: datetime, why: str) -> int:
    """Give up whatever an address has yet to be told; return how many events that were."""
    result = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.done_at.is_(None))
        .values(done_at=now, delivered=False, last_error=why[:300])
        .execution_options(synchronize_session=False)
    )
    return _rows(result)


def failing_since(session: Session, endpoint_id: int) -> datetime | None:
    """Return when the first event was made that an address didn't take, since it last took one."""
    of_it = WebhookDelivery.endpoint_id == endpoint_id
    took = select(func.max(WebhookDelivery.done_at)).where(of_it, WebhookDelivery.delivered)
    last = session.scalar(took)
    failed = select(func.min(WebhookDelivery.made_at)).where(
        of_it, WebhookDelivery.delivered.is_(False), WebhookDelivery.tries > 0
    )
    if last is not None:
        failed = failed.where(WebhookDelivery.made_at > last)
    return session.scalar(failed)


def begin_anew(session: Session, endpoint_id: int) -> None:
    """Let what was given up at an address count no more: `failing_since` begins with the next."""
    done = (WebhookDelivery.endpoint_id == endpoint_id) & WebhookDelivery.done_at.is_not(None)
    session.execute(
        update(WebhookDelivery).where(done, WebhookDelivery.delivered.is_(False)).values(tries=0)
    )


def given_up(
    session: Session, endpoint_id: int, only: UUID | None = None
) -> Sequence[WebhookDelivery]:
    """Return events that were given up at an address; with `only`, that one, delivered or not."""
    done = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.done_at.is_not(None)
    )
    wanted = (
        done.where(WebhookDelivery.delivered.is_(False))
        if only is None
        else done.where(WebhookDelivery.public_id == only)
    )
    return session.scalars(wanted.order_by(WebhookDelivery.id)).all()


def forget_done(session: Session, before: datetime) -> int:
    """Delete events that were done with before then; return how many."""
    done = delete(WebhookDelivery).where(WebhookDelivery.done_at < before)
    return _rows(session.execute(done))


def _rows(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
