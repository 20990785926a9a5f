"""Who speaks of a case, and which cases may be of the same child?

A case has one alert; several feeds may carry it. The feed that leads it says what people are
told; the others are heard when they say that the child was found.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alerts.alert import EndReason
from alerts.store.base import Base, RowId, choice


class Likeness(StrEnum):
    """Whether two cases are of the same child."""

    DOUBTFUL = "doubtful"  # the desk must say
    SAME = "same"
    DIFFERENT = "different"


class CaseVoice(Base):
    """A feed that carries a case, under the name that it has for it."""

    __tablename__ = "case_voice"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    lookup: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # keyed hash of its own name
    heard_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # this feed says that it is over
    end_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason))


class CaseLink(Base):
    """Two cases that may be of one child; why, in codes that name nobody."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_case_id"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"))
    other_case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    likeness: Mapped[Likeness] = mapped_column(choice(Likeness))
    probability: Mapped[float]  # 0 to 1
    reasons: Mapped[list[Any]]  # codes: "birth_date", "name_near"
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
