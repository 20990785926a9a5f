"""The neighbours: people known by a random id only, their neighborhoods and their devices.

A neighborhood is a home address (DOMAIN rule 19): nothing here is ever logged but row ids. Each
change of a neighborhood writes a row of `neighborhood_change` in the same transaction; its
sequence is what keeps the audience index fresh.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, Ground, PublicId, RowId, Shape, choice
from alerts.store.turns import NEIGHBORHOODS, take_turns

TOKEN_BYTES = 32


class Channel(StrEnum):
    """How a device is reached."""

    FCM = "fcm"
    WEBPUSH = "webpush"
    CONSOLE = "console"


class Subscriber(Base):
    """A person: a random id and what they chose. No name, no e-mail."""

    __tablename__ = "subscriber"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # SHA-256 of 256 bits
    language: Mapped[str] = mapped_column(String(16), default="en")
    quiet_hours: Mapped[dict[str, Any] | None]  # alerts.audience.quiet.QuietHours
    weekly_cap: Mapped[int | None]  # None: the instance's
    tester: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]


class Neighborhood(Base):
    """A polygon that a subscriber drew."""

    __tablename__ = "neighborhood"
    __table_args__ = (
        Index(
            "ix_neighborhood_countyless",
            "id",
            sqlite_where=text("county IS NULL"),
            postgresql_where=text("county IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(60))
    shape: Mapped[Ground] = mapped_column(Shape())  # of cells: the outline of them all
    radius_m: Mapped[float | None]  # it was drawn as a circle of this radius
    # FIPS code of the county that its middle lies in, "": in none; None: not looked up yet
    county: Mapped[str | None] = mapped_column(String(5))
    cell_resolution: Mapped[int | None]  # H3, 0-15; None: the polygon itself is kept
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)  # H3 indexes, sorted uint64 BE
    drawn_at: Mapped[datetime]


class NeighborhoodChange(Base):
    """A neighborhood was drawn, moved or removed; the sequence is in the order of commits."""

    __tablename__ = "neighborhood_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[RowId]
    neighborhood_id: Mapped[int] = mapped_column(index=True)
    subscriber_id: Mapped[int]


class Device(Base):
    """One push address of a subscriber."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "device_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[RowId]
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    device_key: Mapped[str] = mapped_column(String(80))  # the app's own id for it
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    address: Mapped[str] = mapped_column(String(2048))
    address_kind: Mapped[str] = mapped_column(String(12))  # token, fid, endpoint, console
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    push_keys: Mapped[str | None] = mapped_column(String(120))  # Web Push: see PushTarget.keys
    registered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # gone, says the channel; moved to another person; removed
    ended_reason: Mapped[str | None] = mapped_column(String(40))


def new_token() -> str:
    """Cut a subscriber's bearer token; only its hash is kept."""
    return "pls_" + secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return the hash by which a token is looked up."""
    return hashlib.sha256(token.encode()).digest()


def subscriber_of_token(session: Session, token: str) -> Subscriber | None:
    """Return whose token this is."""
    return session.scalar(select(Subscriber).where(Subscriber.token_hash == token_hash(token)))


def note_change(session: Session, neighborhood: Neighborhood) -> None:
    """Write that a neighborhood was drawn, moved or removed."""
    take_turns(session, NEIGHBORHOODS)
    session.flush()
    session.add(
        NeighborhoodChange(
            neighborhood_id=neighborhood.id, subscriber_id=neighborhood.subscriber_id
        )
    )


def newest_change(session: Session) -> int:
    """Return the sequence of the newest committed change; 0 if there is none."""
    return session.scalar(_NEWEST_CHANGE) or 0


_NEWEST_CHANGE = select(func.max(NeighborhoodChange.seq))


def changes_since(session: Session, seq: int, limit: int) -> Sequence[NeighborhoodChange]:
    """Return the next changes after `seq`, in order."""
    return session.scalars(_CHANGES.limit(limit), {"after": seq}).all()


_CHANGES = (
    select(NeighborhoodChange)
    .where(NeighborhoodChange.seq > bindparam("after"))
    .order_by(NeighborhoodChange.seq)
)


def neighborhoods_of(session: Session, subscriber_id: int) -> Sequence[Neighborhood]:
    """Return a person's neighborhoods, oldest first."""
    return session.scalars(
        select(Neighborhood)
        .where(Neighborhood.subscriber_id == subscriber_id)
        .order_by(Neighborhood.id)
    ).all()


def neighborhood_of(session: Session, subscriber_id: int, public_id: UUID) -> Neighborhood:
    """Return a person's own neighborhood; NotFound if it is nobody's or another's."""
    found = session.scalar(
        select(Neighborhood).where(
            Neighborhood.subscriber_id == subscriber_id, Neighborhood.public_id == public_id
        )
    )
    if found is None:
        raise NotFound(f"you have no neighborhood {public_id}")
    return found


def remove_neighborhood(session: Session, neighborhood: Neighborhood) -> None:
    """Forget a neighborhood, and note that it is gone."""
    note_change(session, neighborhood)
    session.delete(neighborhood)
    session.flush()


def look_again(session: Session, subscriber_id: int) -> None:
    """Have active alerts look at all of a person's neighborhoods again (DOMAIN rule 12)."""
    for neighborhood in neighborhoods_of(session, subscriber_id):
        note_change(session, neighborhood)


def erase(session: Session, subscriber: Subscriber) -> None:
    """Forget a person: row, neighborhoods, devices, receipts (DOMAIN rule 19)."""
    for neighborhood in neighborhoods_of(session, subscriber.id):
        note_change(session, neighborhood)
    session.execute(delete(Neighborhood).where(Neighborhood.subscriber_id == subscriber.id))
    session.execute(delete(Device).where(Device.subscriber_id == subscriber.id))
    session.delete(subscriber)
    session.flush()
