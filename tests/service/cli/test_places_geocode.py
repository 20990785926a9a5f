"""`porchlight places geocode` and the doctor's line: is the geocoder set up as it should be?"""

from collections.abc import Iterator

import pytest

from service.wiring import Runtime
from tests.service.cli.conftest import Run
from tests.stand_ins.geocoders import GeocoderServer, Reply, Town, run_geocoder_server

TOWN = Town(name="Kleinbeispiel", lon=9.5, lat=51.3, state="Hesse")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, runtime: Runtime) -> Iterator[GeocoderServer]:
    """A Nominatim that the settings name."""
    assert runtime.geocoder is None
    with run_geocoder_server() as running:
        running.towns = [TOWN]
        monkeypatch.setenv("PORCHLIGHT_GEOCODER", "nominatim")
        monkeypatch.setenv("PORCHLIGHT_GEOCODER_URL", running.url)
        monkeypatch.setenv("PORCHLIGHT_GEOCODER_MIN_DELAY_S", "0")
        yield running


def line_of(ran_out: str) -> str:
    return next(line for line in ran_out.splitlines() if "geocoder:" in line)


def test_a_place_is_asked_for_as_for_a_poster(quick: Run, server: GeocoderServer) -> None:
    ran = quick("places", "geocode", "Kleinbeispiel", "--country", "Germany", "--json")
    assert ran.code == 0, ran.err
    said = ran.json
    assert said["found"] is True
    assert (said["geocoder"], said["confidence"]) == ("Nominatim", 0.5)
    assert said["confidence_words"] == "possible"
    assert said["source"].startswith("24 km around Kleinbeispiel, Hesse, Germany, by Nominatim")
    assert said["area_km2"] == pytest.approx(1_810, rel=0.02)
    ran = quick("places", "geocode", "Kleinbeispiel", "--country", "Germany")
    assert "km², confidence 0.5 (possible)" in ran.out
    assert len(server.asked) == 1  # the second time it was remembered


def test_a_place_that_gives_no_ground_says_why(quick: Run, server: GeocoderServer) -> None:
    ran = quick("places", "geocode", "Kleinbeispiel", "--country", "France")
    assert ran.code == 1
    assert "Nominatim gives no ground." in ran.out
    assert "knows no such place" in ran.out
    server.instead = Reply(status=401)
    ran = quick("places", "geocode", "Elsewhere", "--country", "DE", "--json")
    assert ran.code == 1
    assert [problem["code"] for problem in ran.json["problems"]] == ["geocoder_unanswered"]


@pytest.mark.usefixtures("runtime")
def test_without_a_geocoder_it_says_how_to_set_one_up(quick: Run) -> None:
    ran = quick("places", "geocode", "Kleinbeispiel")
    assert ran.code == 1
    assert "set PORCHLIGHT_GEOCODER" in ran.err


@pytest.mark.usefixtures("runtime")
def test_the_doctor_says_that_there_is_none(quick: Run) -> None:
    assert "None (no PORCHLIGHT_GEOCODER)" in line_of(quick("doctor").out)


def test_the_doctor_names_the_geocoder_and_asks_it_nothing(
    quick: Run, server: GeocoderServer
) -> None:
    line = line_of(quick("doctor").out)
    assert f"Nominatim at {server.url}" in line
    assert server.asked == []


@pytest.mark.usefixtures("runtime")
def test_a_name_that_nobody_knows_stops_every_command_and_the_doctor_says_what_to_do(
    quick: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORCHLIGHT_GEOCODER", "nominatin")
    ran = quick("doctor")
    assert ran.code == 1
    assert "there is no geocoder 'nominatin'" in line_of(ran.out)
    assert "Mend PORCHLIGHT_GEOCODER" in ran.out
    ran = quick("alert", "list")
    assert ran.code == 1
    assert "PORCHLIGHT_GEOCODER: there is no geocoder 'nominatin'" in ran.err
    assert "Traceback" not in ran.err
