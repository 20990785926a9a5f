from datetime import UTC, datetime
from time import monotonic

import pytest

from alerts.delivery.wording import describe
from alerts.delivery.wording.plain import (
    Age,
    age_of,
    colour_key,
    feet_and_inches,
    plain_words,
    pounds_of,
    presentable,
    sex_of,
    spelled_name,
)
from alerts.poster import CaseKey, Child, Companion, Place, Poster, Vehicle

CASE = CaseKey(organization="EXMP", number="1")


def facts(poster: Poster, language: str = "en") -> dict[tuple[str, str], str]:
    return {(f.about, f.label): f.value for f in describe(poster, language)}


def test_abbreviations_are_spelled_out() -> None:
    child = Child(
        first_name="WREN",
        last_name="EXAMPLE",
        age_now="7",
        sex="M",
        hair_color="Bro",
        eye_color="BLU",
        height="3'0\"",
        weight="40 LBS.",
        clothing="Red shorts. LIC/6WCU986",
        missing_since=datetime(2016, 1, 12, tzinfo=UTC),
        missing_from=Place(city="LEANDER", state="TX"),
    )
    told = facts(Poster(case=CASE, children=(child,)))
    assert told == {
        ("Wren Example", "Age"): "7 years",
        ("Wren Example", "Sex"): "male",
        ("Wren Example", "Hair"): "brown",
        ("Wren Example", "Eyes"): "blue",
        ("Wren Example", "Height"): "3 ft 0 in (91 cm)",
        ("Wren Example", "Weight"): "40 lb (18 kg)",
        ("Wren Example", "Clothing"): "Red shorts. license plate 6WCU986",
        ("Wren Example", "Missing since"): "Jan 12, 2016",
        ("Wren Example", "Missing from"): "Leander, Texas",
    }


def test_hair_and_eyes_have_words_of_their_own_in_spanish() -> None:
    child = Child(first_name="Wren", hair_color="BRO", eye_color="BRO", sex="f", age_now="1")
    told = facts(Poster(case=CASE, children=(child,)), "es")
    assert told["Wren", "Cabello"] == "castaño"
    assert told["Wren", "Ojos"] == "cafés"
    assert told["Wren", "Sexo"] == "femenino"
    assert told["Wren", "Edad"] == "1 año"


def test_vehicles_and_companions_belong_to_the_case() -> None:
    poster = Poster(
        case=CASE,
        children=(Child(first_name="Wren"),),
        companions=(Companion(first_name="Robin", last_name="Example", hair_color="Blk"),),
        vehicles=(
            Vehicle(description="blue pickup", license_plate="ABC 1234", license_state="MI"),
        ),
    )
    assert facts(poster) == {
        ("", "May be with"): "Robin Example",
        ("Robin Example", "Hair"): "black",
        ("", "Vehicle"): "blue pickup",
        ("", "License plate"): "ABC 1234 (Michigan)",
    }


def test_of_a_found_child_nothing_is_told() -> None:
    found = Child(first_name="Wren", age_now="7", date_found=datetime(2016, 1, 13, tzinfo=UTC))
    assert facts(Poster(case=CASE, children=(found,))) == {}


def test_what_we_cannot_read_is_told_as_it_is() -> None:
    child = Child(first_name="Wren", hair_color="Ombré", height="60", weight="100", age_now="teen")
    told = facts(Poster(case=CASE, children=(child,)))
    assert told["Wren", "Hair"] == "ombré"
    assert told["Wren", "Height"] == "60"
    assert told["Wren", "Weight"] == "100"
    assert told["Wren", "Age"] == "teen"


@pytest.mark.parametrize(
    ("height", "read"),
    [
        ("5'4\"", (5, 4)),
        ("5' 11", (5, 11)),
        ("5 ft 4 in", (5, 4)),
        ("6'", (6, 0)),
        ("504", (5, 4)),
        ("5'13\"", None),
        ("163 cm", None),
        ("", None),
    ],
)
def test_feet_and_inches_are_read(height: str, read: tuple[int, int] | None) -> None:
    assert feet_and_inches(height) == read


def test_pounds_are_read() -> None:
    assert [pounds_of(w) for w in ("40 LBS.", "100 lb", "18 kg", "")] == [40, 100, None, None]


@pytest.mark.parametrize(
    ("code", "key"), [("Bro", "brown"), ("BRN.", "brown"), ("Dk. Brown", "dark brown"), ("x", "x")]
)
def test_colours_are_read(code: str, key: str) -> None:
    assert colour_key(code) == key


def test_an_age_is_stated_or_counted_at_the_date_of_the_poster() -> None:
    poster = Poster(case=CASE, issued_at=datetime(2016, 1, 12, tzinfo=UTC))
    born = Child(date_of_birth=datetime(2009, 1, 13, tzinfo=UTC).date())
    assert age_of(born, poster) == Age(number=6)
    assert age_of(born, Poster(case=CASE)) is None
    assert age_of(Child(approximate_age="16 years"), poster) == Age(number=16)
    assert age_of(Child(age_now="8 months"), poster) == Age(number=8, in_months=True)
    assert age_of(Child(age_now="-1"), poster) is None


def test_sexes_are_read() -> None:
    assert [sex_of(Child(sex=s)) for s in ("M", "Female", "x", None)] == [
        "male",
        "female",
        None,
        None,
    ]


def test_names_in_capitals_are_written_as_names() -> None:
    assert spelled_name("WREN O'EXAMPLE") == "Wren O'Example"
    assert spelled_name("Wren McExample") == "Wren McExample"
    assert spelled_name("ÁNGEL  ÑANDÚ") == "Ángel Ñandú"


def test_a_sentence_that_speaks_of_abduction_goes_unless_it_may_stay() -> None:
    text = "Blue van. Child was kidnapped by a man. Call police."
    assert plain_words(text, plate_words="plate", may_say_abducted=True) == text
    kept = plain_words(text, plate_words="plate", may_say_abducted=False)
    assert kept == "Blue van. Call police."


def test_a_very_long_text_is_read_at_once() -> None:
    started = monotonic()
    presentable("x" * 200_000 + " abducted", may_say_abducted=False)
    plain_words("x" * 200_000 + " abducted", plate_words="plate", may_say_abducted=False)
    assert monotonic() - started < 5
