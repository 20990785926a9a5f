"""What a geocoder answered before, so that it isn't asked again for the same place.

The question is a keyed hash, and the answer is sealed: where a child was last seen is nobody's to
read here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint, delete, null, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

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


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An answer as it was kept; `sealed` is None if the service knew no such place."""

    sealed: str | None
    asked_at: datetime


def answer_kept(session: Session, service: str, asked_hash: bytes) -> Kept | None:
    """Return what a service answered to a question; None if it wasn't asked, or long ago."""
    row = session.execute(
        select(GeocodeAnswer.found, GeocodeAnswer.asked_at).where(
            GeocodeAnswer.service == service, GeocodeAnswer.asked_hash == asked_hash
        )
    ).one_or_none()
    if row is None:
        return None
    return Kept(sealed=row.found["sealed"] if row.found else None, asked_at=row.asked_at)


def keep_answer(
    session: Session, service: str, asked_hash: bytes, sealed: str | None, now: datetime
) -> None:
    """Keep an answer, in the place of an older one to the same question."""
    found = null() if sealed is None else {"sealed": sealed}
    answer = {"found": found, "asked_at": now}
    into = _insert(session).values(service=service, asked_hash=asked_hash, **answer)
    key = ["service", "asked_hash"]
    session.execute(into.on_conflict_do_update(index_elements=key, set_=answer))


def forget_answers(session: Session, *, found_before: datetime, unknown_before: datetime) -> None:
    """Forget answers that are too old to be believed: places, and places that nobody knew."""
    is_unknown, at = GeocodeAnswer.found.is_(null()), GeocodeAnswer.asked_at
    too_old = or_(at < found_before, is_unknown & (at < unknown_before))
    session.execute(delete(GeocodeAnswer).where(too_old))


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(GeocodeAnswer) if is_postgresql else sqlite.insert(GeocodeAnswer)
