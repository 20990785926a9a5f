"""How is each channel? One row a channel, shared by all workers: its pace and its breaker."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from alerts.store.base import Base, choice


class Breaker(StrEnum):
    """Whether a channel is used."""

    CLOSED = "closed"  # pushes flow
    OPEN = "open"  # they wait until `retry_at`
    HALF_OPEN = "half_open"  # one chunk is out to see whether it works again


class ChannelState(Base):
    """The pace and the breaker of one channel."""

    __tablename__ = "channel_state"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    free_at: Mapped[datetime | None]  # pushes up to here are spoken for (GCRA)
    ramp_from: Mapped[datetime | None]  # the rate grows from here
    breaker: Mapped[Breaker] = mapped_column(choice(Breaker), default=Breaker.CLOSED)
    failures: Mapped[int] = mapped_column(default=0)  # chunks that failed in a row
    why: Mapped[str | None] = mapped_column(String(200))
    opened_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    probe_until: Mapped[datetime | None]  # of the one that probes
