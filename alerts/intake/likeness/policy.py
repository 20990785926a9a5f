"""The numbers that linking decides by; each is a setting (config/example.env has the reasons)."""

import math
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class LikenessPolicy:
    """How sure is sure, and how near is near."""

    certain: float = 0.999  # probability from which two posters are of one case, unasked
    doubtful: float = 0.5  # from which the desk is asked
    hint_within_m: float = 300_000  # between two areas, where only words or photos are alike
    hint_within: timedelta = timedelta(days=30)  # between the documents, for the same
    photo_bits: int = 31  # of 256 in which two photos of one picture differ at most
    photo_quality: int = 50  # of 100: hashes below resemble much

    @cached_property
    def certain_bits(self) -> float:
        """`certain` as log2 of the odds."""
        return math.log2(self.certain / (1 - self.certain))

    @cached_property
    def doubtful_bits(self) -> float:
        """`doubtful` as log2 of the odds."""
        return math.log2(self.doubtful / (1 - self.doubtful))


DEFAULT = LikenessPolicy()
