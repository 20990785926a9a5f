"""Which answer is taken, and which are refused?"""

import math
from dataclasses import replace

import pytest

from alerts.area.geocoder.answer import FoundPlace
from alerts.area.geocoder.asked import PlaceAsked
from alerts.area.geocoder.choose import choose, is_sure, radius_m
from alerts.area.policy import AreaPolicy
from tests.area.geocoder.german_places import GERMANY

POLICY = AreaPolicy()
KOELN = FoundPlace(name="Köln, NRW, Germany", lon=7.0, lat=50.9, country="DE")
ASKED = PlaceAsked(city="Köln", country="Germany", country_code="DE")
MICHIGAN = PlaceAsked(
    city="Nowhere", state="Michigan", country="United States", country_code="US", region="MI"
)


def why_not(*found: FoundPlace, asked: PlaceAsked = ASKED) -> str:
    chosen = choose(found, asked, GERMANY, POLICY)
    assert chosen.place is None
    return chosen.why_not


def chosen(*found: FoundPlace, asked: PlaceAsked = ASKED) -> FoundPlace | None:
    return choose(found, asked, GERMANY, POLICY).place


def test_a_place_in_the_country_that_the_poster_names_is_taken() -> None:
    assert chosen(KOELN) == KOELN


def test_no_answer_is_a_place_that_nobody_knows() -> None:
    assert why_not() == "geocoder_unknown_place"


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(0.0, 0.0), (0.0005, -0.0005), (math.nan, 50.0), (7.0, math.inf), (181.0, 50.0), (7.0, 91.0)],
)
def test_null_island_and_what_is_nowhere_is_no_place(lon: float, lat: float) -> None:
    no_country = replace(ASKED, country_code=None)
    nowhere = replace(KOELN, lon=lon, lat=lat)
    assert why_not(nowhere, asked=no_country) == "geocoder_unknown_place"


def test_a_place_on_the_equator_or_on_greenwichs_meridian_is_one() -> None:
    no_country = replace(ASKED, country_code=None)
    for lon, lat in ((0.0, 51.5), (9.4, 0.0)):
        place = replace(KOELN, lon=lon, lat=lat)
        assert chosen(place, asked=no_country) == place


@pytest.mark.parametrize("country", [None, "FR"])
def test_an_answer_in_another_country_is_refused(country: str | None) -> None:
    assert why_not(replace(KOELN, lon=2.3, country=country)) == "geocoder_elsewhere"


def test_the_service_knows_borders_better_than_our_simplified_outlines() -> None:
    kehl = replace(KOELN, lon=5.95)  # a few kilometres outside of the square that is Germany here
    assert chosen(kehl) == kehl
    assert why_not(replace(kehl, country="FR")) == "geocoder_elsewhere"
    assert chosen(replace(kehl, country=None)) == replace(kehl, country=None)  # just off the coast
    assert why_not(replace(kehl, lon=5.0, country=None)) == "geocoder_elsewhere"  # out at sea


def test_a_country_without_an_outline_is_the_services_to_know() -> None:
    asked = replace(ASKED, country_code="LI")
    vaduz = FoundPlace(name="Köln", lon=15.0, lat=47.1, country="LI")
    assert chosen(vaduz, asked=asked) == vaduz
    assert why_not(replace(vaduz, country=None), asked=asked) == "geocoder_elsewhere"


def test_a_territory_of_the_us_is_in_the_us() -> None:
    guam = FoundPlace(name="Nowhere, Guam", lon=-98.0, lat=30.0, country="GU")
    asked = PlaceAsked(city="Nowhere", country="United States", country_code="US")
    assert chosen(guam, asked=asked) == guam


def test_an_answer_outside_of_the_state_is_refused() -> None:
    inside = FoundPlace(name="Nowhere, Michigan", lon=-85.0, lat=44.0, country="US")
    assert chosen(inside, asked=MICHIGAN) == inside
    outside = replace(inside, name="Nowhere, Ohio", lat=40.0)
    assert why_not(outside, asked=MICHIGAN) == "geocoder_elsewhere"
    over_the_border = replace(outside, lat=41.95)
    assert why_not(over_the_border, asked=MICHIGAN) == "geocoder_elsewhere"
    on_the_coast = replace(over_the_border, name="Nowhere, Michigan, United States")
    assert chosen(on_the_coast, asked=MICHIGAN) == on_the_coast


def test_a_region_is_no_place() -> None:
    assert why_not(replace(KOELN, reach_m=100_001.0)) == "geocoder_too_wide"
    county = replace(KOELN, reach_m=99_000.0)
    assert chosen(county) == county


def test_several_places_of_one_name_are_not_guessed() -> None:
    other = replace(KOELN, lat=53.0)
    assert why_not(KOELN, other) == "ambiguous_place"
    near = replace(KOELN, lat=51.0)
    assert chosen(KOELN, near) == KOELN  # the town and its outskirts


def test_a_place_of_another_name_makes_none_ambiguous() -> None:
    street = replace(KOELN, name="Kölner Straße, Germany", lat=53.0)
    assert chosen(street, KOELN) == KOELN


def test_the_one_that_is_much_better_known_is_meant() -> None:
    known, hamlet = replace(KOELN, weight=0.75), replace(KOELN, lat=53.0, weight=0.3)
    assert chosen(known, hamlet) == known
    assert why_not(hamlet, known) == "ambiguous_place"
    assert why_not(known, replace(hamlet, weight=0.6)) == "ambiguous_place"
    assert why_not(known, replace(hamlet, weight=None)) == "ambiguous_place"


def test_the_radius_is_that_of_the_box_and_no_less_than_a_citys() -> None:
    assert radius_m(KOELN, POLICY) == 24_000
    assert radius_m(replace(KOELN, reach_m=900.0), POLICY) == 24_000
    assert radius_m(replace(KOELN, reach_m=31_234.0), POLICY) == 32_000  # whole kilometres, up


def test_what_cant_be_held_to_country_and_state_is_unsure() -> None:
    assert is_sure(KOELN, ASKED, GERMANY)
    assert not is_sure(KOELN, replace(ASKED, country_code=None), GERMANY)
    assert is_sure(KOELN, replace(ASKED, state="nrw"), GERMANY)  # the service says so, too
    assert not is_sure(KOELN, replace(ASKED, state="Bayern"), GERMANY)
    inside = FoundPlace(name="Nowhere", lon=-85.0, lat=44.0, country="US")
    assert is_sure(inside, MICHIGAN, GERMANY)
