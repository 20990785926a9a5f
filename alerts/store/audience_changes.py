"""Which devices and people changed? A sequence, so that the columns in memory read only those.

Triggers of the database write it, in the transaction of the change, so no statement can be
forgotten. Only SQLite has them (migration 0003): in PostgreSQL the tables themselves are asked.
A row that changes again gets a new number, so the table never outgrows the two that it follows.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, String, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, RowId


class Followed(StrEnum):
    """The tables that are followed."""

    SUBSCRIBER = "subscriber"
    DEVICE = "device"


class AudienceChange(Base):
    """A person or a device was added, changed or removed."""

    __tablename__ = "audience_change"
    __table_args__ = (
        UniqueConstraint("changed_table", "row_id"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[RowId]
    changed_table: Mapped[str] = mapped_column(String(12))  # Followed
    row_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))


def newest_audience_change(session: Session) -> int:
    """Return the newest number; 0 if there is none."""
    return session.scalar(_NEWEST) or 0


def audience_changes_since(
    session: Session, seq: int, limit: int
) -> Sequence[tuple[int, str, int]]:
    """Return the next changes after `seq`, in order: number, table, row id."""
    found = session.execute(_CHANGES.limit(limit), {"after": seq})
    return [(row.seq, row.changed_table, row.row_id) for row in found]


_NEWEST = select(func.max(AudienceChange.seq))
_CHANGES = (
    select(AudienceChange.seq, AudienceChange.changed_table, AudienceChange.row_id)
    .where(AudienceChange.seq > bindparam("after"))
    .order_by(AudienceChange.seq)
)
