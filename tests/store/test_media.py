"""Are photos kept whole, and gone when they are removed?"""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from alerts.store.media import SIZES, Media, MediaFolder
from alerts.store.rehearsal import NoMedia

PHOTO = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return MediaFolder(tmp_path / "media")


def test_each_size_is_kept_byte_for_byte(media: Media) -> None:
    for size in SIZES:
        media.put(PHOTO, size, size.encode() * 1000)
    assert [media.get(PHOTO, size) for size in SIZES] == [s.encode() * 1000 for s in SIZES]
    assert media.get(uuid4(), "page") is None


def test_a_photo_is_replaced_whole(media: Media) -> None:
    media.put(PHOTO, "page", b"old and longer")
    media.put(PHOTO, "page", b"new")
    assert media.get(PHOTO, "page") == b"new"


def test_removing_removes_every_file_of_it_and_may_be_repeated(
    media: Media, tmp_path: Path
) -> None:
    other = uuid4()
    for photo in (PHOTO, other):
        media.put(photo, "page", b"sealed")
        media.put(photo, "push", b"sealed")
    for _ in range(2):
        media.remove(PHOTO)
    assert [media.get(PHOTO, size) for size in SIZES] == [None] * len(SIZES)
    left = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert len(left) == 2
    assert all(other.hex in path.name for path in left)


def test_what_a_crash_left_half_written_is_removed_too(media: Media, tmp_path: Path) -> None:
    media.put(PHOTO, "page", b"half of it")
    [kept] = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept.rename(kept.with_name(f"{kept.name}.part"))
    media.remove(PHOTO)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_rehearsal_keeps_nothing() -> None:
    media: Media = NoMedia()
    media.put(PHOTO, "page", b"sealed")
    media.remove(PHOTO)
    assert media.get(PHOTO, "page") is None
