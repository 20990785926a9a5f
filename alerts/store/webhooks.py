"""Where feeds want to hear what became of their cases, and what they have yet to be told.

An event is written in the transaction of what happened (an outbox), without a child's data: ids
and words of ours only.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

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
    next_try_at: Mapped[datetime]
    done_at: Mapped[datetime | None]  # delivered, or given up
    delivered: Mapped[bool] = mapped_column(default=False)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
