"""Is nothing within the distance ever missed?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from alerts.intake.photos.hash_index import HashIndex

RANDOM = np.random.default_rng(7)


def random_hashes(count: int) -> NDArray[np.uint64]:
    return RANDOM.integers(0, 2**64, (count, 4), dtype=np.uint64)


KNOWN = random_hashes(3000)
INDEXES = {distance: HashIndex(KNOWN, distance) for distance in (0, 15, 31, 47)}


def changed(bits: bytes, flips: set[int]) -> bytes:
    out = bytearray(bits)
    for flip in flips:
        out[flip // 8] ^= 1 << flip % 8
    return bytes(out)


@settings(max_examples=300)
@given(
    row=st.integers(0, len(KNOWN) - 1),
    flips=st.sets(st.integers(0, 255), max_size=50),
    within=st.sampled_from(sorted(INDEXES)),
)
def test_it_finds_what_a_look_at_all_of_them_finds(row: int, flips: set[int], within: int) -> None:
    asked = changed(KNOWN[row].tobytes(), flips)
    differing = np.bitwise_count(KNOWN ^ np.frombuffer(asked, dtype=np.uint64)).sum(axis=1)
    found = INDEXES[within].nearest([asked])
    if differing.min() > within:
        assert found is None
    else:
        assert found is not None
        assert found.distance == differing.min() == differing[found.row]


def test_bits_that_are_spread_as_evenly_as_can_be_are_found() -> None:
    """31 flips over 16 words: 15 words have two, and only one has one."""
    flips = {16 * word + bit for word in range(16) for bit in (0, 5)} - {5}
    assert len(flips) == 31
    found = INDEXES[31].nearest([changed(KNOWN[5].tobytes(), flips)])
    assert found is not None
    assert (found.row, found.distance) == (5, 31)


def test_of_several_ways_the_closest_counts() -> None:
    ways = [changed(KNOWN[row].tobytes(), set(range(flips))) for row, flips in ((1, 9), (2, 4))]
    found = INDEXES[31].nearest([random_hashes(1)[0].tobytes(), *ways])
    assert found is not None
    assert (found.row, found.distance) == (2, 4)


@pytest.mark.parametrize("count", [0, 1])
def test_a_list_may_be_short(count: int) -> None:
    index = HashIndex(KNOWN[:count], 31)
    assert len(index) == count
    assert (index.nearest([KNOWN[0].tobytes()]) is not None) == bool(count)
    assert index.nearest([]) is None


def test_a_thousand_times_the_same_hash_is_found() -> None:
    index = HashIndex(np.zeros((1000, 4), dtype=np.uint64), 31)
    found = index.nearest([bytes(31) + b"\x01"])
    assert found is not None
    assert found.distance == 1
