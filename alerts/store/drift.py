"""Which fields does a feed send that nobody expected? Schema drift, seen before it hurts."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, RowId


class UnknownField(Base):
    """A field that a feed sent and we don't know; its name only, never its content."""

    __tablename__ = "unknown_field"
    __table_args__ = (UniqueConstraint("feed_id", "path"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    path: Mapped[str] = mapped_column(String(200))  # JSON pointer or XML path, indexes as "*"
    documents: Mapped[int]  # that had it
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    seen_to_at: Mapped[datetime | None]  # the operator knows of it
