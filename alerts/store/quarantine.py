"""Photos that are on a hash list: sealed away from everybody but a named reviewer (rule 17)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, PublicId, RowId


class QuarantinedPhoto(Base):
    """A photo that nobody saw; the bytes are sealed under a key of their own."""

    __tablename__ = "quarantined_photo"

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_record.id"), index=True)
    source: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of md5 or address
    key_id: Mapped[UUID]
    sealed_image: Mapped[bytes | None] = mapped_column(LargeBinary)  # as it came; None once decided
    list_name: Mapped[str] = mapped_column(String(200))  # which hash list, which entry of it
    distance: Mapped[int]  # bits that differ, of 256
    found_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(120))
    verdict: Mapped[str | None] = mapped_column(String(24))  # "confirmed", "mistaken"
