"""Is a photo on the list found, and is nothing shown while there is no list to look at?"""

from pathlib import Path

import pytest
from PIL import Image

from alerts.intake.photos.clean import clean_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.pdq import PdqHash
from alerts.intake.photos.screen import Hit, Screening
from alerts.intake.photos.take import take_photo
from alerts.poster import Photo
from tests.intake.photos.pictures import drawn, file_of, hex_of, list_of, png, rules


def found(screening: Screening, image: Image.Image) -> Hit | None:
    return screening.find(clean_photo(file_of(image), expected_md5=None).likenesses)


@pytest.fixture
def screening(tmp_path: Path) -> Screening:
    """A list that names picture 1."""
    return Screening(list_of(tmp_path / "list.txt", png(1)), 31)


def test_a_photo_on_the_list_is_a_hit_and_names_its_entry(screening: Screening) -> None:
    hit = found(screening, drawn(1))
    assert hit is not None
    assert hit.entry == "list.txt, line 1 (7,example tag)"
    assert hit.distance == 0
    assert hit.quality >= 50
    assert found(screening, drawn(2)) is None


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_turned_or_mirrored_it_is_a_hit_too(screening: Screening, turn: Image.Transpose) -> None:
    assert found(screening, drawn(1).transpose(turn)) is not None


def test_scaled_and_saved_badly_it_is_a_hit_too(screening: Screening) -> None:
    raw = file_of(drawn(1).resize((200, 180)), "JPEG", quality=20)
    assert screening.find(clean_photo(raw, expected_md5=None).likenesses) is not None


def test_beyond_the_distance_it_is_none(tmp_path: Path) -> None:
    known = bytes.fromhex(hex_of(png(1)))
    path = list_of(tmp_path / "list.txt", png(1))
    for flips, within, is_hit in ((8, 8, True), (9, 8, False), (31, 31, True), (32, 31, False)):
        number = int.from_bytes(known) ^ ((1 << flips) - 1)
        asked = PdqHash(bits=number.to_bytes(32), quality=90)
        assert (Screening(path, within).find([asked]) is not None) is is_hit


def test_a_photo_of_low_quality_is_screened_as_well(tmp_path: Path) -> None:
    plain = file_of(Image.new("RGB", (300, 200), "grey"))
    screening = Screening(list_of(tmp_path / "list.txt", plain), 31)
    hit = screening.find(clean_photo(plain, expected_md5=None).likenesses)
    assert hit is not None
    assert hit.quality == 0


def test_without_a_list_every_photo_passes() -> None:
    screening = Screening(None, 31)
    assert found(screening, drawn(1)) is None
    assert (screening.state().is_configured, screening.state().is_ready) == (False, True)


def refusal(screening: Screening) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as refused:
        found(screening, drawn(2))
    return refused.value


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "<html>Not found</html>\nx\n"])
def test_a_list_that_is_missing_or_names_nothing_lets_no_photo_pass(
    tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "list.txt"
    if text is not None:
        path.write_text(text)
    screening = Screening(path, 31)
    refused = refusal(screening)
    assert (refused.code, refused.temporary) == ("photo_unscreened", True)
    state = screening.state()
    assert (state.is_configured, state.is_ready) == (True, False)
    assert state.why


def test_a_folder_in_its_place_lets_no_photo_pass(tmp_path: Path) -> None:
    assert refusal(Screening(tmp_path, 31)).code == "photo_unscreened"


def test_the_list_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    screening = Screening(path, 31)
    assert refusal(screening).code == "photo_unscreened"
    list_of(path, png(1))
    assert found(screening, drawn(1)) is not None
    beside = list_of(tmp_path / "new.txt", png(2), png(3))
    beside.replace(path)
    assert found(screening, drawn(1)) is None
    assert found(screening, drawn(2)) is not None
    assert screening.state().hashes == 2
    path.unlink()
    assert refusal(screening).code == "photo_unscreened"


def test_broken_lines_are_said_and_the_rest_screens(tmp_path: Path) -> None:
    path = list_of(tmp_path / "list.txt", png(1))
    path.write_text(path.read_text() + "broken\n" + hex_of(png(2)) + "\n")
    screening = Screening(path, 31)
    state = screening.state()
    assert (state.is_ready, state.hashes) == (True, 2)
    assert (state.broken, state.broken_count) == ((2,), 1)
    assert found(screening, drawn(2)) is not None


def test_what_is_no_hit_leaves_no_bytes_of_the_source(tmp_path: Path) -> None:
    which = rules(list_of(tmp_path / "list.txt", png(1)))
    assert take_photo(Photo(), png(2), which).raw is None
    hit = take_photo(Photo(), png(1), which)
    assert hit.hit is not None
    assert hit.raw == png(1)


def test_a_photo_of_too_many_bytes_is_refused_before_it_is_opened() -> None:
    with pytest.raises(PhotoRefused) as refused:
        take_photo(Photo(), b"x" * 101, rules(max_bytes=100))
    assert refused.value.code == "too_large"
