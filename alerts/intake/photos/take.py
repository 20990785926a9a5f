"""What becomes of a photo's bytes: checked, drawn anew, screened. One way in for all of them.

Photos come inside of a document, from a Poster API, from an address that a poster names. Whichever
way, nothing is kept before it went through here.
"""

from dataclasses import dataclass

from alerts.intake.photos.clean import MAX_PIXELS, CleanPhoto, clean_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.screen import Hit, Screening
from alerts.poster import Photo


@dataclass(frozen=True, kw_only=True)
class PhotoRules:
    """What a photo may cost, and what it is compared with."""

    screening: Screening
    max_bytes: int = 10_000_000
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True, kw_only=True)
class KeptPhoto:
    """A photo that was checked and cleaned, beside the source's word for it."""

    photo: Photo
    clean: CleanPhoto
    hit: Hit | None = None  # it is on the hash list: for the quarantine, never for the page
    raw: bytes | None = None  # as it came, if it is a hit: what a reviewer and a report need


def take_photo(photo: Photo, raw: bytes, rules: PhotoRules) -> KeptPhoto:
    """Check, clean and screen a photo.

    Raises
    ------
    PhotoRefused: `too_large`, what `clean.clean_photo` raises, or `photo_unscreened` (temporary).
    """
    if len(raw) > rules.max_bytes:
        raise PhotoRefused("too_large", "The photo has too many bytes.")
    clean = clean_photo(raw, expected_md5=photo.md5, max_pixels=rules.max_pixels)
    hit = rules.screening.find(clean.likenesses)
    return KeptPhoto(photo=photo, clean=clean, hit=hit, raw=raw if hit else None)
