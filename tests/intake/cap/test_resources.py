"""What a <resource> brings along, and whether its bytes are those that the sender meant."""

import base64
import hashlib

import pytest

from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.reader import read_cap
from alerts.intake.cap.values import CapReading, CapResource
from tests.intake.cap.documents import cap, codes, info

PICTURE = b"\xff\xd8 a picture of nobody"
DATA = base64.b64encode(PICTURE).decode()
SHA1 = hashlib.sha1(PICTURE, usedforsecurity=False).hexdigest()


def read(
    *, data: str = DATA, mime: str = "image/jpeg", size: str = "", digest: str = "", uri: str = ""
) -> tuple[CapReading, CapResource]:
    parts = {"size": size, "uri": uri, "derefUri": data, "digest": digest}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value)
    one = f"<resource><resourceDesc>Photo</resourceDesc><mimeType>{mime}</mimeType>{inside}"
    reading = read_cap(cap(info(late=f"{one}</resource>")).encode())
    assert reading.alert is not None
    return reading, reading.alert.infos[0].resources[0]


@pytest.mark.parametrize("digest", ["", SHA1, SHA1.upper(), f"SHA-1:{SHA1}"])
def test_a_picture_that_is_what_its_digest_says_is_kept(digest: str) -> None:
    reading, resource = read(digest=digest, size=str(len(PICTURE)))
    assert reading.problems == ()
    assert resource.deref_uri_base64 == DATA
    assert resource.size == len(PICTURE)


def test_a_picture_that_is_not_what_its_digest_says_is_left_out() -> None:
    reading, resource = read(digest="0" * 40, uri="https://police.example/photo.jpg")
    assert codes(reading.problems) == {"digest_mismatch"}
    assert reading.can_be_acted_on
    assert (resource.deref_uri_base64, resource.uri) == (None, "https://police.example/photo.jpg")
    assert reading.alert is not None
    (photo,) = poster_from_cap(reading.alert).extra_photos
    assert photo.data_base64 is None


def test_a_digest_of_another_kind_is_not_compared() -> None:
    reading, resource = read(digest=hashlib.sha256(PICTURE).hexdigest())
    assert codes(reading.problems) == {"odd_digest"}
    assert resource.deref_uri_base64 == DATA


def test_a_wrong_size_is_told_and_the_picture_kept() -> None:
    reading, resource = read(size="1")
    assert codes(reading.problems) == {"size_mismatch"}
    assert resource.deref_uri_base64 == DATA


@pytest.mark.parametrize("size", ["many", "-1", "1.5", "9" * 40])
def test_a_size_that_is_no_number_is_ignored(size: str) -> None:
    reading, resource = read(size=size)
    assert "bad_size" in codes(reading.problems)
    assert resource.size is None


def test_what_is_not_base64_is_left_out() -> None:
    reading, resource = read(data="not base64!")
    assert codes(reading.problems) == {"bad_inline_data"}
    assert resource.deref_uri_base64 is None


@pytest.mark.parametrize("data", [DATA.rstrip("="), f"data:image/jpeg;base64,{DATA}"])
def test_base64_is_read_as_the_photo_room_reads_it(data: str) -> None:
    reading, resource = read(data=data, digest=SHA1)
    assert reading.problems == ()
    assert resource.deref_uri_base64 == data


def test_sounds_are_not_looked_into() -> None:
    reading, resource = read(mime="audio/mpeg", digest="0" * 40)
    assert reading.problems == ()
    assert resource.deref_uri_base64 == DATA
