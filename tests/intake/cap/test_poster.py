"""The poster that an alert makes."""

from datetime import UTC, datetime

import pytest

from alerts.area.derive import AreaPolicy, derive_area
from alerts.area.listed import ListedPlaces
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.reader import read_cap
from alerts.poster import CaseKey, ExplicitCircle, Poster
from geo.geojson import parse_geometry
from service import database
from tests.intake.cap.documents import GEOCODE, HEAD, POLYGON, area, cap, info
from tests.intake.cap.test_reader import alert_of

SPANISH = info(
    area(GEOCODE, desc="Condado de Marquette"),
    language="<language>es-US</language>",
    event="Abducción de Niño",
    late="<headline>Alerta AMBER</headline><contact>Policía, 906-555-0123</contact>",
)
ENGLISH = info(
    area(GEOCODE),
    late="""<expires>2026-03-02T12:00:00-05:00</expires><senderName>Example Police</senderName>
    <headline>AMBER Alert</headline><description>Blue car.</description>
    <instruction>Call.</instruction><web>https://police.example/1</web>
    <contact>Det. Robin Example at 906-555-0123</contact>""",
)


def poster_of(document: str) -> Poster:
    return poster_from_cap(alert_of(document))


def resource(inside: str) -> str:
    return f"<resource><resourceDesc>Photo</resourceDesc>{inside}</resource>"


def test_an_amber_alert_in_two_languages_is_one_poster() -> None:
    poster = poster_of(cap(ENGLISH + SPANISH))
    assert poster.case == CaseKey(
        organization="alerts@police.example", number="EX-1", is_of_message=True
    )
    assert poster.organization_name == "Example Police"
    assert poster.amber
    assert not poster.exercise
    assert [n.language for n in poster.narratives] == ["en-US", "es-US"]
    assert poster.narratives[0].description == "Blue car."
    assert poster.narratives[1].headline == "Alerta AMBER"
    assert poster.source_uri == "https://police.example/1"
    assert poster.issued_at == poster.modified_at == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert poster.expires_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert poster.children == ()


def test_the_same_ground_in_two_languages_is_one_area() -> None:
    poster = poster_of(cap(ENGLISH + SPANISH))
    (only,) = poster.areas
    assert only.geocodes == (("same", "026103"),)
    assert only.description == "Marquette County"
    assert only.geometry is None


def test_contacts_keep_their_words_and_numbers() -> None:
    first, second = poster_of(cap(ENGLISH + SPANISH)).contacts
    assert (first.name, first.phone_numbers) == ("Det. Robin Example", ("906-555-0123",))
    assert (second.name, second.phone_numbers) == ("Policía", ("906-555-0123",))


def test_a_contact_without_a_number_stays_as_words() -> None:
    (contact,) = poster_of(cap(info(late="<contact>desk@police.example</contact>"))).contacts
    assert (contact.name, contact.phone_numbers) == ("desk@police.example", ())


def test_numbers_are_read_in_the_country_of_the_language() -> None:
    late = "<contact>Police on 1300 975 707</contact>"
    (contact,) = poster_of(cap(info(language="<language>en-AU</language>", late=late))).contacts
    assert contact.phone_numbers == ("+61 1300 975 707",)


def test_shapes_become_geojson_in_lon_lat() -> None:
    poster = poster_of(cap(info(area(POLYGON + "<circle>46.5,-87.4 15</circle>"))))
    (only,) = poster.areas
    assert only.geometry is not None
    assert only.geometry["type"] == "Polygon"
    assert only.geometry["coordinates"][0][1] == [-87.3, 46.5]
    assert only.circles == (ExplicitCircle(lon=-87.4, lat=46.5, radius_m=15_000),)
    assert parse_geometry(only.geometry).shape.bounds == (-87.5, 46.5, -87.3, 46.6)


def test_several_polygons_are_a_multipolygon() -> None:
    other = POLYGON.replace("46.", "47.")
    (only,) = poster_of(cap(info(area(POLYGON + other)))).areas
    assert only.geometry is not None
    assert only.geometry["type"] == "MultiPolygon"
    assert len(only.geometry["coordinates"]) == 2
    assert parse_geometry(only.geometry).notes == ()


def test_lists_of_codes_in_one_value_are_taken_apart() -> None:
    listed = "<geocode><valueName>SAME</valueName><value>026103 026043,055001</value></geocode>"
    words = "<geocode><valueName>ISO 3166-2</valueName><value>US MI</value></geocode>"
    (only,) = poster_of(cap(info(area(listed + words)))).areas
    assert only.geocodes == (
        ("same", "026103"),
        ("same", "026043"),
        ("same", "055001"),
        ("iso 3166-2", "US MI"),
    )


def test_areas_with_words_only_are_kept() -> None:
    poster = poster_of(cap(info(area("", desc="Near the bridge") + area("", desc="The old mill"))))
    assert [a.description for a in poster.areas] == ["Near the bridge", "The old mill"]


