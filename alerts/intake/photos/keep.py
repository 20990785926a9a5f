"""Which photos does a poster show, and where do they go? Into the media store, sealed."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.intake.photos.clean import CleanPhoto, clean_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.photos_shown import photos_shown, purpose_of, source_hash
from alerts.poster import Photo, Poster
from alerts.problem import Problem, warning
from alerts.store.cases import CaseRecord, PhotoRecord
from alerts.store.media import Media
from alerts.store.vault import Vault


@dataclass(frozen=True, kw_only=True)
class KeptPhoto:
    """A photo that was fetched and cleaned, beside the source's word for it."""

    photo: Photo
    clean: CleanPhoto


def unpack_inline(poster: Poster, max_pixels: int) -> tuple[Poster, list[KeptPhoto], list[Problem]]:
    """Clean the photos that came inside the poster; return the poster without their bytes."""
    kept: list[KeptPhoto] = []
    problems: list[Problem] = []
    for photo in photos_shown(poster):
        if photo.data_base64 is None:
            continue
        try:
            raw = base64.b64decode(photo.data_base64, validate=False)
            clean = clean_photo(raw, expected_md5=photo.md5, max_pixels=max_pixels)
            kept.append(KeptPhoto(photo=_bare(photo), clean=clean))
        except (binascii.Error, ValueError):
            problems.append(refused(PhotoRefused("broken_image", "A photo isn't base64.")))
        except PhotoRefused as problem:
            problems.append(refused(problem))
    return _without_bytes(poster), kept, problems


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
) -> int:
    """Seal photos under their case's key and keep them; return how many were new."""
    of_case = session.scalars(select(PhotoRecord).where(PhotoRecord.case_id == case.id))
    known = {record.source: record for record in of_case}
    fresh = 0
    for kept in photos:
        source = source_hash(vault, kept.photo)
        record = known.get(source)
        if record is not None and record.removed_at is None:
            continue
        if record is None:
            record = PhotoRecord(case_id=case.id, source=source, public_id=uuid7())
            known[source] = record
            session.add(record)
        record.width, record.height = kept.clean.width, kept.clean.height
        record.kept_at, record.removed_at = now, None
        for size, jpeg in (("page", kept.clean.jpeg), ("push", kept.clean.thumbnail_jpeg)):
            sealed = vault.seal(case.key_id, purpose_of(size), jpeg)
            media.put(record.public_id, "page" if size == "page" else "push", sealed)
        fresh += 1
    return fresh


def _bare(photo: Photo) -> Photo:
    """Return a photo without its bytes, named by their md5 (what NCMEC names photos by)."""
    if photo.data_base64 is None:
        return photo
    md5 = photo.md5 or hashlib.md5(photo.data_base64.encode(), usedforsecurity=False).hexdigest()
    return photo.model_copy(update={"data_base64": None, "md5": md5})


def _without_bytes(poster: Poster) -> Poster:
    def bare(photos: Iterable[Photo]) -> tuple[Photo, ...]:
        return tuple(_bare(photo) for photo in photos)

    return poster.model_copy(
        update={
            "children": tuple(
                c.model_copy(update={"photos": bare(c.photos)}) for c in poster.children
            ),
            "companions": tuple(
                c.model_copy(update={"photos": bare(c.photos)}) for c in poster.companions
            ),
            "extra_photos": bare(poster.extra_photos),
        }
    )
