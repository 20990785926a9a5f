"""Is each of geopy's services asked as it wants, and is whatever it answers survived?"""

import json
import logging
from collections.abc import Iterator

import pytest
from geopy.geocoders import SERVICE_TO_GEOCODER

from alerts.area.geocoder.answer import GeocoderFailed, GeocoderMisconfigured
from alerts.area.geocoder.asked import PlaceAsked
from alerts.geocoding.service import GeopyGeocoder, ServiceSettings
from tests.stand_ins.geocoders import GeocoderServer, Reply, Town, run_geocoder_server

KOELN = Town(name="Köln", lon=6.96, lat=50.94, importance=0.7)
ASKED = PlaceAsked(city="Köln", state="NRW", country="Germany", country_code="DE")
SECRET = "key-that-nobody-sees"


@pytest.fixture(scope="module")
def running() -> Iterator[GeocoderServer]:
    with run_geocoder_server() as server:
        yield server


@pytest.fixture
def server(running: GeocoderServer) -> GeocoderServer:
    running.towns, running.instead = [KOELN], None
    running.asked.clear()
    running.agents.clear()
    return running


def at(server: GeocoderServer, service: str = "nominatim", **more: object) -> GeopyGeocoder:
    given: dict[str, object] = {"url": server.url, "timeout_s": 0.4}
    return GeopyGeocoder(ServiceSettings(service=service, **(given | more)))  # type: ignore[arg-type]


def failure(server: GeocoderServer, reply: Reply, service: str = "nominatim") -> GeocoderFailed:
    server.instead = reply
    with pytest.raises(GeocoderFailed) as failed:
        at(server, service).find(ASKED)
    return failed.value


# --- how it is asked


def test_nominatim_is_asked_level_by_level_in_one_country(server: GeocoderServer) -> None:
    at(server, user_agent="Porchlight (https://alerts.example)").find(ASKED)
    assert server.asked == [
        {
            "city": "Köln",
            "state": "NRW",
            "country": "Germany",
            "countrycodes": "de",
            "format": "json",
            "limit": "5",
            "addressdetails": "1",
            "accept-language": "en",
        }
    ]
    assert server.agents == ["Porchlight (https://alerts.example)"]


def test_photon_is_asked_in_one_line_for_places_only(server: GeocoderServer) -> None:
    at(server, "Photon").find(ASKED)
    (asked,) = server.asked
    assert asked["q"] == "Köln, NRW, Germany"
    assert asked["osm_tag"] in ("place", "boundary")
    assert (asked["limit"], asked["lang"]) == ("5", "en")


def test_google_is_asked_with_its_key_in_one_country(server: GeocoderServer) -> None:
    at(server, "google", key=SECRET).find(ASKED)
    (asked,) = server.asked
    assert asked["key"] == SECRET
    assert asked["address"] == "Köln, NRW, Germany"
    assert asked["components"] == "country:DE"


def test_a_server_of_ones_own_may_be_under_a_path(server: GeocoderServer) -> None:
    server.instead = Reply(body=b"[]")
    assert at(server, url=f"{server.url}/maps/").find(ASKED) == ()


def test_at_most_five_answers_are_read(server: GeocoderServer) -> None:
    server.towns = [KOELN] * 9
    assert len(at(server).find(ASKED)) == 5


def test_what_the_service_says_of_a_place_is_read(server: GeocoderServer) -> None:
    (place,) = at(server).find(ASKED)
    assert place.name == "Köln, North Rhine-Westphalia, Germany"
    assert (place.country, place.weight) == ("DE", 0.7)


def test_a_name_is_one_short_line_of_what_can_be_seen(server: GeocoderServer) -> None:
    name = "Köln\u202e\x1b[2J\n" + "x" * 300
    said = [{"lat": "50.94", "lon": "6.96", "display_name": name}]
    server.instead = Reply(body=json.dumps(said).encode())
    (place,) = at(server).find(ASKED)
    assert place.name.startswith("Köln")
    assert place.name.isprintable()
    assert len(place.name) <= 120


# --- what it may answer


@pytest.mark.parametrize("service", ["nominatim", "photon", "google"])
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=429), "rate_limited"),
        (Reply(status=402), "rate_limited"),
        (Reply(status=401), "not_allowed"),
        (Reply(status=403), "not_allowed"),
        (Reply(status=500), "unreadable"),
        (Reply(status=503), "too_slow"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), "unreadable"),
        (Reply(waits_s=0.7), "too_slow"),
        (Reply(body=b"[" * 60, drips_s=0.02), "too_slow"),
        (Reply(body=b""), "unreadable"),
        (Reply(body=b"\xff\xfe\x00"), "unreadable"),
        (Reply(body=b"[" * 5_000), "unreadable"),
        (Reply(body=b"17"), "unreadable"),
        (Reply(body=b'"places"'), "unreadable"),
        (Reply(body=b'[{"lat": "north", "lon": "west"}]'), "unreadable"),
        (Reply(body=b'{"features": [{"geometry": null}], "results": 3}'), "unreadable"),
        (Reply(body=b'{"status": "UNKNOWN_ERROR", "error": "Wren"}'), "unreadable"),
        (Reply(body=b"[" + b'"",' * 400_000 + b'""]'), "unreachable"),
    ],
    ids=str,
)
def test_no_answer_of_any_service_is_more_than_a_failure(
    server: GeocoderServer, service: str, reply: Reply, code: str
) -> None:
    failed = None
    server.instead = reply
    try:
        found = at(server, service, key="k" if service == "google" else "").find(ASKED)
    except GeocoderFailed as e:
        failed = e.code
    else:
        assert found == ()
    if service == "nominatim" and reply.status >= 400:
        assert failed == code
    assert failed is None or failed in {
        *("rate_limited", "not_allowed", "unreadable", "too_slow", "unreachable"),
    }


