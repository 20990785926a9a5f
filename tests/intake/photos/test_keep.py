"""Are photos kept in all sizes with their hash, and what is wrong with one said?"""

import base64
import hashlib
import io

import pytest
from PIL import Image

from alerts.errors import Sealed
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.keep import inline_bytes, unpack_inline
from alerts.intake.photos.pdq import PURPOSE, distance, pdq_of
from alerts.photos_shown import purpose_of
from alerts.poster import CaseKey, Child, Photo, Poster
from service.wiring import Runtime
from tests.intake.photos.cases import Police, child, inside, police, poster
from tests.intake.photos.pictures import drawn, file_of, inline, png, rules


def with_photos(*photos: Photo) -> Poster:
    key = CaseKey(organization="MQPD", number="1")
    return Poster(case=key, children=(Child(first_name="Wren", photos=photos),))


def codes(*photos: Photo, **limits: int) -> list[str]:
    _, _, problems = unpack_inline(with_photos(*photos), rules(None, **limits))
    return [problem.code for problem in problems]


def test_the_poster_goes_on_without_the_bytes() -> None:
    poster, [kept], problems = unpack_inline(
        with_photos(Photo(data_base64=inline(png(1)))), rules()
    )
    assert problems == []
    assert kept.photo == poster.children[0].photos[0]
    assert kept.photo.data_base64 is None
    assert kept.hit is None


WRITTEN = inline(png(1))


@pytest.mark.parametrize(
    "written",
    [
        WRITTEN,
        f"data:image/png;base64,{WRITTEN}",
        "\r\n".join(WRITTEN[n : n + 76] for n in range(0, len(WRITTEN), 76)),
        WRITTEN.rstrip("="),
    ],
    ids=["plain", "data URL", "lines", "without padding"],
)
def test_base64_as_people_write_it_is_read(written: str) -> None:
    assert inline_bytes(written, 10_000_000) == png(1)


@pytest.mark.parametrize("written", ["", "!!!!", "äöü=", "data:image/png;base64", "abcde"])
def test_what_is_no_base64_or_no_picture_costs_the_photo_only(written: str) -> None:
    sound = Photo(data_base64=inline(png(1)))
    assert codes(sound, Photo(data_base64=written))[0] in ("broken_image", "unsupported_format")


def test_bytes_and_pixels_and_md5_count_inside_of_a_document_too() -> None:
    photo = Photo(data_base64=inline(png(1)))
    assert codes(photo, max_bytes=len(png(1))) == []
    assert codes(photo, max_bytes=len(png(1)) - 1) == ["too_large"]
    assert codes(photo, max_bytes=1000) == ["too_large"]
    assert codes(photo, max_pixels=400 * 300 - 1) == ["too_many_pixels"]
    md5 = hashlib.md5(png(1), usedforsecurity=False).hexdigest()
    assert codes(photo.model_copy(update={"md5": md5})) == []
    assert codes(photo.model_copy(update={"md5": "0" * 32})) == ["md5_mismatch"]


def test_a_bomb_of_whitespace_is_refused_before_it_is_joined() -> None:
    with pytest.raises(PhotoRefused) as refused:
        inline_bytes(" " * 3_000_000, 1_000_000)
    assert refused.value.code == "too_large"


@pytest.fixture
def mqpd(house: Runtime) -> Police:
    return police(house)


def test_all_sizes_are_kept_sealed_with_the_hash(house: Runtime, mqpd: Police) -> None:
    large = file_of(drawn(5, 3000, 2000), "JPEG")
    assert mqpd.sends(poster(child("Wren", inside(large)))).problems == ()
    [photo] = mqpd.photos()
    case = mqpd.case()
    assert (photo.width, photo.height) == (1200, 800)
    for size, side in (("page", 1200), ("push", 400), ("print", 2400)):
        sealed = house.media.get(photo.public_id, size)  # type: ignore[arg-type]
        assert sealed is not None
        jpeg = house.vault.open(case.key_id, purpose_of(size), sealed)
        assert max(Image.open(io.BytesIO(jpeg)).size) == side
        assert jpeg not in sealed
    assert photo.sealed_pdq is not None
    assert len(house.vault.open(case.key_id, PURPOSE, photo.sealed_pdq)) == 33
    [known] = mqpd.hashes()
    assert distance(known, pdq_of(drawn(5))) <= 8
    assert known.quality >= 50


def test_a_small_photo_has_no_file_for_print(house: Runtime, mqpd: Police) -> None:
    mqpd.sends(poster(child("Wren", inside(png(1)))))
    [photo] = mqpd.photos()
    assert house.media.get(photo.public_id, "page")
    assert house.media.get(photo.public_id, "print") is None


def test_hashes_go_with_the_photo_and_with_the_case(house: Runtime, mqpd: Police) -> None:
    mqpd.sends(poster(child("Wren", inside(png(1)), inside(png(2)))))
    mqpd.sends(poster(child("Wren", inside(png(1))), hour=12))
    assert len(mqpd.hashes()) == 1
    house.vault.destroy(mqpd.case().key_id)
    with pytest.raises(Sealed):
        mqpd.hashes()


def test_a_dry_run_keeps_nothing(house: Runtime, mqpd: Police) -> None:
    would = house.intake.would_be_poster(mqpd.feed, poster(child("Wren", inside(png(1)))))
    assert would.proposal is not None
    assert not list(house.settings.data_dir.glob("media/**/*.page"))


def test_each_photo_that_is_left_out_is_a_warning_of_the_submission(mqpd: Police) -> None:
    broken = base64.b64encode(b"<svg/>").decode()
    taken = mqpd.sends(poster(child("Wren", inside(png(1)), {"photoData": broken})))
    assert [problem.code for problem in taken.problems] == ["unsupported_format"]
    assert {problem.severity for problem in taken.problems} == {"warning"}
    assert len(mqpd.photos()) == 1
