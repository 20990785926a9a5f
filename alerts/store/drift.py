"""Which fields does a feed send that nobody expected? Schema drift, seen before it hurts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.store.base import Base, RowId

MAX_PATH_CHARS = 200


class UnknownField(Base):
    """A field that a feed sent and we don't know; its name only, never its content."""

    __tablename__ = "unknown_field"
    __table_args__ = (UniqueConstraint("feed_id", "path"),)

    id: Mapped[RowId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    path: Mapped[str] = mapped_column(String(MAX_PATH_CHARS))  # JSON pointer or XML path
    documents: Mapped[int]  # that had it, as often as it was noted
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    seen_to_at: Mapped[datetime | None]  # the operator knows of it


def note_fields(
    session: Session, feed_id: int, paths: Collection[str], now: datetime, *, most: int
) -> Sequence[str]:
    """Note that a document had these fields; return those that the feed never sent before.

    `most`: of a feed; beyond so many nothing new is noted.
    """
    wanted = sorted({path[:MAX_PATH_CHARS] for path in paths})
    known = set(session.scalars(select(UnknownField.path).where(UnknownField.feed_id == feed_id)))
    fresh = [path for path in wanted if path not in known][: max(most - len(known), 0)]
    named = [path for path in wanted if path in known or path in fresh]
    for path in named:  # in one order, so that two documents at once never deadlock
        session.execute(_upsert(session, feed_id, path, now))
    return fresh


def fields_of(session: Session, feed_id: int) -> Sequence[UnknownField]:
    """Return the unknown fields of a feed that nobody has seen to, newest first."""
    return session.scalars(
        select(UnknownField)
        .where(UnknownField.feed_id == feed_id, UnknownField.seen_to_at.is_(None))
        .order_by(UnknownField.first_seen_at.desc(), UnknownField.path)
    ).all()


def see_to_fields(session: Session, feed_id: int, now: datetime) -> int:
    """Note that the operator knows of a feed's unknown fields; return how many were new."""
    done = session.execute(
        update(UnknownField)
        .where(UnknownField.feed_id == feed_id, UnknownField.seen_to_at.is_(None))
        .values(seen_to_at=now)
    )
    return int(getattr(done, "rowcount", 0))


def _upsert(
    session: Session, feed_id: int, path: str, now: datetime
) -> postgresql.Insert | sqlite.Insert:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    into = postgresql.insert(UnknownField) if is_postgresql else sqlite.insert(UnknownField)
    return into.values(
        feed_id=feed_id, path=path, documents=1, first_seen_at=now, last_seen_at=now
    ).on_conflict_do_update(
        index_elements=["feed_id", "path"],
        set_={"documents": UnknownField.documents + 1, "last_seen_at": now},
    )
