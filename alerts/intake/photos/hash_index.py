"""Is one of a million hashes within so many bits of this one? Multi-index hashing.

256 bits are sixteen words of sixteen bits. Two hashes that differ in at most 31 bits differ in at
most one bit in at least one of these words, for sixteen times two bits would be 32. So a hash is
looked up word by word, under the word itself and the sixteen that differ in one bit, and only what
is found there is compared whole: some 4,000 of a million. Nothing within the distance is missed.
Source: Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

WORDS = 16  # of 16 bits
_VALUES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """The hash of a list that is closest to one of those that were asked for."""

    row: int
    distance: int


class HashIndex:
    """Hashes, found again by what they resemble."""

    def __init__(self, hashes: NDArray[np.uint64], max_distance: int) -> None:
        """Sort `hashes` (N, 4) by each of their words; 1,000,000 take 96 MB and half a second."""
        self._hashes = hashes
        self._max_distance = max_distance
        self._masks = _masks(max_distance // WORDS)
        words = hashes.view(np.uint16).reshape(-1, WORDS)
        self._rows = [_sorted_rows(words[:, at]) for at in range(WORDS)]
        self._starts = [_starts(words[:, at]) for at in range(WORDS)]

    def __len__(self) -> int:
        """Return how many hashes there are."""
        return len(self._hashes)

    def nearest(self, asked: Iterable[bytes]) -> Nearest | None:
        """Return the closest hash within the distance to any of those asked for (32 bytes each)."""
        found = [hit for bits in asked if (hit := self._nearest(bits)) is not None]
        return min(found, key=lambda hit: hit.distance, default=None)

    def _nearest(self, bits: bytes) -> Nearest | None:
        rows = self._like(np.frombuffer(bits, dtype=np.uint16))
        if not len(rows):
            return None
        differing = self._hashes[rows] ^ np.frombuffer(bits, dtype=np.uint64)
        distances = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
        best = int(distances.argmin())
        if distances[best] > self._max_distance:
            return None
        return Nearest(row=int(rows[best]), distance=int(distances[best]))

    def _like(self, words: NDArray[np.uint16]) -> NDArray[np.int32]:
        """Return the rows that have one word like one of ours; one may come several times."""
        pieces = [
            self._rows[at][self._starts[at][value] : self._starts[at][value + 1]]
            for at in range(WORDS)
            for value in (int(words[at]) ^ mask for mask in self._masks)
        ]
        return np.concatenate(pieces)


def _masks(radius: int) -> tuple[int, ...]:
    """Return all words of at most `radius` bits."""
    return tuple(
        sum(1 << bit for bit in bits)
        for count in range(radius + 1)
        for bits in combinations(range(16), count)
    )


def _sorted_rows(words: NDArray[np.uint16]) -> NDArray[np.int32]:
    return np.argsort(words, kind="stable").astype(np.int32)  # a radix sort for 16 bits


def _starts(words: NDArray[np.uint16]) -> NDArray[np.int64]:
    counts = np.bincount(words, minlength=_VALUES)
    return np.concatenate(([0], np.cumsum(counts)))
