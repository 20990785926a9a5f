"""Which alerts are about a missing child, and which say that they are AMBER or endangered."""

import pytest

from alerts.intake.cap.topic import is_about_a_child, is_amber, is_endangered, other_events
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
        alert("Law Enforcement", parameters=parameter("Child Abduction")),
        alert("Law Enforcement", parameters=parameter("CAE", "EventCode")),
        alert("Law Enforcement", parameters=parameter("cae", "EAS Event")),
        alert("Law Enforcement", codes=code("CAE", "EAS")),
        alert("other", codes=code("amber", "profile:CAP-CP:Event:0.4")),
        alert("other", codes=code("Amber", "profile:cap-cp:event:0.3")),
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
        alert("Test", codes=code("amber", "SAME")),
        alert("Test", parameters=parameter("CAE", "callsign")),
        alert("thunderstorm", codes=code("thunderstorm", "profile:CAP-CP:Event:0.4")),
        alert("Test", parameters=parameter("Imminent Threat")),
        alert("Test", parameters=parameter("yes", "layer:SOREM:1.0:Broadcast_Immediately")),
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
        (alert("Police", parameters=parameter("MEP", "EventCode")), True),
        (alert("Police", parameters=parameter("Missing Endangered Child", "alertType")), True),
        (alert("Police", parameters=parameter("Missing Child", "alertType")), False),
        (alert("other", codes=code("missingPer", "profile:CAP-CP:Event:0.4")), False),
        (alert("other", codes=code("missingVPer", "profile:CAP-CP:Event:0.4")), True),
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


def in_language(tag: str, event: str, codes: str = "") -> str:
    return info(event=event, language=f"<language>{tag}</language>", code=codes)


@pytest.mark.parametrize(
    ("infos", "others"),
    [
        ((in_language("en-US", "AMBER Alert"), in_language("es-US", "Alerta AMBER")), ()),
        ((in_language("en-US", "AMBER Alert"), in_language("fi", "Kateissa")), ()),
        ((in_language("en-US", "AMBER Alert"), in_language("en-US", "Flood")), (1,)),
        ((in_language("en-CA", "Flood"), in_language("en-US", "Child Abduction")), (0,)),
        ((in_language("en-US", "Flood"), in_language("en-US", "Storm")), ()),
        ((in_language("en-US", "AMBER Alert"), in_language("en-US", "Child missing")), ()),
        ((), ()),
    ],
)
def test_another_event_is_one_in_a_language_that_names_the_child_elsewhere(
    infos: tuple[str, ...], others: tuple[int, ...]
) -> None:
    assert other_events(alert_of(cap("".join(infos))).infos) == others
