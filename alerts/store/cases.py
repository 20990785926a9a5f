"""What we know of a case, sealed under its key: posters and photos; and what remains after."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    Select,
    UniqueConstraint,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from alerts.poster import Poster as PosterValueOfCase
from alerts.store.base import Base, PublicId, RowId
from alerts.store.vault import Vault
from alerts.store.voices import CaseVoice

POSTER_PURPOSE = "poster"


class CaseRecord(Base):
    """One case of one source. `lookup` outlives the takedown: it guards against resurrection."""

    __tablename__ = "case_record"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    lookup: Mapped[bytes] = mapped_column(LargeBinary, unique=True)  # organization + case number
    key_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    taken_down_at: Mapped[datetime | None]  # the key is gone, the rows are blank


class CaseAlias(Base):
    """Another name of a case: each CAP message (sender, identifier, sent) that belongs to it."""

    __tablename__ = "case_alias"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    lookup: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


class PosterRecord(Base):
    """One revision of what the source said."""

    __tablename__ = "poster"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    voice_id: Mapped[int | None] = mapped_column(ForeignKey("case_voice.id"))  # who says so
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of the content
    modified_at: Mapped[datetime | None]  # the source's lastModified
    received_at: Mapped[datetime]
    sealed_payload: Mapped[bytes | None] = mapped_column(LargeBinary)  # None after takedown

    case: Mapped[CaseRecord] = relationship()
    voice: Mapped[CaseVoice | None] = relationship()


class PhotoRecord(Base):
    """A photo that was fetched, checked and re-encoded; the bytes lie sealed in the media store."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("case_id", "source"),)

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True)
    source: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of md5 or address at the source
    width: Mapped[int]
    height: Mapped[int]
    sealed_pdq: Mapped[bytes | None] = mapped_column(LargeBinary)  # perceptual hash, and quality
    kept_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class TakedownReceipt(Base):
    """Signed proof for the feed: where the data was and when each copy went."""

    __tablename__ = "takedown_receipt"

    id: Mapped[RowId]
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), unique=True)
    document: Mapped[dict[str, Any]]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime]


def receipt_of_case(session: Session, case_id: int) -> TakedownReceipt | None:
    """Return the signed receipt of a case that was taken down."""
    return session.scalar(select(TakedownReceipt).where(TakedownReceipt.case_id == case_id))


def case_by_lookup(session: Session, lookup: bytes) -> CaseRecord | None:
    """Return the case of that keyed hash: under its own name, any feed's name for it, or an alias.

    Where several have it (one that is retired kept an old name), the newest.
    """
    return session.scalar(_BY_LOOKUP, {"lookup": lookup})


def _by_lookup() -> Select[CaseRecord]:
    """Return the statement of `case_by_lookup`; made once, for it runs with every poster."""
    lookup = bindparam("lookup", type_=LargeBinary())
    named_so = select(CaseAlias.case_id).where(CaseAlias.lookup == lookup)
    called_so = select(CaseVoice.case_id).where(CaseVoice.lookup == lookup)
    is_it = or_(
        CaseRecord.lookup == lookup,
        CaseRecord.id.in_(named_so),
        CaseRecord.id.in_(called_so),
    )
    return select(CaseRecord).where(is_it).order_by(CaseRecord.id.desc()).limit(1)


_BY_LOOKUP = _by_lookup()


def cases_named(session: Session, lookups: Collection[bytes]) -> Sequence[int]:
    """Return the row ids of the cases that have one of those names, in order."""
    own = select(CaseRecord.id).where(CaseRecord.lookup.in_(lookups))
    called_so = select(CaseVoice.case_id).where(CaseVoice.lookup.in_(lookups))
    return sorted(session.scalars(own.union(called_so)))


def latest_poster(session: Session, case_id: int) -> PosterRecord | None:
    """Return the newest revision of what the feed says that leads the case."""
    leads = (
        select(CaseVoice.id)
        .join(CaseRecord, CaseRecord.id == CaseVoice.case_id)
        .where(CaseVoice.feed_id == CaseRecord.feed_id, CaseVoice.lookup == CaseRecord.lookup)
        .where(CaseRecord.id == case_id)
    )
    return session.scalar(
        select(PosterRecord)
        .where(PosterRecord.case_id == case_id)
        .where(or_(PosterRecord.voice_id.is_(None), PosterRecord.voice_id.in_(leads)))
        .order_by(PosterRecord.id.desc())
        .limit(1)
    )


def newest_of_voice(session: Session, case_id: int, voice_id: int) -> PosterRecord | None:
    """Return the newest revision of what one feed says of a case."""
    return session.scalar(
        select(PosterRecord)
        .where(PosterRecord.case_id == case_id, PosterRecord.voice_id == voice_id)
        .order_by(PosterRecord.id.desc())
        .limit(1)
    )


def seal_poster(vault: Vault, case: CaseRecord, poster: PosterValueOfCase) -> bytes:
    """Seal a poster under its case's key."""
    return vault.seal(case.key_id, POSTER_PURPOSE, poster.model_dump_json().encode())


def open_poster(vault: Vault, key_id: UUID, record: PosterRecord) -> PosterValueOfCase | None:
    """Open a poster; None after takedown."""
    if record.sealed_payload is None:
        return None
    plain = vault.open(key_id, POSTER_PURPOSE, record.sealed_payload)
    return PosterValueOfCase.model_validate_json(plain)


def photos_of_case(session: Session, case_id: int) -> Sequence[PhotoRecord]:
    """Return the photos that are still there, in the order in which they came."""
    return session.scalars(
        select(PhotoRecord)
        .where(PhotoRecord.case_id == case_id, PhotoRecord.removed_at.is_(None))
        .order_by(PhotoRecord.id)
    ).all()


def photo_by_public_id(session: Session, public_id: UUID) -> PhotoRecord | None:
    """Return a photo that is still there."""
    return session.scalar(
        select(PhotoRecord).where(
            PhotoRecord.public_id == public_id, PhotoRecord.removed_at.is_(None)
        )
    )


def photo_by_source(session: Session, case_id: int, source: bytes) -> PhotoRecord | None:
    """Return a case's photo of that source, also one that was removed."""
    return session.scalar(
        select(PhotoRecord).where(PhotoRecord.case_id == case_id, PhotoRecord.source == source)
    )


def waiting_for_takedown(session: Session) -> Sequence[CaseRecord]:
    """Return ended cases whose data is still there: the sweep finishes what a crash left."""
    return session.scalars(
        select(CaseRecord).where(
            CaseRecord.ended_at.is_not(None), CaseRecord.taken_down_at.is_(None)
        )
    ).all()