def test_pictures_by_address_and_inline_are_photos() -> None:
    late = (
        resource("<mimeType>image/jpeg</mimeType><uri>https://police.example/a.jpg</uri>")
        + resource("<mimeType>image/png</mimeType><uri>b.png</uri><derefUri>QUJD</derefUri>")
        + resource("<uri>https://police.example/c.GIF?x=1</uri>")
    )
    first, second, third = poster_of(cap(info(late=late))).extra_photos
    assert (first.uri, first.caption) == ("https://police.example/a.jpg", "Photo")
    assert (second.uri, second.data_base64, second.file_name) == (None, "QUJD", "b.png")
    assert third.mime_type == "image/gif"


@pytest.mark.parametrize(
    "inside",
    [
        "<mimeType>audio/x-ipaws-audio-mp3</mimeType><uri>https://police.example/a.mp3</uri>",
        "<mimeType>image/jpeg</mimeType>",
        "<mimeType>image/jpeg</mimeType><uri>file:///etc/hostname</uri>",
        "<mimeType>image/jpeg</mimeType><uri>javascript:alert(1)</uri>",
        "<mimeType>image/jpeg</mimeType><uri>http://[</uri>",
    ],
)
def test_what_is_no_picture_or_cannot_be_had_is_no_photo(inside: str) -> None:
    assert poster_of(cap(info(late=resource(inside)))).extra_photos == ()


@pytest.mark.parametrize("web", ["javascript:alert(1)", "www.police.example", "file:///a"])
def test_only_web_addresses_become_links(web: str) -> None:
    assert poster_of(cap(info(late=f"<web>{web}</web>"))).source_uri is None


@pytest.mark.parametrize(
    ("status", "exercise"),
    [("Actual", False), ("Exercise", True), ("Test", True), ("Draft", False)],
)
def test_exercises_and_tests_are_exercises(status: str, exercise: bool) -> None:
    assert poster_of(cap(head=HEAD.replace("Actual", status))).exercise is exercise


def test_the_last_expiry_counts_and_none_stays_none() -> None:
    later = info(late="<expires>2026-03-03T12:00:00-05:00</expires>")
    assert poster_of(cap(ENGLISH + later)).expires_at == datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
    assert poster_of(cap()).expires_at is None


def test_a_cancel_without_info_is_a_poster_without_words() -> None:
    poster = poster_of(cap(""))
    assert poster.narratives == ()
    assert poster.organization_name == "alerts@police.example"


def test_an_info_about_another_event_is_left_out_of_the_poster_with_a_warning() -> None:
    storm = info(
        area("<circle>30,-90 200</circle>", desc="Gulf"),
        event="Hurricane",
        code="",
        late="<contact>Weather service, 906-555-0199</contact>",
    )
    document = cap(storm + ENGLISH)
    reading = read_cap(document.encode())
    (said,) = [p for p in reading.problems if p.code == "other_event"]
    assert said.where.startswith("alert/info[1]")
    poster = poster_of(document)
    assert [narrative.headline for narrative in poster.narratives] == ["AMBER Alert"]
    assert [area.circles for area in poster.areas] == [()]
    assert [c.phone_numbers for c in poster.contacts] == [("906-555-0123",)]


def test_contacts_of_all_languages_are_kept() -> None:
    found = poster_of(cap(ENGLISH + SPANISH)).contacts
    assert [c.name for c in found] == ["Det. Robin Example", "Policía"]


def test_an_info_without_language_is_american_english() -> None:
    poster = poster_of(cap(info(language="")))
    assert [n.language for n in poster.narratives] == ["en-US"]


@pytest.mark.parametrize("name", ["altitude", "ceiling"])
def test_heights_are_ignored_with_a_note(name: str) -> None:
    ground = POLYGON + f"<{name}>3000</{name}>"
    with_height = read_cap(cap(info(area(ground)) + info(area(ground))).encode())
    assert [p.code for p in with_height.problems] == ["altitude_ignored"]
    assert with_height.can_be_acted_on
    flat = poster_of(cap(info(area(POLYGON))))
    assert poster_of(cap(info(area(ground)))).areas == flat.areas


@pytest.mark.parametrize(
    ("code", "places"), [("TXC201", ("fips:48201",)), ("MIC000", ("state:MI",))]
)
def test_county_codes_of_the_weather_service_work_out_of_the_box(
    code: str, places: tuple[str, ...]
) -> None:
    ugc = f"<geocode><valueName>UGC</valueName><value>{code}</value></geocode>"
    poster = poster_of(cap(info(area(ugc))))
    assert poster.areas[0].geocodes == (("ugc", code),)
    derived = derive_area(poster, ListedPlaces(database.build_places), AreaPolicy())
    assert derived.area is not None
    assert derived.area.places == places


def test_zone_codes_stay_what_they_are_for_imported_places() -> None:
    ugc = "<geocode><valueName>UGC</valueName><value>TXZ213 TXZ214</value></geocode>"
    poster = poster_of(cap(info(area(ugc))))
    assert poster.areas[0].geocodes == (("ugc", "TXZ213"), ("ugc", "TXZ214"))
    derived = derive_area(poster, ListedPlaces(database.build_places), AreaPolicy())
    assert derived.area is None
    assert "unknown_geocode" in {p.code for p in derived.problems}
