"""What does a named reviewer do with a photo in quarantine? Look, confirm, or let it go.

Every look is an entry in the book of deeds, written before the bytes are handed out. Nobody but a
person with the role admin may look or decide (ADR 0022).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.errors import Conflict, IllegalTransition
from alerts.intake.case.siblings import without_the_found
from alerts.intake.photos.clean import clean_photo
from alerts.intake.photos.keep import keep_photo
from alerts.photos_shown import photos_shown, source_hash
from alerts.store.cases import CaseRecord, PhotoRecord, latest_poster, open_poster, photo_by_source
from alerts.store.media import Media
from alerts.store.quarantine import PURPOSE, QuarantinedPhoto, Review, destroy
from alerts.store.staff import Staff, record
from alerts.store.vault import Vault

REVIEWERS = frozenset({"admin"})


def look(
    session: Session, vault: Vault, photo: QuarantinedPhoto, by: Staff, now: datetime
) -> bytes:
    """Return the photo as it came; commit before anybody sees it, so that the look is on record.

    Raises
    ------
    Conflict: `by` may not look.
    IllegalTransition: the photo was destroyed.
    """
    raw = _opened(vault, photo, by)
    _note(session, photo, by, now, "photo.looked_at")
    return raw


def confirm(
    session: Session, vault: Vault, photo: QuarantinedPhoto, by: Staff, now: datetime
) -> None:
    """Say that it is what the hash list says: it stays sealed until its retention ends.

    Raises
    ------
    Conflict, IllegalTransition: as `look`; and if it was let go before.
    """
    _opened(vault, photo, by)
    if photo.verdict == Review.CONFIRMED:
        return
    _decide(session, photo, by, now, Review.CONFIRMED)


def let_go(
    session: Session,
    vault: Vault,
    media: Media,
    photo: QuarantinedPhoto,
    by: Staff,
    now: datetime,
    max_pixels: int,
) -> PhotoRecord | None:
    """Say that the likeness is chance: it becomes an ordinary photo of its case.

    Returns
    -------
    None if its case is over or shows it no more: then it is destroyed.

    Raises
    ------
    Conflict, IllegalTransition: as `look`; and if it was confirmed before.
    """
    raw = _opened(vault, photo, by)
    if photo.verdict == Review.CONFIRMED:
        raise IllegalTransition("this photo was confirmed; what is evidence isn't let go")
    case, kept = _case_of(session, photo), None
    if case is not None and _is_shown(session, vault, case, photo.source):
        clean = clean_photo(raw, expected_md5=None, max_pixels=max_pixels)
        known = photo_by_source(session, case.id, photo.source)
        kept = keep_photo(session, vault, media, case, photo.source, clean, now, known)
    _decide(session, photo, by, now, Review.MISTAKEN)
    destroy(vault, photo)
    return kept


def _opened(vault: Vault, photo: QuarantinedPhoto, by: Staff) -> bytes:
    if by.role not in REVIEWERS:
        raise Conflict(f"{by.name} is {by.role}: only an admin may look at photos in quarantine")
    if photo.sealed_image is None:
        raise IllegalTransition("this photo was destroyed; only its entry in the list is known")
    return vault.open(photo.key_id, PURPOSE, photo.sealed_image)


def _case_of(session: Session, photo: QuarantinedPhoto) -> CaseRecord | None:
    """Return its case, locked; None for a photo of a document that was held aside."""
    if photo.case_id is None:
        return None
    return session.get(CaseRecord, photo.case_id, with_for_update=True)


def _is_shown(session: Session, vault: Vault, case: CaseRecord, source: bytes) -> bool:
    if case.ended_at is not None:
        return False
    newest = latest_poster(session, case.id)
    poster = open_poster(vault, case.key_id, newest) if newest else None
    if poster is None:
        return False
    shown = photos_shown(without_the_found(poster))
    return source in {source_hash(vault, one) for one in shown}


def _decide(
    session: Session, photo: QuarantinedPhoto, by: Staff, now: datetime, verdict: Review
) -> None:
    photo.verdict, photo.reviewed_at, photo.reviewed_by = verdict, now, by.name
    _note(session, photo, by, now, f"photo.{verdict}")


def _note(session: Session, photo: QuarantinedPhoto, by: Staff, now: datetime, deed: str) -> None:
    record(session, now, actor=f"staff:{by.name}", deed=deed, subject=f"photo:{photo.public_id}")
