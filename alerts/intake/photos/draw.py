"""Which picture do these bytes draw? Upright, in sRGB, on white, no larger than asked for.

Files are made to break whoever opens them: a head that says 50,000 x 50,000 pixels, a progressive
JPEG of ten thousand scans, frames without end. A decode can't be interrupted, so everything that
it costs is bounded before it begins: format, pixels, scans, how many at once.
"""

import io
import os
import struct
import threading

from PIL import ExifTags, Image, ImageCms

from alerts.intake.photos.errors import PhotoRefused

# Less shows nobody, and PDQ can't hash it (its reference: 5 px), so it can't be screened.
SMALLEST_SIDE_PX = 16

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
# A progressive JPEG has a dozen scans. Each scan more costs a walk over the whole picture and the
# file only some bytes: ten megabytes of them would take minutes (libjpeg-turbo, "maxscans").
_MAX_SCANS = 100
_SCAN = b"\xff\xda"  # SOS, ITU-T T.81 table B.1; inside of a scan 0xFF is always followed by 0x00
_MAX_PROFILE_BYTES = (
    1_000_000  # cameras' are some kB, printers' up to 2 MB; those print nothing here
)

# Decoding takes all that a core has, and 160 MB for 40 million pixels: no more at once than cores.
_turns = threading.BoundedSemaphore(min(os.cpu_count() or 1, 4))

# What the orientation asks for, so that the first row is at the top (EXIF 2.32, 4.6.4, tag 0x0112).
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow's decoders raise on files that are broken or made to break them.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError)
_BROKEN_FILE = (*_BROKEN, struct.error, MemoryError, AssertionError, NotImplementedError)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def draw_photo(raw: bytes, *, longest_side_px: int, max_pixels: int) -> Image.Image:
    """Decode the first frame of a photo.

    Parameters
    ----------
    longest_side_px: of the result; a smaller picture keeps its size.
    max_pixels: width x height that is decoded at most.

    Returns
    -------
    An RGB picture in sRGB, turned as its EXIF says, transparent parts white, nothing attached.

    Raises
    ------
    PhotoRefused: `unsupported_format` (not JPEG, PNG, GIF or WebP), `too_many_pixels`,
        `too_few_pixels`, `too_many_scans`, `broken_image` (truncated, corrupt).
    """
    image = _open(raw, max_pixels)
    try:
        with _turns:
            return _drawn(image, longest_side_px)
    except _BOMB as e:
        raise _too_many_pixels() from e
    except _BROKEN_FILE as e:
        raise PhotoRefused("broken_image", "The photo's file is truncated or corrupt.") from e


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
    if min(image.size) < SMALLEST_SIDE_PX:
        raise PhotoRefused("too_few_pixels", "The photo is too small to show anybody.")
    if image.format in ("JPEG", "MPO") and raw.count(_SCAN) > _MAX_SCANS:
        raise PhotoRefused("too_many_scans", "The photo's JPEG file has too many scans.")
    return image


def _drawn(image: Image.Image, longest_side_px: int) -> Image.Image:
    image.seek(0)
    # JPEGs decode at a half, a quarter or an eighth of their size, as long as that is enough.
    image.draft(None, (longest_side_px, longest_side_px))
    image.load()
    profile = image.info.get("icc_profile")
    small = _plain(image)
    small.thumbnail((longest_side_px, longest_side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _on_white(_in_srgb(_upright(small, image), profile))


def _plain(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that scales well: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):  # 16-bit grey: keep the upper eight bits
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _upright(small: Image.Image, image: Image.Image) -> Image.Image:
    """Turn it as the file's EXIF or XMP says; an unreadable block says nothing."""
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except _BROKEN_FILE:
        return small
    return small if turn is None else small.transpose(turn)


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Turn its colours into sRGB's, which is what every screen takes a bare JPEG for.

    A profile that is damaged, or none for such a picture, is left out of account.
    """
    if not isinstance(profile, bytes) or not 0 < len(profile) <= _MAX_PROFILE_BYTES:
        return image
    try:
        named = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, named, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """Paste it onto white: RGB, no alpha, and an `info` without comments or profiles."""
    canvas = Image.new("RGB", image.size, "white")
    if image.mode == "RGBA":
        canvas.paste(image, mask=image.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    return canvas


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused("too_many_pixels", "The photo has more pixels than are decoded.")
