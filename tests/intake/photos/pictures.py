"""Drawn pictures that PDQ tells apart, as files, and hash lists that name them."""

import base64
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from alerts.intake.photos.draw import draw_photo
from alerts.intake.photos.pdq import pdq_of
from alerts.intake.photos.screen import Screening
from alerts.intake.photos.take import PhotoRules


def drawn(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    """Return clouds of colour; another seed draws another picture."""
    dots = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(dots).resize((width, height), Image.Resampling.BICUBIC)


def file_of(image: Image.Image, kind: str = "PNG", **settings: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


@cache
def png(seed: int) -> bytes:
    return file_of(drawn(seed))


def inline(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def hex_of(raw: bytes) -> str:
    """Return the hash of a photo as a list has it."""
    picture = draw_photo(raw, longest_side_px=2400, max_pixels=40_000_000)
    return pdq_of(picture).bits.hex()


def list_of(path: Path, *photos: bytes) -> Path:
    """Write a hash list that names these photos."""
    path.write_text("".join(f"{hex_of(raw)},{n},example tag\n" for n, raw in enumerate(photos, 7)))
    return path


def rules(pdq_list: Path | None = None, **limits: int) -> PhotoRules:
    return PhotoRules(screening=Screening(pdq_list, 31), **limits)
