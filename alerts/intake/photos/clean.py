"""Which picture is in these bytes, and nothing else? Checked, turned upright, drawn anew.

The source's bytes never reach a phone: what is served is a fresh JPEG of the first frame, without
EXIF, GPS, comments, colour profiles or whatever else was in the file (DOMAIN rule 17).
"""

import hashlib
import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from alerts.intake.photos.errors import PhotoRefused

PAGE_SIDE_PX = 1200  # longest side on the poster page: a phone's width at three device pixels
THUMBNAIL_SIDE_PX = 400  # longest side in a push; FCM takes 1 MB, Android draws at most 450 dp
MAX_PIXELS = 40_000_000  # 120 MB of memory; a phone's camera makes 12 to 50 million
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_QUALITY = 85

# What Pillow's decoders raise on files that are broken or made to break them.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError)
_BROKEN_FILE = (*_BROKEN, struct.error, MemoryError, AssertionError, NotImplementedError)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True, kw_only=True)
class CleanPhoto:
    """A picture that may be screened and shown; sizes in pixels are those of `jpeg`."""

    jpeg: bytes  # longest side <= PAGE_SIDE_PX
    thumbnail_jpeg: bytes  # longest side <= THUMBNAIL_SIDE_PX
    width: int
    height: int


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
    PhotoRefused: `md5_mismatch`, `unsupported_format` (not JPEG, PNG, GIF or WebP),
        `too_many_pixels`, `broken_image` (truncated, corrupt).
    """
    _check_md5(raw, expected_md5)
    image = _open(raw, max_pixels)
    try:
        page = _redrawn(image)
    except _BOMB as e:
        raise _too_many_pixels() from e
    except _BROKEN_FILE as e:
        raise PhotoRefused("broken_image", "The photo's file is truncated or corrupt.") from e
    thumbnail = page.copy()
    thumbnail.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.LANCZOS)
    return CleanPhoto(
        jpeg=_jpeg(page), thumbnail_jpeg=_jpeg(thumbnail), width=page.width, height=page.height
    )


def _check_md5(raw: bytes, expected_md5: str | None) -> None:
    if expected_md5 is None:
        return
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != expected_md5.strip().lower():
        raise PhotoRefused("md5_mismatch", "The photo isn't the one that the poster names.")


def _open(raw: bytes, max_pixels: int) -> Image.Image:
    """Read the head of the file only; nothing is decoded yet."""
    try:
        image = Image.open(io.BytesIO(raw), formats=_FORMATS)
    except _BOMB as e:
        raise _too_many_pixels() from e
    except _BROKEN_FILE as e:
        message = "The photo must be a JPEG, PNG, GIF or WebP file."
        raise PhotoRefused("unsupported_format", message) from e
    if image.width * image.height > max_pixels:
        raise _too_many_pixels()
    return image


def _redrawn(image: Image.Image) -> Image.Image:
    """Decode the first frame, upright, on white, small enough, with nothing attached."""
    image.seek(0)
    # JPEGs decode at a fraction of their size; twice the wanted side keeps the scaling smooth.
    image.draft("RGB", (2 * PAGE_SIDE_PX, 2 * PAGE_SIDE_PX))
    image.load()
    upright = _flat(_upright(image))
    upright.thumbnail((PAGE_SIDE_PX, PAGE_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return upright


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; an unreadable EXIF block has none."""
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN_FILE:
        return image


def _flat(image: Image.Image) -> Image.Image:
    """Paste onto white: RGB, no alpha, and an `info` without comments or profiles."""
    if image.mode.startswith("I;16"):  # 16-bit grey: keep the upper eight bits
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    canvas = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        canvas.paste(layer, mask=layer.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    return canvas


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused("too_many_pixels", "The photo has more pixels than are decoded.")