@pytest.mark.parametrize("code", [429, 401, 500])
def test_a_status_is_named_for_what_it_is(server: GeocoderServer, code: int) -> None:
    words = {429: "rate_limited", 401: "not_allowed", 500: "unreadable"}
    assert failure(server, Reply(status=code)).code == words[code]


def test_a_server_that_drips_is_left_after_the_timeout(server: GeocoderServer) -> None:
    assert failure(server, Reply(body=b"[" * 200, drips_s=0.05)).code == "too_slow"


def test_a_server_that_isnt_there_is_unreachable() -> None:
    nobody = ServiceSettings(service="nominatim", url="http://127.0.0.1:9", timeout_s=1)
    with pytest.raises(GeocoderFailed) as failed:
        GeopyGeocoder(nobody).find(ASKED)
    assert failed.value.code == "unreachable"


@pytest.mark.parametrize("lat", ["0", "91", "nan", "null"])
def test_a_position_that_is_none_is_no_answer(server: GeocoderServer, lat: str) -> None:
    server.instead = Reply(body=f'[{{"lat": "{lat}", "lon": "1e999"}}]'.encode())
    with pytest.raises(GeocoderFailed) as failed:
        at(server).find(ASKED)
    assert failed.value.code == "unreadable"


def test_neither_the_place_nor_our_key_is_ever_logged(
    server: GeocoderServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        at(server, "google", key=SECRET).find(ASKED)
        server.instead = Reply(status=500, body=b"Koeln is secret")
        with pytest.raises(GeocoderFailed) as failed:
            at(server, "google", key=SECRET).find(ASKED)
    for text in (caplog.text, str(failed.value), repr(failed.value)):
        for private in ("Köln", "K%C3%B6ln", SECRET, "secret"):
            assert private not in text


# --- settings


def test_an_unknown_service_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(GeocoderMisconfigured, match=r"no geocoder 'nominatin'.*nominatim"):
        GeopyGeocoder(ServiceSettings(service="nominatin"))


@pytest.mark.parametrize("service", ["what3words", "what3wordsv3"])
def test_a_service_that_knows_no_names_of_places_is_refused(service: str) -> None:
    with pytest.raises(GeocoderMisconfigured, match="no geocoder"):
        GeopyGeocoder(ServiceSettings(service=service, key="k"))


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        (ServiceSettings(service="opencage"), "needs api_key.*PORCHLIGHT_GEOCODER_KEY"),
        (ServiceSettings(service="liveaddress", key="k"), "needs auth_token"),
        (ServiceSettings(service="pelias"), "needs domain.*PORCHLIGHT_GEOCODER_URL"),
        (ServiceSettings(service="nominatim", key="k"), "takes no key"),
        (ServiceSettings(service="nominatim", url="ftp://a.example"), "must be like https"),
        (ServiceSettings(service="nominatim", url="https://"), "must be like https"),
        (ServiceSettings(service="baidu", key="k", url="https://a.example"), "one address only"),
    ],
)
def test_a_setting_that_is_missing_or_too_much_is_named(
    settings: ServiceSettings, match: str
) -> None:
    with pytest.raises(GeocoderMisconfigured, match=match):
        GeopyGeocoder(settings)


def test_several_credentials_are_given_by_name() -> None:
    made = GeopyGeocoder(ServiceSettings(service="liveaddress", key="auth_id=a&auth_token=b"))
    assert made.name == "LiveAddress"


def test_a_key_with_an_equals_sign_is_a_key() -> None:
    made = GeopyGeocoder(ServiceSettings(service="opencage", key="QUJD=="))
    assert made._geocoder.api_key == "QUJD=="


@pytest.mark.parametrize(
    "service", sorted(set(SERVICE_TO_GEOCODER) - {"what3words", "what3wordsv3"})
)
def test_every_service_of_geopy_can_be_set_up_and_asked(service: str) -> None:
    keys = {"liveaddress": "auth_id=a&auth_token=b", "here": "apikey=k"}
    key = keys.get(service, "k")
    for settings in (
        ServiceSettings(service=service),
        ServiceSettings(service=service, key=key),
        ServiceSettings(service=service, key=key, url="https://geocoder.example"),
        ServiceSettings(service=service, url="https://geocoder.example"),
    ):
        try:
            made = GeopyGeocoder(settings)
        except GeocoderMisconfigured:
            continue
        made._geocoder.geocode = lambda query, **how: None  # nobody out there is asked
        assert made.find(ASKED) == ()
        return
    pytest.fail(f"{service} can't be set up")


def test_whose_the_data_is_is_said_where_its_licence_wants_that() -> None:
    for service in ("nominatim", "photon"):
        made = GeopyGeocoder(ServiceSettings(service=service))
        assert made.credit == "© OpenStreetMap contributors"
