"""What a feed's listing held when it was last read: how we know that something is gone from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.alert import Status
from alerts.store.alerts import Alert
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
    version: Mapped[bytes | None] = mapped_column(LargeBinary)  # keyed hash of what was taken in
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # in vain, in a row


@dataclass(frozen=True, kw_only=True)
class ListedCase:
    """A case whose alert is still on and that a feed's listing has, or had."""

    case_id: int
    alert_id: int
    alert: UUID  # the alert's public id
    names: frozenset[bytes]  # of its entries
    gone: frozenset[bytes]  # of them: not in the last full listing


def listed_items(session: Session, feed_id: int) -> dict[bytes, ListedItem]:
    """Return the entries of a feed's listing by the keyed hashes of their names."""
    rows = session.scalars(select(ListedItem).where(ListedItem.feed_id == feed_id))
    return {row.name: row for row in rows}


def listed_item(session: Session, feed_id: int, name: bytes, now: datetime) -> ListedItem:
    """Return the entry of that name, a new one if it was never listed."""
    found = session.scalar(
        select(ListedItem).where(ListedItem.feed_id == feed_id, ListedItem.name == name)
    )
    if found is None:
        found = ListedItem(feed_id=feed_id, name=name, first_seen_at=now, last_seen_at=now, tries=0)
        session.add(found)
    return found


def listed_cases(session: Session, feed_id: int, now: datetime) -> Sequence[ListedCase]:
    """Return the cases of a listing whose alerts are active or held and haven't expired."""
    rows = session.execute(
        select(Alert, ListedItem)
        .join(ListedItem, Alert.case_id == ListedItem.case_id)
        .where(ListedItem.feed_id == feed_id)
        .where(Alert.status.in_((Status.ACTIVE, Status.HELD)), Alert.expires_at > now)
        .order_by(Alert.id)
    )
    of_alert: dict[Alert, list[ListedItem]] = {}
    for alert, item in rows:
        of_alert.setdefault(alert, []).append(item)
    return [
        ListedCase(
            case_id=alert.case_id,
            alert_id=alert.id,
            alert=alert.public_id,
            names=frozenset(item.name for item in items),
            gone=frozenset(item.name for item in items if item.gone_at is not None),
        )
        for alert, items in of_alert.items()
    ]


def forget_gone(session: Session, feed_id: int, before: datetime) -> None:
    """Forget entries that have long been gone from a listing."""
    gone = (ListedItem.feed_id == feed_id) & (ListedItem.gone_at < before)
    session.execute(delete(ListedItem).where(gone))
