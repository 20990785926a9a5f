"""How may a child have gone: only what the poster says."""

from datetime import UTC, date, datetime

import pytest

from alerts.area.growth import GrowthPolicy
from alerts.area.means import Means
from alerts.poster import CaseKey, Child, Companion, Narrative, Poster, Vehicle

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
SEVEN = Child(first_name="Wren", last_name="Example", date_of_birth=date(2019, 6, 1))


def means(child: Child = SEVEN, text: str = "", **more: object) -> Means:
    told = (Narrative(language="en", description=text),) if text else ()
    poster = Poster(
        case=CaseKey(organization="EXMP", number="1"),
        children=(child,),
        narratives=told,
        **more,
    )
    return GrowthPolicy().means_of(poster, child, NOW)


def aged(**age: object) -> Child:
    return Child(first_name="Wren", last_name="Example", **age)


@pytest.mark.parametrize(
    "vehicle", [Vehicle(description="blue 1981 sedan"), Vehicle(license_plate="EXM 1234")]
)
def test_a_vehicle_of_the_source_means_by_car(vehicle: Vehicle) -> None:
    assert means(vehicles=(vehicle,)) is Means.BY_CAR


@pytest.mark.parametrize(
    "text",
    [
        "LIC/6EXM986 (CA) SILVER 2002 TOYOTA",
        "License plate EXM 1234",
        "Last seen travelling in a blue 1981 Buick car",
        "may be in a red Honda SUV",
        "She left in an older, silver minivan",
        "is believed to be in the vehicle",
        "was driven away in a van",
        "The two are driving a white pickup truck",
    ],
)
def test_a_vehicle_in_the_words_of_the_source_means_by_car(text: str) -> None:
    assert means(text=text) is Means.BY_CAR
    described = SEVEN.model_copy(update={"description": text})
    assert means(described) is Means.BY_CAR


@pytest.mark.parametrize(
    "text",
    [
        "Her mother's vehicle was found.",
        "She left her car at home.",
        "He was last seen at the car wash.",
        "He may be on foot.",
        "He likes cars and trucks.",
        "A plate of food was found.",
    ],
)
def test_a_vehicle_that_is_merely_named_says_nothing(text: str) -> None:
    assert means(text=text) is Means.ON_FOOT


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (aged(date_of_birth=date(2025, 6, 1)), Means.UNKNOWN),  # one year: doesn't walk off
        (aged(age_now="8 months"), Means.UNKNOWN),
        (aged(age_now="2"), Means.ON_FOOT),
        (aged(approximate_age="9 years"), Means.ON_FOOT),
        (aged(age_now="10"), Means.UNKNOWN),
        (aged(age_now="16"), Means.UNKNOWN),
        (aged(), Means.UNKNOWN),
    ],
)
def test_a_young_child_alone_is_on_foot(child: Child, expected: Means) -> None:
    assert means(child) is expected


def test_a_companion_has_no_car_unless_the_source_describes_one() -> None:
    assert means(companions=(Companion(first_name="Ash", last_name="Example"),)) is Means.UNKNOWN


def test_an_amber_case_is_not_on_foot() -> None:
    assert means(amber=True) is Means.UNKNOWN
