"""Which revisions of a poster people are told of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.intake.case.changes import content_digest, material_change, visible_change
from alerts.intake.ncmec import read_poster
from alerts.poster import Photo, Poster, SourceArea
from service.demo.cases import fictional_case, siblings_case

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
Edit = Callable[[dict[str, Any]], object]


def poster_of(payload: object) -> Poster:
    poster = read_poster(payload).poster
    assert poster is not None
    return poster


def edited(edit: Edit) -> tuple[Poster, Poster]:
    old, new = fictional_case("1", NOW)[0], fictional_case("1", NOW)[0]
    edit(new)
    return poster_of(old), poster_of(new)


MATERIAL: dict[str, Edit] = {
    "city": lambda p: p["children"][0].update(missingCity="Ishpeming"),
    "zip": lambda p: p["children"][0].update(missingZip=None),
    "photo": lambda p: p["children"][0].update(photos=[{"md5": "0" * 32}]),
    "companion's photo": lambda p: p["companions"][0].update(photos=[]),
    "extra photo": lambda p: p.update(extraPhotos=[{"md5": "1" * 32}]),
    "plate": lambda p: p["vehicle"].update(licensePlate="EXA 0199"),
    "vehicle": lambda p: p["vehicle"].update(description="red pickup"),
    "companion": lambda p: p.update(companions=[]),
    "companion's name": lambda p: p["companions"][0].update(firstName="Kim"),
    "amber": lambda p: p.update(amberAlert=False),
    "endangered": lambda p: p.update(endangered=True),
    "another child": lambda p: p["children"].append({"firstName": "Sam"}),
    "found": lambda p: p["children"][0].update(dateFound="2026-03-05T13:00:00Z"),
}
IMMATERIAL: dict[str, Edit] = {
    "nothing": lambda p: None,
    "lastModified": lambda p: p.update(lastModified="2026-03-06T00:00:00Z"),
    "letter case and blanks": lambda p: p["children"][0].update(missingCity=" MARQUETTE"),
    "birthday": lambda p: (
        p["children"][0].update(ageNow="9"),
        p["companions"][0].update(ageNow="42"),
    ),
    "wording": lambda p: p["descriptions"][0].update(description="Last seen near the park."),
    "contact": lambda p: p["contacts"][0].update(phoneNumbers=["1-906-555-0111"]),
    "spelling of the name": lambda p: p["children"][0].update(firstName="Alexis"),
    "unknown field": lambda p: p.update(extra=1),
    "minutes": lambda p: p["children"][0].update(missingSince="2026-03-05T12:01:00Z"),
}


NEVER_SHOWN: dict[str, Edit] = {
    "nothing": IMMATERIAL["nothing"],
    "lastModified": IMMATERIAL["lastModified"],
    "letter case and blanks": IMMATERIAL["letter case and blanks"],
    "unknown field": IMMATERIAL["unknown field"],
    "NCIC number": lambda p: p["children"][0].update(ncicNumber="M000000001"),
    "where it is spread": lambda p: p.update(distributionLocations=[{"state": "OH"}]),
    "issued": lambda p: p.update(dateCreated="2026-03-04T00:00:00Z"),
    "seconds": lambda p: p["children"][0].update(missingSince="2026-03-05T12:00:59Z"),
}


@pytest.mark.parametrize("what", NEVER_SHOWN)
def test_what_no_phone_and_no_page_shows_is_pushed_to_nobody(what: str) -> None:
    assert not visible_change(*edited(NEVER_SHOWN[what]))


@pytest.mark.parametrize("what", sorted(IMMATERIAL.keys() - NEVER_SHOWN.keys()))
def test_what_is_shown_and_doesnt_matter_is_seen(what: str) -> None:
    assert visible_change(*edited(IMMATERIAL[what]))


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        ({"uri": "https://photos.example/1?signature=new"}, False),
        ({"file_name": "other.jpg", "data_base64": "AAAA"}, False),
        ({"caption": "With her dog"}, True),
        ({"age_progressed": True}, True),
        ({"md5": "1" * 32}, True),
    ],
)
def test_another_address_of_the_same_picture_is_no_change(
    change: dict[str, Any], *, is_seen: bool
) -> None:
    """Addresses are signed anew every night; nobody's screen may flicker for it."""
    before = Photo(uri="https://photos.example/1?signature=old", md5="0" * 32)
    poster = poster_of(fictional_case("1", NOW)[0]).model_copy(update={"extra_photos": (before,)})
    after = poster.model_copy(update={"extra_photos": (before.model_copy(update=change),)})
    assert visible_change(poster, after) is is_seen


@pytest.mark.parametrize("what", MATERIAL)
def test_what_people_act_on_is_material(what: str) -> None:
    old, new = edited(MATERIAL[what])
    assert material_change(old, new)
    assert material_change(new, old)
    assert content_digest(old) != content_digest(new)


@pytest.mark.parametrize("what", IMMATERIAL)
def test_the_rest_is_not(what: str) -> None:
    old, new = edited(IMMATERIAL[what])
    assert not material_change(old, new)
    assert not material_change(new, old)


def test_a_drawn_area_is_material() -> None:
    old = poster_of(fictional_case("1", NOW)[0])
    new = old.model_copy(update={"areas": (SourceArea(geocodes=(("same", "026103"),)),)})
    assert material_change(old, new)


def test_one_sibling_found_for_the_other_is_material() -> None:
    old, new = siblings_case("2", NOW)[0], siblings_case("2", NOW)[0]
    old["children"][0]["dateFound"] = new["children"][1]["dateFound"] = "2026-03-05T13:00:00Z"
    assert material_change(poster_of(old), poster_of(new))
    new["children"].reverse()
    old["children"][0]["dateFound"], old["children"][1]["dateFound"] = None, "2026-03-05T12:00:00Z"
    assert not material_change(poster_of(old), poster_of(new))


def test_the_digest_is_blind_to_when_and_to_unknown_fields_only() -> None:
    old, new = edited(IMMATERIAL["lastModified"])
    assert content_digest(old) == content_digest(new)
    old, new = edited(IMMATERIAL["unknown field"])
    assert content_digest(old) == content_digest(new)
    old, new = edited(IMMATERIAL["contact"])
    assert content_digest(old) != content_digest(new)
    assert len(content_digest(old)) == 32


def test_the_digest_stays_when_the_bytes_of_a_photo_are_put_away() -> None:
    old = poster_of(fictional_case("1", NOW)[0])
    with_bytes = old.model_copy(update={"extra_photos": (Photo(md5="0" * 32, data_base64="AA=="),)})
    without = old.model_copy(update={"extra_photos": (Photo(md5="0" * 32),)})
    assert content_digest(with_bytes) == content_digest(without) != content_digest(old)
    unnamed = old.model_copy(update={"extra_photos": (Photo(data_base64="AA=="),)})
    assert content_digest(unnamed) != content_digest(old)


def test_a_later_date_found_is_no_news() -> None:
    old, new = edited(MATERIAL["found"])
    moved = new.children[0].model_copy(update={"date_found": NOW + timedelta(hours=1)})
    assert not material_change(new, new.model_copy(update={"children": (moved,)}))
    assert material_change(old, new)
