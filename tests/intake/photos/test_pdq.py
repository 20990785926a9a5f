"""Is the same picture known again, and another one not?"""

import io

import numpy as np
import pdqhash  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from alerts.intake.photos.pdq import PdqHash, as_stored, distance, likenesses_of, pdq_of
from tests.intake.photos.pictures import drawn, file_of

SAME = 31  # bits, Meta's advice

bits = st.binary(min_size=32, max_size=32)


def saved(image: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(file_of(image, "JPEG", quality=quality))).convert("RGB")


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_that_was_scaled_or_saved_anew_is_the_same(seed: int) -> None:
    image = drawn(seed, 1600, 1200)
    known = pdq_of(image)
    assert known.quality >= 50
    for changed in (
        image.resize((800, 600)),
        image.resize((400, 380)),
        saved(image, 30),
        ImageEnhance.Brightness(image).enhance(1.2),
        image.convert("L").convert("RGB"),
    ):
        assert distance(known, pdq_of(changed)) <= SAME


def test_another_picture_is_far_away() -> None:
    hashes = [pdq_of(drawn(seed)) for seed in range(20)]
    far = [distance(a, b) for a in hashes for b in hashes if a is not b]
    assert min(far) > 2 * SAME


def test_scaling_first_changes_little_of_what_the_reference_computes() -> None:
    """Within 10 bits, ThreatExchange's own bound for an implementation (pdq/README.md)."""
    for seed in range(5):
        image = drawn(seed, 1600, 1200)
        assert distance(pdq_of(image), reference(image)) <= 10


def reference(image: Image.Image) -> PdqHash:
    """The reference's hash of the picture at its own size."""
    vector, quality = pdqhash.compute(np.ascontiguousarray(image))
    return PdqHash(bits=np.packbits(vector.astype(np.uint8)).tobytes(), quality=quality)


def test_the_bits_are_in_the_order_of_the_hexadecimal_form() -> None:
    image = drawn(1, 576, 576)
    vector, _ = pdqhash.compute(np.ascontiguousarray(image))
    assert int("".join(map(str, vector)), 2) == int(pdq_of(image).bits.hex(), 16)


@pytest.mark.parametrize("turn", list(Image.Transpose))
@pytest.mark.parametrize("size", [(300, 225), (600, 400), (1200, 900)])
def test_one_of_the_likenesses_is_the_turned_picture(
    turn: Image.Transpose, size: tuple[int, int]
) -> None:
    image = drawn(3, 1600, 1200)
    turned = reference(image.transpose(turn))
    ways = likenesses_of(image.resize(size))
    assert len(ways) == 16
    assert ways[0] == pdq_of(image.resize(size))
    assert min(distance(turned, way) for way in ways[1:]) <= 10
    assert distance(turned, ways[0]) > SAME


def test_the_very_file_that_was_hashed_for_a_list_is_known_exactly() -> None:
    for seed in range(5):
        image = drawn(seed, 400, 300)
        assert reference(image) in likenesses_of(image)


def test_a_picture_of_nothing_has_no_quality() -> None:
    assert pdq_of(Image.new("RGB", (300, 200), "grey")).quality == 0


@given(bits, bits)
def test_the_distance_counts_the_bits_that_differ(a: bytes, b: bytes) -> None:
    counted = sum(x != y for x, y in zip(_bits(a), _bits(b), strict=True))
    one, two = PdqHash(bits=a, quality=0), PdqHash(bits=b, quality=100)
    assert distance(one, two) == distance(two, one) == counted


def _bits(data: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in data)


@pytest.mark.parametrize(("size", "quality"), [(31, 0), (33, 0), (0, 0), (32, -1), (32, 101)])
def test_what_is_no_hash_is_refused(size: int, quality: int) -> None:
    with pytest.raises(ValueError, match="256 bits"):
        PdqHash(bits=bytes(size), quality=quality)


def test_it_is_stored_in_33_bytes() -> None:
    assert as_stored(PdqHash(bits=b"x" * 32, quality=87)) == b"x" * 32 + b"W"
