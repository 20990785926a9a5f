"""What did devices say of an alert: shown, opened, dismissed? Kept each, and counted as they come.

A million phones answer within minutes: their rows are never counted over. Each row that is written
adds one to `receipt_count` in the same transaction, in one of some slots, so that phones which
answer at once don't stand in one queue. A person who is erased takes their receipts along; the
counts stay (DOMAIN rule 15).
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.alert import WaveKind
from alerts.store.base import Base, BigKey
from alerts.store.many import among
from alerts.store.subscribers import Device
from alerts.store.waves import Receipt, Wave

SHOWN, OPENED, DISMISSED = "shown", "opened", "dismissed"
SLOTS = 8  # rows that one count is spread over; PostgreSQL locks a row until its commit
FIRST_TELLINGS = (WaveKind.ALERT, WaveKind.EXERCISE)
NO_CHANNEL = ""  # which device it was isn't known


class ReceiptCount(Base):
    """How many devices said the same of a wave; the sum of its slots counts."""

    __tablename__ = "receipt_count"

    wave_id: Mapped[int] = mapped_column(BigKey, ForeignKey("wave.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(24), primary_key=True)
    event: Mapped[str] = mapped_column(String(12), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A device's word of an alert."""

    alert_id: int
    subscriber_id: int
    device_id: int  # 0: not known
    wave_id: int  # 0: not known
    channel: str
    event: str
    at: datetime


def keep_receipt(session: Session, said: Said) -> list[str]:
    """Keep a word, and what it implies; return the events that are news.

    The caller holds the person's row: of two requests at once one finds the other's word.
    """
    implied = (said.event, SHOWN) if said.event == OPENED else (said.event,)
    return [event for event in implied if _keep(session, said, event)]


def _keep(session: Session, said: Said, event: str) -> bool:
    same = select(Receipt.id).where(
        Receipt.alert_id == said.alert_id,
        Receipt.subscriber_id == said.subscriber_id,
        Receipt.device_id == said.device_id,
        Receipt.wave_id == said.wave_id,
        Receipt.event == event,
    )
    if session.scalar(same) is not None:
        return False
    session.add(
        Receipt(
            alert_id=said.alert_id,
            subscriber_id=said.subscriber_id,
            device_id=said.device_id,
            wave_id=said.wave_id,
            event=event,
            received_at=said.at,
        )
    )
    if said.wave_id:
        _count_up(session, said, event)
    return True


def _count_up(session: Session, said: Said, event: str) -> None:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    into = postgresql.insert(ReceiptCount) if is_postgresql else sqlite.insert(ReceiptCount)
    slot = random.SystemRandom().randrange(SLOTS)
    row = {"wave_id": said.wave_id, "channel": said.channel, "event": event, "slot": slot}
    session.execute(
        into.values(**row, count=1).on_conflict_do_update(
            index_elements=["wave_id", "channel", "event", "slot"],
            set_={"count": ReceiptCount.count + 1},
        )
    )


def wave_shown(
    session: Session,
    alert_id: int,
    now: datetime,
    *,
    revision: int | None = None,
    kind: WaveKind | None = None,
) -> int:
    """Say which wave a phone that speaks now has shown; 0 if none was made yet.

    Parameters
    ----------
    revision: of the push, if the phone says so; a push may have a newer one than its wave.
    kind: of the push, if the phone says so.

    Returns
    -------
    The newest such wave, or the first of those that told the same before it: late joiners have
    waves of their own, and count as one with those whom they joined. Who doesn't say the kind is
    taken for one of the many: not for a late joiner.
    """
    waves = select(Wave.id, Wave.revision, Wave.kind).where(
        Wave.alert_id == alert_id, Wave.made_at <= now
    )
    if revision is not None:
        waves = waves.where(Wave.revision <= revision)
    first = select(func.min(Wave.id)).where(Wave.alert_id == alert_id).scalar_subquery()
    joins_late = case((Wave.kind.in_(FIRST_TELLINGS) & (Wave.id != first), 1), else_=0)
    likely = case((Wave.kind == kind, 0), else_=1) if kind else joins_late
    newest = session.execute(waves.order_by(likely, Wave.id.desc()).limit(1)).one_or_none()
    if newest is None:
        return 0
    same = select(func.min(Wave.id)).where(
        Wave.alert_id == alert_id, Wave.revision == newest.revision, Wave.kind == newest.kind
    )
    return session.execute(same).scalar_one()


def only_device(session: Session, subscriber_id: int) -> Device | None:
    """Return a person's device if they have one alone: then a word without a name is its."""
    found = session.scalars(
        select(Device)
        .where(Device.subscriber_id == subscriber_id, Device.ended_at.is_(None))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def count_receipts(
    session: Session, wave_ids: Collection[int]
) -> Mapping[int, Mapping[tuple[str, str], int]]:
    """Return how many devices said what of each wave: wave → (channel, event) → devices."""
    rows = session.execute(
        select(
            ReceiptCount.wave_id,
            ReceiptCount.channel,
            ReceiptCount.event,
            func.sum(ReceiptCount.count).label("devices"),
        )
        .where(among(session, ReceiptCount.wave_id, wave_ids))
        .group_by(ReceiptCount.wave_id, ReceiptCount.channel, ReceiptCount.event)
    )
    found: dict[int, dict[tuple[str, str], int]] = {}
    for row in rows:
        found.setdefault(row.wave_id, {})[row.channel, row.event] = int(row.devices)
    return found
