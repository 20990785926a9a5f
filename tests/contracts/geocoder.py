"""What must every geocoder do? Subclass `GeocoderContract` with a `side` fixture."""

import math
from abc import ABC, abstractmethod

import pytest

from alerts.area.geocoder.answer import Geocoder, GeocoderFailed
from alerts.area.geocoder.asked import PlaceAsked
from tests.stand_ins.geocoders import Town

KOELN = Town(name="Köln", lon=6.96, lat=50.94)
NEUSTADT = Town(name="Neustadt", lon=8.14, lat=49.35, state="Rhineland-Palatinate")
FAR_NEUSTADT = Town(name="Neustadt", lon=10.81, lat=54.1, state="Schleswig-Holstein")

FAILURES = ("too_slow", "rate_limited", "not_allowed", "unreadable")


def asked(city: str = "Köln", **more: str) -> PlaceAsked:
    """Ask for a city in Germany."""
    return PlaceAsked(city=city, country="Germany", country_code="DE", **more)


class Side(ABC):
    """A geocoder, and the world behind it."""

    geocoder: Geocoder

    @abstractmethod
    def knows(self, *towns: Town) -> None:
        """Let the service know these towns, the first as the best."""

    @abstractmethod
    def fails(self, code: str) -> None:
        """Let the service fail so that `GeocoderFailed` has this code."""


class GeocoderContract:
    """The tests."""

    def test_a_place_is_found_with_its_name_position_and_country(self, side: Side) -> None:
        side.knows(KOELN)
        (place,) = side.geocoder.find(asked())
        assert place.name.startswith("Köln, ")
        assert (place.lon, place.lat) == (6.96, 50.94)
        assert place.country == "DE"

    def test_a_place_reaches_to_the_corner_of_its_box(self, side: Side) -> None:
        side.knows(KOELN)
        (place,) = side.geocoder.find(asked())
        assert place.reach_m == pytest.approx(13_200, rel=0.02)  # 7 km east, 11.1 km north

    def test_a_place_without_a_box_has_no_reach(self, side: Side) -> None:
        side.knows(Town(name="Köln", lon=6.96, lat=50.94, half_width_deg=None))
        (place,) = side.geocoder.find(asked())
        assert place.reach_m is None

    def test_a_place_that_nobody_knows_is_no_failure(self, side: Side) -> None:
        side.knows(KOELN)
        assert list(side.geocoder.find(asked("Nirgendwo"))) == []

    def test_a_place_elsewhere_isnt_found_where_only_one_country_is_wanted(
        self, side: Side
    ) -> None:
        side.knows(Town(name="Köln", lon=-87.0, lat=46.0, country="Elsewhere", code="us"))
        found = side.geocoder.find(asked())
        assert [place.country for place in found] in ([], ["US"])  # Photon can't be told

    def test_all_of_one_name_are_found_the_best_first(self, side: Side) -> None:
        side.knows(NEUSTADT, FAR_NEUSTADT)
        found = side.geocoder.find(asked("Neustadt"))
        assert [place.lat for place in found] == [49.35, 54.1]

    def test_every_position_is_on_earth(self, side: Side) -> None:
        side.knows(NEUSTADT, FAR_NEUSTADT)
        for place in side.geocoder.find(asked("Neustadt")):
            assert math.isfinite(place.lon + place.lat)
            assert abs(place.lat) <= 90

    @pytest.mark.parametrize("code", FAILURES)
    def test_a_failure_says_why_and_names_no_place(self, side: Side, code: str) -> None:
        side.knows(KOELN)
        side.fails(code)
        with pytest.raises(GeocoderFailed) as failed:
            side.geocoder.find(asked())
        assert failed.value.code == code
        assert "Köln" not in str(failed.value)

    def test_a_service_says_how_long_it_wants_to_be_left_alone(self, side: Side) -> None:
        side.fails("rate_limited")
        with pytest.raises(GeocoderFailed) as failed:
            side.geocoder.find(asked())
        assert failed.value.retry_after_s == 120

    def test_it_has_a_name_and_says_whose_the_data_is(self, side: Side) -> None:
        assert side.geocoder.name
        assert isinstance(side.geocoder.credit, str)
