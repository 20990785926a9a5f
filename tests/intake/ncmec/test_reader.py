"""A Poster or a Feature read into our own values, liberal and strict in the right places."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from alerts.intake.ncmec.reader import PosterReading, case_in, read_poster, read_poster_bytes
from alerts.intake.ncmec.schema import MAX_UNKNOWN
from alerts.poster import ExplicitCircle, Photo, Place, Poster
from service.demo.cases import (
    county_only_case,
    fictional_case,
    found_case,
    siblings_case,
    sparse_case,
)

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
SQUARE = [[-87.5, 46.5], [-87.3, 46.5], [-87.3, 46.6], [-87.5, 46.6], [-87.5, 46.5]]


def minimal(**fields: object) -> dict[str, Any]:
    poster = {"organizationCode": "NCMC", "caseNumber": "9900001"}
    return poster | {"children": [{"firstName": "Alex", "lastName": "Example"}]} | fields


def child(**fields: object) -> dict[str, Any]:
    return minimal(children=[fields])


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": minimal(**properties)}


def poster_of(payload: object) -> Poster:
    reading = read_poster(payload)
    assert reading.poster is not None, reading.problems
    return reading.poster


def findings(payload: object) -> list[tuple[str, str, str]]:
    return [(p.severity, p.code, p.where) for p in read_poster(payload).problems]


def test_a_full_poster_is_read_without_a_word() -> None:
    payload, photos = fictional_case("9900001", NOW)
    reading = read_poster(payload)
    assert reading.problems == ()
    poster = reading.poster
    assert poster is not None
    assert (poster.case.organization, poster.case.number) == ("DEMO", "9900001")
    assert poster.organization_name is None  # only known sources have a name
    assert poster.modified_at == NOW
    assert poster.amber
    assert poster.children[0].full_name == "Alex Quinn Example"
    assert poster.children[0].date_of_birth == date(2017, 4, 9)
    assert poster.children[0].missing_since == datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
    assert poster.children[0].missing_from == Place(
        city="Marquette", county="Marquette", state="MI", zip="49855", country="United States"
    )
    assert poster.children[0].photos[0].md5 in photos
    assert poster.companions[0].companion_type == "companion"
    assert poster.vehicles[0].license_plate == "EXA 0123"
    assert poster.contacts[0].phone_numbers == ("1-906-555-0100",)
    assert [n.language for n in poster.narratives] == ["en-US", "es-US"]
    assert poster.distribution_states == ("MI", "WI")


@pytest.mark.parametrize("case", [siblings_case, county_only_case, sparse_case, found_case])
def test_every_fictional_case_is_read_without_a_word(case: Any) -> None:
    assert read_poster(case("9900002", NOW)[0]).problems == ()


def test_siblings_are_found_separately() -> None:
    payload, _ = siblings_case("9900002", NOW)
    payload["children"][0]["dateFound"] = "2026-03-05T13:00:00Z"
    poster = poster_of(payload)
    assert not poster.all_found
    assert [c.first_name for c in poster.still_missing] == ["Sam"]


def test_every_field_may_be_null() -> None:
    payload, _ = fictional_case("9900001", NOW)
    kept = {"organizationCode", "caseNumber", "children"}
    nulls = {name: value if name in kept else None for name, value in payload.items()}
    nulls["children"] = [dict.fromkeys(payload["children"][0])]
    assert read_poster(nulls).problems == ()


@pytest.mark.parametrize(
    ("payload", "where", "message"),
    [
        (None, "", "expected an object, got null"),
        ([], "", "expected an object, got a list"),
        ("poster", "", "expected an object, got text"),
        (child(firstName=7), "/children/0/firstName", "expected text, got a number"),
        (child(lastName=["x"]), "/children/0/lastName", "expected text, got a list"),
        (child(missingCity={}), "/children/0/missingCity", "expected text, got an object"),
        (child(ageNow=True), "/children/0/ageNow", "expected text, got true or false"),
        (child(photos="x"), "/children/0/photos", "expected a list, got text"),
        (child(photos=["x"]), "/children/0/photos/0", "expected an object, got text"),
        (child(races=[{}]), "/children/0/races/0", "expected text, got an object"),
        (minimal(children={}), "/children", "expected a list, got an object"),
        (minimal(children=[1]), "/children/0", "expected an object, got a number"),
        (minimal(amberAlert="yes"), "/amberAlert", "expected true or false, got text"),
        (minimal(caseNumber=1.0e300), "/caseNumber", "expected text, got a number"),
        (minimal(vehicle="car"), "/vehicle", "expected an object, got text"),
        (minimal(lastModified=5), "/lastModified", "expected text, got a number"),
        ({"type": "Feature", "properties": 3}, "/properties", "expected an object, got a number"),
    ],
)
def test_a_wrong_type_is_an_error_that_names_the_field(
    payload: object, where: str, message: str
) -> None:
    reading = read_poster(payload)
    assert reading.poster is None
    problem = next(p for p in reading.problems if p.code == "wrong_type")
    assert (problem.where, problem.message) == (where, message)


def test_numbers_stand_for_text_where_sources_write_them() -> None:
    person = child(ageNow=9, missingZip=49855, height=50.5, approximateAge=9.0)
    poster = poster_of(person | {"caseNumber": 9900001})
    assert poster.case.number == "9900001"
    assert poster.children[0].age_now == poster.children[0].approximate_age == "9"
    assert poster.children[0].missing_from.zip == "49855"
    assert poster.children[0].height == "50.5"


@pytest.mark.parametrize("missing", [None, "", "   "])
@pytest.mark.parametrize("name", ["organizationCode", "caseNumber"])
def test_the_case_must_be_named(name: str, missing: object) -> None:
    assert findings(minimal(**{name: missing})) == [("error", "missing_field", f"/{name}")]


@pytest.mark.parametrize("nobody", [None, [], [None]])
def test_a_poster_of_nobody_is_refused(nobody: object) -> None:
    assert findings(minimal(children=nobody)) == [("error", "no_child", "/children")]


@pytest.mark.parametrize(
    "somebody", [{"unidentified": True}, {"descriptions": [{"description": "A child."}]}]
)
def test_a_description_or_unidentified_stands_for_a_child(somebody: dict[str, object]) -> None:
    poster_of(minimal(children=None) | somebody)


def test_unknown_fields_are_accepted_and_noted() -> None:
    payload = minimal(a=1, **{"b/~": 2}) | {"children": [{"nickname": {"deep": [1]}}]}
    reading = read_poster(payload)
    assert reading.poster is not None
    assert reading.poster.unknown_fields == ("/children/*/nickname", "/a", "/b~1~0")
    assert [(p.code, p.where) for p in reading.problems] == [
        ("unknown_field", where) for where in ("/children/0/nickname", "/a", "/b~1~0")
    ]


def test_a_field_that_many_entries_have_is_unknown_once() -> None:
    photos = [{"md5": "0" * 32, "lens": 1}, {"md5": "1" * 32, "lens": 2}]
    children = [{"firstName": "Wren", "favouriteColour": "red", "photos": photos}] * 3
    reading = read_poster(minimal() | {"children": children, "7": {"8": 9}})
    assert reading.poster is not None
    assert reading.poster.unknown_fields == (
        "/children/*/photos/*/lens",
        "/children/*/favouriteColour",
        "/7",
    )
    assert len([p for p in reading.problems if p.code == "unknown_field"]) == 3


def test_a_flood_of_unknown_fields_is_cut_off() -> None:
    reading = read_poster(minimal(**{f"f{i}": i for i in range(100_000)}))
    assert reading.poster is not None
    assert len(reading.poster.unknown_fields) == MAX_UNKNOWN
    assert len(reading.problems) == MAX_UNKNOWN


def test_names_of_unknown_fields_are_bounded_and_printable() -> None:
    reading = read_poster(minimal(**{"x" * 5000: 1, "\ud800\n": 2, "": 3}))
    assert [p.where for p in reading.problems] == [
        "/" + "x" * 64,
        "/\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}",
        "/",
    ]


def test_a_flood_of_problems_is_cut_but_the_first_error_is_told() -> None:
    reading = read_poster({f"x{i}": i for i in range(5000)} | {"organizationCode": "NCMC"})
    assert len(reading.problems) < 300
    assert {p.code for p in reading.problems} >= {"missing_field", "unknown_field"}


@pytest.mark.parametrize(
    ("fields", "finding"),
    [
        ({"missingSince": "0001-01-01T00:00:00"}, ("warning", "placeholder_date", "missingSince")),
        ({"dateFound": "0001-01-01T00:00:00"}, ("warning", "placeholder_date", "dateFound")),
        ({"missingSince": "Jan 12, 2016 12:00:00 AM"}, ("warning", "unusual_date", "missingSince")),
        ({"dateOfBirth": "spring"}, ("warning", "unreadable_date", "dateOfBirth")),
        ({"dateFound": "yes"}, ("error", "unreadable_date", "dateFound")),
    ],
)
def test_odd_dates_are_noted(fields: dict[str, object], finding: tuple[str, str, str]) -> None:
    severity, code, name = finding
    assert findings(child(**fields)) == [(severity, code, f"/children/0/{name}")]


def test_a_placeholder_is_not_found() -> None:
    assert not poster_of(child(dateFound="0001-01-01T00:00:00")).all_found


def test_an_unreadable_expiry_is_an_error() -> None:
    assert findings(minimal(expires="soon")) == [("error", "unreadable_date", "/expires")]


def test_text_is_cleaned_of_what_neither_shows_nor_stores() -> None:
    reading = read_poster(child(firstName=" Al\x00ex\u202e ", description="a\r\nb", sex="\ud800"))
    assert reading.poster is not None
    assert reading.poster.children[0].first_name == "Alex"
    assert reading.poster.children[0].description == "a\nb"
    reading.poster.model_dump_json()
    assert {(p.code, p.where) for p in reading.problems} == {
        ("bad_characters", "/children/0/firstName"),
        ("bad_characters", "/children/0/sex"),
    }


def test_what_is_too_long_or_too_many_is_refused() -> None:
    assert findings(child(description="x" * 20_001)) == [
        ("error", "too_long", "/children/0/description")
    ]
    assert findings(minimal(children=[{}] * 201)) == [("error", "too_many", "/children")]


def test_the_md5_of_a_photo_is_lower_case_hex() -> None:
    digest = hashlib.md5(b"photo", usedforsecurity=False)
    photos = [{"md5": digest.hexdigest().upper()}]
    photos.append({"md5": base64.b64encode(digest.digest()).decode()})
    photos.append({"md5": "odd"})
    reading = read_poster(child(photos=photos))
    assert reading.poster is not None
    read = reading.poster.children[0].photos
    assert [p.md5 for p in read] == [digest.hexdigest(), digest.hexdigest(), None]
    assert [(p.severity, p.code, p.where) for p in reading.problems] == [
        ("warning", "odd_md5", "/children/0/photos/1/md5"),
        ("warning", "odd_md5", "/children/0/photos/2/md5"),
    ]


def test_an_inline_photo_is_known_by_the_md5_of_its_bytes() -> None:
    data = base64.b64encode(b"photo").decode()
    photo = poster_of(child(photos=[{"photoData": data}])).children[0].photos[0]
    assert photo.data_base64 == data
    assert photo.md5 == hashlib.md5(b"photo", usedforsecurity=False).hexdigest()


def test_inline_bytes_that_are_none_are_left_out() -> None:
    payload = child(photos=[{"photoData": "???", "photoUri": "https://photos.example/a.jpg"}])
    assert findings(payload) == [("warning", "bad_photo_data", "/children/0/photos/0/photoData")]
    assert poster_of(payload).children[0].photos == (Photo(uri="https://photos.example/a.jpg"),)


def test_age_progressed_photos_are_marked() -> None:
    photos = poster_of(child(photos=[{}], ageProgressionPhotos=[{}])).children[0].photos
    assert [p.age_progressed for p in photos] == [False, True]


def test_what_partners_add_is_known() -> None:
    person = child(height="4'2\"", weight="60 lb", clothing="red jacket")
    payload = person | {
        "vehicles": [{"description": "blue car", "licensePlate": "EXA 0123", "licenseState": "MI"}],
        "expires": "2026-03-06T14:00:00Z",
        "endangered": True,
        "organizationName": "Marquette Police Department",
        "sourceUri": "https://police.example/9900001",
    }
    assert read_poster(payload).problems == ()
    poster = poster_of(payload)
    assert poster.expires_at == datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
    assert poster.endangered
    assert poster.children[0].clothing == "red jacket"
    assert poster.organization_name == "Marquette Police Department"


def test_an_older_case_type_says_endangered() -> None:
    assert poster_of(minimal(caseType="endangeredRunaway")).endangered
    assert not poster_of(minimal(caseType="familyAbduct")).amber


def test_a_features_polygon_is_the_area() -> None:
    poster = poster_of(feature({"type": "Polygon", "coordinates": [SQUARE]}))
    (area,) = poster.areas
    assert area.geometry is not None
    assert area.geometry["type"] == "Polygon"
    assert area.circles == ()


def test_a_features_point_is_a_circle() -> None:
    payload = feature({"type": "Point", "coordinates": [-87.4, 46.5]}, radius_m=5000)
    reading = read_poster(payload)
    assert reading.problems == ()
    assert reading.poster is not None
    assert reading.poster.areas[0].circles == (ExplicitCircle(lon=-87.4, lat=46.5, radius_m=5000),)


def test_a_features_line_is_a_corridor() -> None:
    road = {"type": "LineString", "coordinates": [[-97.7, 30.3], [-97.1, 31.5]]}
    reading = read_poster(feature(road, half_width_m=5000))
    assert reading.problems == ()
    assert reading.poster is not None
    (area,) = reading.poster.areas
    assert area.geometry is not None
    assert shape(area.geometry).contains(Point(-97.4, 30.9))
    assert findings(feature(road)) == [("error", "half_width", "/properties/half_width_m")]


def test_a_feature_without_geometry_has_no_area() -> None:
    assert poster_of(feature(None)).areas == ()


def test_a_repaired_geometry_is_noted() -> None:
    payload = feature({"type": "Polygon", "coordinates": [SQUARE[:-1]]})
    assert findings(payload) == [("warning", "geometry_repaired", "/geometry")]


@pytest.mark.parametrize(
    ("geometry", "where"),
    [
        ({"type": "Polygon", "coordinates": [[*SQUARE[:3], [-87.5, 246.6]]]}, "coordinates/0/3"),
        ({"type": "Polygon", "coordinates": []}, "coordinates"),
        ({"type": "MultiPoint", "coordinates": SQUARE}, "type"),
        ({"type": "Point", "coordinates": [-87.4, "46.5"]}, "coordinates"),
    ],
)
def test_bad_ground_is_an_error_that_names_the_vertex(geometry: object, where: str) -> None:
    (finding,) = findings(feature(geometry, radius_m=5))
    assert (finding[0], finding[2]) == ("error", f"/geometry/{where}")


def test_a_point_without_a_radius_is_refused() -> None:
    payload = feature({"type": "Point", "coordinates": [-87.4, 46.5]})
    assert findings(payload) == [("error", "radius", "/properties/radius_m")]


def test_problems_of_a_features_poster_point_into_its_properties() -> None:
    payload = feature(None, children=[{"firstName": 1}])
    assert findings(payload) == [("error", "wrong_type", "/properties/children/0/firstName")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted({*fictional_case("1", NOW)[0], "vehicles", "expires", "type", "properties"})
PERSON_NAMES = sorted(fictional_case("1", NOW)[0]["children"][0])


def is_sound(reading: PosterReading) -> bool:
    for problem in reading.problems:
        problem.model_dump_json()
    if reading.poster is None:
        return any(p.severity == "error" for p in reading.problems)
    reading.poster.model_dump_json()
    return not any(p.severity == "error" for p in reading.problems)


@given(JSON)
def test_no_json_raises(payload: object) -> None:
    assert is_sound(read_poster(payload))


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
    st.lists(st.dictionaries(st.sampled_from(PERSON_NAMES), JSON, max_size=5), max_size=2),
)
def test_no_content_of_known_fields_raises(
    fields: dict[str, object], people: list[dict[str, object]]
) -> None:
    assert is_sound(read_poster(minimal(companions=people) | fields))
    assert is_sound(read_poster(minimal(children=people) | fields))


@given(JSON, JSON, JSON)
def test_no_geometry_raises(coordinates: object, radius_m: object, geometry: object) -> None:
    for kind in ("Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection"):
        drawn = {"type": kind, "coordinates": coordinates, "geometries": [geometry]}
        assert is_sound(read_poster(feature(drawn, radius_m=radius_m, half_width_m=radius_m)))
    assert is_sound(read_poster(feature(geometry)))


def test_no_message_repeats_what_the_document_says() -> None:
    payload = child(firstName="Quetzal\x00", lastName=["Quetzal"], dateFound="Quetzal")
    payload |= {"expires": "Quetzal", "vehicle": "Quetzal", "lastModified": "Quetzal"}
    for problem in read_poster_bytes(json.dumps(payload).encode()).problems:
        assert "Quetzal" not in problem.model_dump_json()


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (minimal(), ("NCMC", "9900001")),
        (minimal(organizationCode=" NCMC ", caseNumber=9900001.0), ("NCMC", "9900001")),
        (minimal(caseNumber="99\x0000001", children=7), ("NCMC", "9900001")),
    ],
)
def test_the_case_of_an_item_is_read_as_its_poster_has_it(
    payload: dict[str, Any], key: tuple[str, str]
) -> None:
    case = case_in(payload)
    assert case is not None
    assert (case.organization, case.number) == key


@pytest.mark.parametrize(
    "payload", [None, 7, [], {}, minimal(caseNumber=None), minimal(caseNumber=[])]
)
def test_an_item_that_names_no_case_has_none(payload: object) -> None:
    assert case_in(payload) is None
