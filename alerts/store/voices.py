"""Who speaks of a case, and which cases may be of the same child?

A case has one alert; several feeds may carry it. The feed that leads it says what people are
told; the others are heard when they say that the child was found.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.alert import EndReason
from alerts.errors import NotFound
from alerts.store.base import Base, RowId, choice

PERHAPS = "perhaps_same_child"  # the reason to hold what waits for the desk to say


class Likeness(StrEnum):
    """Whether two cases are of the same child."""

    DOUBTFUL = "doubtful"  # the desk must say
    SAME = "same"
    DIFFERENT = "different"


class CaseVoice(Base):
    """A feed that carries a case, under the name that it has for it."""

    __tablename__ = "case_voice"
    __table_args__ = (UniqueConstraint("feed_id", "lookup"),)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    lookup: Mapped[bytes] = mapped_column(LargeBinary, index=True)  # keyed hash of its own name
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
    reasons: Mapped[list[Any]]  # codes: "birth_date", "name_alike" (intake.likeness.compare)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))


def voices_of(session: Session, case_id: int) -> Sequence[CaseVoice]:
    """Return the voices of a case, in the order in which they were first heard."""
    return session.scalars(
        select(CaseVoice).where(CaseVoice.case_id == case_id).order_by(CaseVoice.id)
    ).all()


def voice_of(session: Session, case_id: int, feed_id: int, lookup: bytes) -> CaseVoice | None:
    """Return a feed's voice of a case: by its name, else the one of that feed heard last."""
    own = [voice for voice in voices_of(session, case_id) if voice.feed_id == feed_id]
    named = [voice for voice in own if voice.lookup == lookup]
    going_on = [voice for voice in own if voice.ended_at is None]
    return next(iter((*named, *reversed(going_on), *reversed(own))), None)


def voice_named(session: Session, feed_id: int, lookup: bytes) -> CaseVoice | None:
    """Return the voice that a feed has under a name of its own."""
    return session.scalar(_NAMED, {"feed_id": feed_id, "lookup": lookup})


_NAMED = select(CaseVoice).where(  # made once: it runs with every poster
    CaseVoice.feed_id == bindparam("feed_id"), CaseVoice.lookup == bindparam("lookup")
)


def links_of(session: Session, case_id: int) -> Sequence[CaseLink]:
    """Return the links of a case with others, whatever they say, oldest first."""
    return session.scalars(
        select(CaseLink)
        .where(or_(CaseLink.case_id == case_id, CaseLink.other_case_id == case_id))
        .order_by(CaseLink.id)
    ).all()


def linked_cases(session: Session, case_id: int, likeness: Likeness) -> set[int]:
    """Return the other cases that a case is linked with in that way."""
    return {
        other
        for link in links_of(session, case_id)
        if link.likeness is likeness
        for other in (link.case_id, link.other_case_id)
        if other != case_id
    }


def link_by_id(session: Session, link_id: int) -> CaseLink:
    """Return a link; NotFound if there is none."""
    link = session.get(CaseLink, link_id)
    if link is None:
        raise NotFound(f"there is no link {link_id}; porchlight case links lists them")
    return link


def all_links(session: Session, *, undecided_only: bool, most: int) -> Sequence[CaseLink]:
    """Return links, newest first."""
    statement = select(CaseLink).order_by(CaseLink.id.desc()).limit(most)
    if undecided_only:
        statement = statement.where(CaseLink.likeness == Likeness.DOUBTFUL)
    return session.scalars(statement).all()


def move_links(session: Session, old_id: int, new_id: int) -> None:
    """Let what is open or decided of a case hold for the one in its place.

    Not that two cases are the same: that was acted on.
    """
    known = {other for like in Likeness for other in linked_cases(session, new_id, like)}
    for link in links_of(session, old_id):
        (other,) = {link.case_id, link.other_case_id} - {old_id}
        if link.likeness is Likeness.SAME or other in known | {new_id}:
            continue
        link.other_case_id, link.case_id = sorted((other, new_id))
