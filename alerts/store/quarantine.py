"""Photos that are on a hash list: sealed away from everybody but a named reviewer (rule 17)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.errors import NotFound
from alerts.store.base import Base, PublicId, RowId
from alerts.store.vault import Vault

PURPOSE = "photo/quarantined"


class Review(StrEnum):
    """What a reviewer says of a photo."""

    CONFIRMED = "confirmed"  # it is what the list says: sealed until its retention ends
    MISTAKEN = "mistaken"  # the likeness is chance: an ordinary photo of its case


class QuarantinedPhoto(Base):
    """A photo that nobody saw; the bytes are sealed under a key of their own."""

    __tablename__ = "quarantined_photo"

    id: Mapped[RowId]
    public_id: Mapped[PublicId]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_record.id"), index=True)
    source: Mapped[bytes] = mapped_column(LargeBinary)  # keyed hash of md5 or address
    key_id: Mapped[UUID]
    sealed_image: Mapped[bytes | None] = mapped_column(LargeBinary)  # as it came; None: destroyed
    list_name: Mapped[str] = mapped_column(String(200))  # which hash list, which entry of it
    distance: Mapped[int]  # bits that differ, of 256
    found_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(120))
    verdict: Mapped[str | None] = mapped_column(String(24))  # a Review


def quarantined_by_public_id(session: Session, public_id: UUID) -> QuarantinedPhoto:
    """Return a photo of the quarantine, its row locked; NotFound if there is none of that id."""
    photo = session.scalar(
        select(QuarantinedPhoto).where(QuarantinedPhoto.public_id == public_id).with_for_update()
    )
    if photo is None:
        raise NotFound(f"no photo {public_id} is in quarantine: porchlight photo list-quarantined")
    return photo


def quarantined_of_case(session: Session, case_id: int) -> Sequence[QuarantinedPhoto]:
    """Return every photo of a case that was ever quarantined, in the order in which they came."""
    of_case = select(QuarantinedPhoto).where(QuarantinedPhoto.case_id == case_id)
    return session.scalars(of_case.order_by(QuarantinedPhoto.id)).all()


def quarantined_aside(session: Session, feed_id: int) -> Sequence[QuarantinedPhoto]:
    """Return the photos of a feed's documents that were held aside: of no case."""
    of_feed = select(QuarantinedPhoto).where(
        QuarantinedPhoto.feed_id == feed_id, QuarantinedPhoto.case_id.is_(None)
    )
    return session.scalars(of_feed).all()


def blocked_sources(session: Session, case_id: int) -> set[bytes]:
    """Return the photos of a case that are neither fetched nor kept: in quarantine, not cleared."""
    of_case = quarantined_of_case(session, case_id)
    return {photo.source for photo in of_case if photo.verdict != Review.MISTAKEN}


def kept_past(session: Session, before: datetime) -> Sequence[QuarantinedPhoto]:
    """Return the photos whose time is over: since the review, or since they came without one."""
    since = func.coalesce(QuarantinedPhoto.reviewed_at, QuarantinedPhoto.found_at)
    return session.scalars(
        select(QuarantinedPhoto).where(QuarantinedPhoto.sealed_image.is_not(None), since < before)
    ).all()


def count_unreviewed(session: Session) -> int:
    """Return how many photos wait for a reviewer."""
    waiting = select(func.count(QuarantinedPhoto.id)).where(
        QuarantinedPhoto.verdict.is_(None), QuarantinedPhoto.sealed_image.is_not(None)
    )
    return session.scalar(waiting) or 0


def has_evidence(session: Session, case_id: int) -> bool:
    """Say whether a photo of a case is kept though the case was taken back: it was confirmed."""
    return any(photo.sealed_image is not None for photo in quarantined_of_case(session, case_id))


def destroy(vault: Vault, photo: QuarantinedPhoto) -> None:
    """Throw a photo's key and bytes away; what stays is that there was one, and which entry."""
    vault.destroy(photo.key_id)
    photo.sealed_image = None


def destroy_unconfirmed(
    session: Session, vault: Vault, case_id: int, *, but: Collection[bytes] = ()
) -> int:
    """Destroy the photos of a case that nobody confirmed, `but` those sources; return how many.

    What a reviewer confirmed is evidence and stays sealed under its own key (ADR 0022).
    """
    going = [
        photo
        for photo in quarantined_of_case(session, case_id)
        if photo.sealed_image is not None
        and photo.verdict != Review.CONFIRMED
        and photo.source not in but
    ]
    for photo in going:
        destroy(vault, photo)
    return len(going)
