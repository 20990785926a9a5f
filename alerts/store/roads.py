"""The highways on which somebody may have driven off: their lines, for corridors."""

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, RowId


class Road(Base):
    """A highway: a line with its bounding box, WGS84 lon/lat degrees."""

    __tablename__ = "road"
    __table_args__ = (UniqueConstraint("source", "code"),)

    id: Mapped[RowId]
    code: Mapped[str] = mapped_column(String(40))  # "I-35"
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(40))  # whose line this is
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    line: Mapped[bytes] = mapped_column(LargeBinary)  # WKB, LineString or MultiLineString
