"""Does a geocoder get the names of places, and nothing else that a poster says?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.area.geocoder.asked import PlaceAsked, place_asked
from alerts.area.policy import AreaPolicy
from alerts.area.whereabouts import read_whereabouts
from alerts.poster import CaseKey, Child, Companion, Place, Poster
from tests.area.geocoder.german_places import GERMANY

CHILD = {"first_name": "Wren", "middle_name": "Hollis", "last_name": "Example"}


def ask(
    *, country: str | None = "DE", default: str | None = "US", **place: str | None
) -> PlaceAsked | None:
    where = Place(country=country, **place)
    child = Child(missing_from=where, description="Red coat, scar.", **CHILD)
    companion = Companion(first_name="Ash", last_name="Example")
    poster = Poster(
        case=CaseKey(organization="EXMP", number="4711"),
        children=(child,),
        companions=(companion,),
    )
    read, _ = read_whereabouts(where, "/children/0", GERMANY)
    policy = AreaPolicy(geocoder_country=default)
    return place_asked(where, read, poster, GERMANY, policy)


def words(**place: str | None) -> str:
    asked = ask(**place)
    return asked.words if asked else ""


def test_a_city_is_asked_with_its_state_and_country() -> None:
    asked = ask(city="Köln", state="NRW")
    assert asked is not None
    assert asked.words == "Köln, NRW, Germany"
    assert asked.country_code == "DE"


def test_a_state_of_the_us_is_asked_by_its_name_and_answers_are_held_to_it() -> None:
    asked = ask(city="Nowhere", state="mi", country=None)
    assert asked is not None
    assert asked.words == "Nowhere, Michigan, United States"
    assert (asked.country_code, asked.region) == ("US", "MI")


def test_a_poster_without_a_country_is_taken_for_the_default_one() -> None:
    asked = ask(city="Nowhere", country=None)
    assert asked is not None
    assert asked.country_code == "US"
    asked = ask(city="Nowhere", country=None, default=None)
    assert asked is not None
    assert (asked.country_code, asked.country) == (None, None)


def test_a_country_that_we_cant_read_is_asked_as_it_stands_and_not_assumed() -> None:
    asked = ask(city="Köln", country="Allemagne")
    assert asked is not None
    assert (asked.words, asked.country_code) == ("Köln, Allemagne", None)


def test_the_county_is_asked_only_where_no_city_is() -> None:
    assert words(city="Köln", county="Kreis Ahr") == "Köln, Germany"
    assert words(county="Kreis Ahr") == "Kreis Ahr, Germany"


def test_a_postcode_alone_is_a_place_and_a_state_or_a_country_alone_is_none() -> None:
    assert words(zip="50667") == "50667, Germany"
    assert ask(state="Bavaria") is None
    assert ask() is None
    assert ask(city="  ", zip="") is None


@pytest.mark.parametrize(
    "name",
    [
        "Villanueva de la Cañada",
        "Stoke-on-Trent",
        "'s-Hertogenbosch",
        "St. John's",
        "L\u2019Aquila",
        "Łódź",
        "東京",
        "नई दिल्ली",
        "Frankfurt (Oder)",
    ],
)
def test_names_of_any_script_are_asked(name: str) -> None:
    assert words(city=name) == f"{name}, Germany"


@pytest.mark.parametrize(
    "said",
    [
        "12 Example Street",
        "call 555-0100",
        "wren@example.org",
        "last seen leaving school with an uncle",
        "Köln; red coat",
        'Köln "Wren"',
        "x" * 61,
        "....",
        "Köln\x00",
    ],
)
def test_what_isnt_the_name_of_a_place_isnt_asked(said: str) -> None:
    assert ask(city=said) is None
    assert ask(county=said) is None
    assert words(city="Köln", state=said) == "Köln, Germany"


@pytest.mark.parametrize(
    "said",
    ["Wren Example", "example wren", "home of Wren Hollis", "Example, Wren", "Ash Example's"],
)
def test_nobody_of_the_poster_is_named(said: str) -> None:
    assert ask(city=said) is None
    assert words(city="Köln", state=said) == "Köln, Germany"


def test_a_town_that_bears_one_of_a_childs_names_is_still_a_town() -> None:
    assert words(city="Wren") == "Wren, Germany"


@pytest.mark.parametrize("said", ["4711 Example Street", "wren", "50667-" * 4, "5", "50667\n0?"])
def test_what_isnt_a_postcode_isnt_asked(said: str) -> None:
    assert ask(zip=said) is None


@given(said=st.text(max_size=40))
def test_whatever_is_written_only_the_five_levels_are_asked(said: str) -> None:
    asked = ask(city=said, county=said, state=said, zip=said, country=said)
    if asked is not None:
        assert {level for level, _ in asked.parts} <= {
            *("city", "county", "state", "postcode", "country")
        }
        for private in ("4711", "EXMP", "scar", "Hollis Example"):
            assert private not in asked.words
