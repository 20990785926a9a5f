"""What must the desk hear of that is no held alert? A poster gone from a listing, a quiet feed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, RowId


class DeskNotice(Base):
    """One thing for the desk to look at; never a child's data."""

    __tablename__ = "desk_notice"

    id: Mapped[RowId]
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feed.id"))
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(String(120))


def notify_desk(
    session: Session,
    code: str,
    message: str,
    now: datetime,
    *,
    feed_id: int | None = None,
    alert_id: int | None = None,
) -> bool:
    """Tell the desk, unless the same is already waiting there; return whether it was new."""
    same = select(DeskNotice.id).where(
        DeskNotice.code == code,
        DeskNotice.feed_id.is_(feed_id) if feed_id is None else DeskNotice.feed_id == feed_id,
        DeskNotice.alert_id.is_(alert_id) if alert_id is None else DeskNotice.alert_id == alert_id,
        DeskNotice.seen_at.is_(None),
    )
    if session.scalar(same.limit(1)) is not None:
        return False
    session.add(
        DeskNotice(
            feed_id=feed_id, alert_id=alert_id, code=code, message=message[:500], made_at=now
        )
    )
    return True


def open_notices(session: Session) -> Sequence[DeskNotice]:
    """Return what nobody has seen to yet, oldest first."""
    unseen = select(DeskNotice).where(DeskNotice.seen_at.is_(None))
    return session.scalars(unseen.order_by(DeskNotice.id)).all()


def notice_by_id(session: Session, notice_id: int) -> DeskNotice:
    """Return the notice; NotFound if there is none."""
    found = session.get(DeskNotice, notice_id)
    if found is None:
        raise NotFound(f"there is no notice {notice_id}")
    return found


def see_to(notice: DeskNotice, by: str, now: datetime) -> bool:
    """Note who saw to a notice; False if somebody had before."""
    if notice.seen_at is not None:
        return False
    notice.seen_at, notice.seen_by = now, by
    return True


def withdraw_notice(
    session: Session, code: str, by: str, now: datetime, *, feed_id: int, alert_id: int | None
) -> bool:
    """See to a notice that is no longer true; False if it isn't waiting any more."""
    waiting = select(DeskNotice).where(
        DeskNotice.code == code,
        DeskNotice.feed_id == feed_id,
        DeskNotice.alert_id.is_(alert_id) if alert_id is None else DeskNotice.alert_id == alert_id,
        DeskNotice.seen_at.is_(None),
    )
    found = session.scalars(waiting).all()
    for notice in found:
        see_to(notice, by, now)
    return bool(found)
