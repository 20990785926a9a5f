"""Did a phone show the push that its owner asked for?"""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, PublicId, RowId


class SelfTest(Base):
    """One push on demand, for one device."""

    __tablename__ = "self_test"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]  # what the push carries as its alert id
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    pushed_at: Mapped[datetime | None]
    failed: Mapped[str | None] = mapped_column(String(60))  # the channel's code
    shown_at: Mapped[datetime | None]
