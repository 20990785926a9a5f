"""Which photos does a poster show, and where do they go? Into the media store, sealed."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.intake.photos.clean import CleanPhoto
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.pdq import PURPOSE as PDQ_PURPOSE
from alerts.intake.photos.pdq import as_stored
from alerts.intake.photos.quarantine import photo_quarantined, quarantine
from alerts.intake.photos.take import KeptPhoto, PhotoRules, take_photo
from alerts.photos_shown import photos_shown, purpose_of, source_hash
from alerts.poster import Photo, Poster
from alerts.problem import Problem, warning
from alerts.store.cases import CaseRecord, PhotoRecord, photos_of_case
from alerts.store.media import Media, PhotoSize
from alerts.store.quarantine import Review, blocked_sources, quarantined_of_case
from alerts.store.vault import Vault

__all__ = [
    "KeptPhoto",
    "bare",
    "inline_bytes",
    "keep_photo",
    "keep_photos",
    "known_sources",
    "refused",
    "unpack_inline",
]


def unpack_inline(
    poster: Poster, rules: PhotoRules
) -> tuple[Poster, list[KeptPhoto], list[Problem]]:
    """Clean the photos that came inside the poster; return the poster without their bytes."""
    kept: list[KeptPhoto] = []
    problems: list[Problem] = []
    for photo in photos_shown(poster):
        if photo.data_base64 is None:
            continue
        try:
            raw = inline_bytes(photo.data_base64, rules.max_bytes)
            kept.append(replace(take_photo(photo, raw, rules), photo=bare(photo)))
        except PhotoRefused as problem:
            problems.append(refused(problem))
            continue
        if kept[-1].hit is not None:
            problems.append(photo_quarantined())
    return _without_bytes(poster), kept, problems


def inline_bytes(text: str, max_bytes: int) -> bytes:
    """Return the bytes of a photo inside a document: base64, perhaps as a `data:` URL.

    Raises
    ------
    PhotoRefused: `too_large`, `broken_image`.
    """
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    if len(text) * 3 // 4 > 2 * max_bytes:  # it may be wrapped into lines, but not to twice that
        raise PhotoRefused("too_large", "The photo has too many bytes.")
    letters = "".join(text.split()).rstrip("=")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError) as e:
        raise PhotoRefused("broken_image", "It isn't base64.") from e


def refused(problem: PhotoRefused) -> Problem:
    """Return the finding that the poster goes on without one of its photos."""
    return warning(problem.code, "/photos", f"A photo was left out: {problem}")


def keep_photos(
    session: Session,
    vault: Vault,
    media: Media,
    case: CaseRecord,
    photos: Sequence[KeptPhoto],
    now: datetime,
    *,
    feed_id: int | None = None,
) -> int:
    """Seal photos under their case's key and keep them; return how many were new.

    One that is on the hash list goes into the quarantine instead, and whatever is there already
    isn't kept again.

    Parameters
    ----------
    feed_id: who sent them; None: the feed that leads the case.
    """
    of_case = session.scalars(select(PhotoRecord).where(PhotoRecord.case_id == case.id))
    known = {record.source: record for record in of_case}
    reviews = {photo.source: photo.verdict for photo in quarantined_of_case(session, case.id)}
    fresh = 0
    for kept in photos:
        source = source_hash(vault, kept.photo)
        record = known.get(source)
        is_there = record is not None and record.removed_at is None
        if is_there or (source in reviews and reviews[source] != Review.MISTAKEN):
            continue
        if kept.hit is not None and not _was_cleared(kept, reviews.get(source)):
            sender = case.feed_id if feed_id is None else feed_id
            quarantine(session, vault, kept, now, feed_id=sender, case=case)
            reviews[source] = None
            continue
        known[source] = keep_photo(session, vault, media, case, source, kept.clean, now, record)
        fresh += 1
    return fresh


def keep_photo(
    session: Session,
    vault: Vault,
    media: Media,
    case: CaseRecord,
    source: bytes,
    clean: CleanPhoto,
    now: datetime,
    record: PhotoRecord | None = None,
) -> PhotoRecord:
    """Keep one photo of a case; `record` is its row if it was there before."""
    if record is None:
        record = PhotoRecord(case_id=case.id, source=source, public_id=uuid7())
        session.add(record)
    record.width, record.height = clean.width, clean.height
    record.kept_at, record.removed_at = now, None
    record.sealed_pdq = vault.seal(case.key_id, PDQ_PURPOSE, as_stored(clean.pdq))
    for size, jpeg in _sizes(clean):
        media.put(record.public_id, size, vault.seal(case.key_id, purpose_of(size), jpeg))
    return record


def known_sources(session: Session, case_id: int) -> set[bytes]:
    """Return the photos of a case that needn't be fetched: we have them, or mustn't."""
    here = {photo.source for photo in photos_of_case(session, case_id)}
    return here | blocked_sources(session, case_id)


def _sizes(clean: CleanPhoto) -> Iterator[tuple[PhotoSize, bytes]]:
    yield "page", clean.jpeg
    yield "push", clean.thumbnail_jpeg
    if clean.print_jpeg is not None:
        yield "print", clean.print_jpeg


def _was_cleared(kept: KeptPhoto, verdict: str | None) -> bool:
    """Say whether a reviewer saw this very picture: only its md5 says so, no address does."""
    return verdict == Review.MISTAKEN and kept.photo.md5 is not None


def bare(photo: Photo) -> Photo:
    """Return a photo without its bytes, named by their md5 (what NCMEC names photos by)."""
    if photo.data_base64 is None:
        return photo
    md5 = photo.md5 or hashlib.md5(photo.data_base64.encode(), usedforsecurity=False).hexdigest()
    return photo.model_copy(update={"data_base64": None, "md5": md5})


def _without_bytes(poster: Poster) -> Poster:
    def all_bare(photos: Iterable[Photo]) -> tuple[Photo, ...]:
        return tuple(bare(photo) for photo in photos)

    return poster.model_copy(
        update={
            "children": tuple(
                c.model_copy(update={"photos": all_bare(c.photos)}) for c in poster.children
            ),
            "companions": tuple(
                c.model_copy(update={"photos": all_bare(c.photos)}) for c in poster.companions
            ),
            "extra_photos": all_bare(poster.extra_photos),
        }
    )
