"""What a geocoder answered before, so that it isn't asked again for the same place.

The question is a keyed hash: where a child was last seen is nobody's to read here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, RowId


class GeocodeAnswer(Base):
    """One answer of one service; `found` is None if it knows no such place."""

    __tablename__ = "geocode_answer"
    __table_args__ = (UniqueConstraint("service", "asked_hash"),)

    id: Mapped[RowId]
    service: Mapped[str] = mapped_column(String(40))  # geopy's name for it
    asked_hash: Mapped[bytes] = mapped_column(LargeBinary)
    found: Mapped[dict[str, Any] | None]
    asked_at: Mapped[datetime]
