"""Which picture is in these bytes, and nothing else? Checked, drawn anew, hashed.

The source's bytes never reach a phone: what is served is a fresh JPEG of the first frame, without
EXIF, GPS, comments, colour profiles or whatever else was in the file (DOMAIN rule 17).
"""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from alerts.intake.photos.draw import draw_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.pdq import PdqHash, likenesses_of

PRINT_SIDE_PX = 2400  # longest side on paper: 20 cm at 300 dots an inch, half of a letter's height
PAGE_SIDE_PX = 1200  # longest side on the poster page: a phone's width at three device pixels
THUMBNAIL_SIDE_PX = 400  # longest side in a push; FCM takes 1 MB, Android draws at most 450 dp
MAX_PIXELS = 40_000_000  # 160 MB of memory; a phone's camera makes 12 to 50 million
_QUALITY = 85
_PRINT_QUALITY = 90  # paper shows the blocks of a JPEG that a screen forgives


@dataclass(frozen=True, kw_only=True)
class CleanPhoto:
    """A picture that may be screened and, if nothing is found, shown; `width`, `height`: `jpeg`."""

    jpeg: bytes  # longest side <= PAGE_SIDE_PX
    thumbnail_jpeg: bytes  # longest side <= THUMBNAIL_SIDE_PX
    print_jpeg: (
        bytes | None
    )  # longest side <= PRINT_SIDE_PX; None: the source has no more than `jpeg`
    width: int
    height: int
    likenesses: tuple[PdqHash, ...]  # as it is, turned, mirrored: all that is screened

    @property
    def pdq(self) -> PdqHash:
        """The hash of the picture as it is shown."""
        return self.likenesses[0]


def clean_photo(
    raw: bytes, *, expected_md5: str | None, max_pixels: int = MAX_PIXELS
) -> CleanPhoto:
    """Check and re-encode a photo.

    Parameters
    ----------
    raw: the source's bytes.
    expected_md5: hex digest of `raw` as the poster says; None if it says none.
    max_pixels: width x height that is decoded at most.

    Raises
    ------
    PhotoRefused: `md5_mismatch`, and what `draw.draw_photo` raises.
    """
    _check_md5(raw, expected_md5)
    printed = draw_photo(raw, longest_side_px=PRINT_SIDE_PX, max_pixels=max_pixels)
    page = _scaled(printed, PAGE_SIDE_PX)
    return CleanPhoto(
        jpeg=_jpeg(page),
        thumbnail_jpeg=_jpeg(_scaled(page, THUMBNAIL_SIDE_PX)),
        print_jpeg=_jpeg(printed, _PRINT_QUALITY) if printed.size != page.size else None,
        width=page.width,
        height=page.height,
        likenesses=likenesses_of(page),
    )


def _check_md5(raw: bytes, expected_md5: str | None) -> None:
    expected = (expected_md5 or "").strip().lower()
    if expected and hashlib.md5(raw, usedforsecurity=False).hexdigest() != expected:
        raise PhotoRefused("md5_mismatch", "The photo isn't the one that the poster names.")


def _scaled(image: Image.Image, side_px: int) -> Image.Image:
    """Return a copy of at most that size; never larger than it was."""
    smaller = image.copy()
    smaller.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return smaller


def _jpeg(image: Image.Image, quality: int = _QUALITY) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
