"""What clearly labelled parameters say of a child and a vehicle, and what free text never does."""

from datetime import UTC, date, datetime

import pytest

from alerts.intake.cap.labelled import MAX_CHARACTERS, MAX_PEOPLE
from alerts.intake.cap.poster import poster_from_cap
from alerts.intake.cap.reader import read_cap
from alerts.poster import Poster
from tests.intake.cap.documents import cap, info


def parameters(*pairs: tuple[str, str]) -> str:
    return "".join(
        f"<parameter><valueName>{name}</valueName><value>{value}</value></parameter>"
        for name, value in pairs
    )


def poster(*infos: str) -> Poster:
    alert = read_cap(cap("".join(infos)).encode()).alert
    assert alert is not None
    return poster_from_cap(alert)


def of(*pairs: tuple[str, str]) -> Poster:
    return poster(info(late=parameters(*pairs)))


def test_a_child_is_read_from_labelled_parameters() -> None:
    (child,) = of(
        ("childName", "Sam Q Example"),
        ("Child Age", "7"),
        ("child-date-of-birth", "2018-05-01"),
        ("ChildSex", "male"),
        ("childRace", "White"),
        ("childHairColor", "brown"),
        ("childEyeColour", "blue"),
        ("childHeight", "4 ft"),
        ("childWeight", "60 lb"),
        ("childClothing", "red jacket"),
        ("childDescription", "front tooth missing"),
        ("childNcicNumber", "M000000001"),
        ("childMissingSince", "2026-03-01T11:00:00-05:00"),
    ).children
    assert (child.first_name, child.last_name) == ("Sam Q", "Example")
    assert (child.age_now, child.date_of_birth) == ("7", date(2018, 5, 1))
    assert (child.sex, child.races) == ("male", ("White",))
    assert (child.hair_color, child.eye_color) == ("brown", "blue")
    assert (child.height, child.weight) == ("4 ft", "60 lb")
    assert (child.clothing, child.description) == ("red jacket", "front tooth missing")
    assert child.ncic_number == "M000000001"
    assert child.missing_since == datetime(2026, 3, 1, 16, tzinfo=UTC)


def test_a_vehicle_is_read_from_labelled_parameters() -> None:
    (vehicle,) = of(
        ("vehicleColor", "blue"),
        ("vehicleMake", "Buick"),
        ("vehicleYear", "1981"),
        ("vehicleStyle", "two-door"),
        ("licensePlate", "EX 1234"),
        ("licensePlateState", "MI"),
    ).vehicles
    assert vehicle.description == "blue 1981 Buick two-door"
    assert (vehicle.license_plate, vehicle.license_state) == ("EX 1234", "MI")


def test_a_description_in_one_piece_stays_in_one_piece() -> None:
    (vehicle,) = of(("Vehicle", "blue 1981 Buick two-door"), ("vehicleColor", "blue")).vehicles
    assert vehicle.description == "blue 1981 Buick two-door"


def test_a_label_that_comes_again_begins_the_next() -> None:
    found = of(
        ("childName", "Sam Example"),
        ("childAge", "7"),
        ("childName", "EXAMPLE, ALEX"),
        ("childAge", "9"),
        ("licensePlate", "EX 1"),
        ("licensePlate", "EX 2"),
    )
    assert [(c.first_name, c.last_name, c.age_now) for c in found.children] == [
        ("Sam", "Example", "7"),
        ("ALEX", "EXAMPLE", "9"),
    ]
    assert [v.license_plate for v in found.vehicles] == ["EX 1", "EX 2"]


def test_numbers_in_labels_tell_children_apart_by_repeating() -> None:
    found = of(("childName1", "Sam Example"), ("childName2", "Alex Example"))
    assert [c.first_name for c in found.children] == ["Sam", "Alex"]


def test_other_languages_say_the_same_and_make_no_second_child() -> None:
    english = info(late=parameters(("childName", "Sam Example"), ("vehicle", "blue Buick")))
    spanish = info(
        language="<language>es-US</language>",
        late=parameters(("childName", "Sam Example"), ("vehicle", "Buick azul")),
    )
    found = poster(english, spanish)
    assert len(found.children) == 1
    assert [v.description for v in found.vehicles] == ["blue Buick"]


def test_one_name_alone_is_a_first_name() -> None:
    (child,) = of(("childName", "Sam")).children
    assert (child.first_name, child.last_name) == ("Sam", None)


@pytest.mark.parametrize("day", ["05/01/2018", "2018", "unknown", "2018-13-01"])
def test_a_birth_date_that_is_none_is_left_out(day: str) -> None:
    (child,) = of(("childAge", "7"), ("childDateOfBirth", day)).children
    assert child.date_of_birth is None


@pytest.mark.parametrize(
    "name", ["CMAMtext", "WEAHandling", "name", "plate", "children", "childSafety", "color", ""]
)
def test_other_labels_say_nothing_of_a_child_or_a_vehicle(name: str) -> None:
    found = of((name, "Sam Example in a blue Buick, LIC/EX1234"))
    assert (found.children, found.vehicles) == ((), ())


def test_free_text_is_never_fished_in() -> None:
    text = "<description>Child name: Sam Example. Vehicle: blue Buick, plate EX 1234.</description>"
    found = poster(info(late=text))
    assert (found.children, found.vehicles) == ((), ())


def test_long_values_and_crowds_are_left_out() -> None:
    assert of(("childName", "x" * (MAX_CHARACTERS + 1))).children == ()
    crowd = [("childName", f"Sam{n} Example") for n in range(MAX_PEOPLE + 5)]
    assert len(of(*crowd).children) == MAX_PEOPLE
