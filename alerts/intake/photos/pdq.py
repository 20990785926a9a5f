"""Which picture is it, however it was scaled or saved? PDQ: 256 bits, compared bit by bit.

PDQ is Meta's perceptual hash ("The TMK+PDQF video-hashing algorithm and the PDQ image-hashing
algorithm", 2019). It knows the same picture again, not the same face: nobody is recognised by it.
"""

from dataclasses import dataclass

import numpy as np
import pdqhash  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

BYTES = 32
BITS = 256
PURPOSE = "photo/pdq"

# PDQ samples a grid of 64 x 64 and heeds no proportions. Nine pixels a cell have one in the middle,
# eight haven't: scaled to 576 a photo's hash differs from that of the large original in at most 8
# bits, also when it is turned; scaled to 512 (the reference's own way) in up to 66 (ADR 0022).
_GRID_PX = 64
_HASHED_PX = 9 * _GRID_PX


@dataclass(frozen=True, kw_only=True)
class PdqHash:
    """One picture's hash. Below a quality of 50 it has few features, and much resembles it."""

    bits: bytes  # 32, the first bit of the hexadecimal form first
    quality: int  # 0-100; Meta advises not to match hashes of 49 and less

    def __post_init__(self) -> None:
        """Refuse what is no hash."""
        if len(self.bits) != BYTES or not 0 <= self.quality <= 100:
            raise ValueError("a PDQ hash has 256 bits and a quality of 0 to 100")


def distance(a: PdqHash, b: PdqHash) -> int:
    """Return how many of the 256 bits differ: 31 or less is the same picture, says Meta.

    Two pictures that have nothing to do with each other differ in some 128.
    Source: ThreatExchange, pdq/README.md, "Matching".
    """
    return (int.from_bytes(a.bits) ^ int.from_bytes(b.bits)).bit_count()


def pdq_of(image: Image.Image) -> PdqHash:
    """Hash a picture as it is shown (RGB, upright, nothing transparent), whatever its size."""
    bits, quality = pdqhash.compute(_pixels(_scaled(image)))
    return PdqHash(bits=_packed(bits), quality=quality)


def likenesses_of(image: Image.Image) -> tuple[PdqHash, ...]:
    """Hash a picture in all the ways in which a list may know it; `pdq_of` it first.

    As it is, turned by 90, 180 and 270 degrees and mirrored; scaled to our size and at its own,
    at which a list may have hashed the very same file: sixteen. The eight ways of a size come from
    one transform, without turning a pixel. A picture smaller than PDQ's grid has only ours.
    """
    ways = _turned(_scaled(image))
    return ways if min(image.size) < _GRID_PX else (*ways, *_turned(image))


def as_stored(pdq: PdqHash) -> bytes:
    """Return 33 bytes: the bits, then the quality."""
    return pdq.bits + bytes([pdq.quality])


def _scaled(image: Image.Image) -> Image.Image:
    return image.resize((_HASHED_PX, _HASHED_PX), Image.Resampling.BICUBIC, reducing_gap=3.0)


def _turned(image: Image.Image) -> tuple[PdqHash, ...]:
    turned, quality = pdqhash.compute_dihedral(_pixels(image))
    return tuple(PdqHash(bits=_packed(bits), quality=quality) for bits in turned)


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(image, dtype=np.uint8)


def _packed(bits: NDArray[np.int64]) -> bytes:
    return np.packbits(bits.astype(np.uint8)).tobytes()
