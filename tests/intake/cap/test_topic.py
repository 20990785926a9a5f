"""Which alerts are about a missing child, and which say that they are AMBER or endangered."""

import pytest

from alerts.intake.cap.topic import is_about_a_child, is_amber, is_endangered
from alerts.intake.cap.values import CapAlert
from tests.intake.cap.documents import cap, info
from tests.intake.cap.test_reader import alert_of


def alert(event: str, headline: str = "", codes: str = "", parameters: str = "") -> CapAlert:
    late = f"<headline>{headline}</headline>{parameters}"
    return alert_of(cap(info(event=event, late=late, code=codes)))


def code(value: str, name: str = "SAME") -> str:
    return f"<eventCode><valueName>{name}</valueName><value>{value}</value></eventCode>"


def parameter(value: str, name: str = "WEAHandling") -> str:
    return f"<parameter><valueName>{name}</valueName><value>{value}</value></parameter>"


@pytest.mark.parametrize(
    "amber",
    [
        alert("Law Enforcement", codes=code("CAE")),
        alert("Law Enforcement", codes=code("cae", "same")),
        alert("Law Enforcement", codes=code("CAE", "")),
        alert("AMBER Alert"),
        alert("Amber"),
        alert("Child Abduction"),
        alert("Child Abduction Emergency"),
        alert("Abducción de Niño"),
        alert("Alerta AMBER"),
        alert("Law Enforcement", headline="AMBER ALERT: Marquette County"),
        alert("Law Enforcement", parameters=parameter("AMBER")),
        alert("Law Enforcement", parameters=parameter("AMBER Alert: blue car", "CMAMtext")),
    ],
)
def test_amber_is_what_the_source_says(amber: CapAlert) -> None:
    assert is_amber(amber)
    assert is_about_a_child(amber)


@pytest.mark.parametrize(
    "weather",
    [
        alert(
            "Amber warning of wind", "Amber wind warning", parameters=parameter("Amber", "color")
        ),
        alert("Amber warning of wind", parameters=parameter("3; Amber; Severe", "awareness_level")),
        alert("Severe Thunderstorm", codes=code("SVR")),
        alert("Test", codes=code("CAE", "https://codes.example/other")),
        alert("Earthquake", "Missing power lines"),
        alert("Silver Alert", "Missing data from sensors"),
        alert("Endangered Species Notice"),
    ],
)
def test_amber_as_a_colour_and_other_events_are_not_about_a_child(weather: CapAlert) -> None:
    assert not is_amber(weather)
    assert not is_about_a_child(weather)
    assert not is_endangered(weather)


@pytest.mark.parametrize(
    ("missing", "endangered"),
    [
        (alert("Missing Child"), False),
        (alert("Missing Person"), False),
        (alert("Police", "MISSING 12-YEAR-OLD GIRL in Marquette"), False),
        (alert("Police", "Child missing in Marquette"), False),
        (alert("Menor desaparecido"), False),
        (alert("Niña de 9 años desaparecida"), False),
        (alert("Missing Endangered Child"), True),
        (alert("Endangered Missing Person Advisory"), True),
        (alert("Police", "Missing and Endangered Juvenile"), True),
        (alert("Missing Endangered Persons", codes=code("MEP")), True),
    ],
)
def test_missing_children_without_amber(missing: CapAlert, endangered: bool) -> None:
    assert is_about_a_child(missing)
    assert not is_amber(missing)
    assert is_endangered(missing) is endangered


def test_an_alert_without_info_is_about_nothing() -> None:
    assert not is_about_a_child(alert_of(cap("")))


def test_one_language_of_several_is_enough() -> None:
    foreign = info(event="Xyz", language="<language>fi</language>", code="")
    assert is_amber(alert_of(cap(foreign + info())))
