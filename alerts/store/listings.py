"""What a feed's listing held when it was last read: how we know that something is gone from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, RowId


class ListedItem(Base):
    """One entry of a feed's listing, by a keyed hash of its name."""

    __tablename__ = "listed_item"
    __table_args__ = (UniqueConstraint("feed_id", "name"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    name: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash: case, entry id or address
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_record.id"), index=True)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]  # it was not in the last full listing
