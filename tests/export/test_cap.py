"""Is our CAP valid, and does it say what the page says?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from alerts.alert import Tier
from alerts.area_of_interest import Provenance
from alerts.export.cap import cap_document, cap_time
from alerts.poster import Child, Contact, Narrative
from tests.export.exports import (
    ALERT_ID,
    FULL,
    NOW,
    OURS,
    PHOTOS,
    SENDER,
    TOLD,
    check_valid,
    exported,
    ground,
    schemas,
    square,
)

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ALL = {
    "amber": exported(),
    "told": exported(TOLD, photos=PHOTOS),
    "endangered": exported(TOLD, tier=Tier.ENDANGERED),
    "missing": exported(tier=Tier.MISSING),
    "long term": exported(tier=Tier.LONG_TERM, shape=None),
    "update": exported(earlier=(1, 2)),
    "exercise": exported(exercise=True),
    "odd words": exported(
        FULL.model_copy(
            update={
                "organization_name": "Police \x00\x0b & <Friends> \ud800".replace(
                    "\ud800", "\ufffe"
                ),
                "narratives": (Narrative(language="en_US", description="a\x01b]]>\u2028"),),
            }
        )
    ),
    "odd language": exported(
        FULL.model_copy(update={"narratives": (Narrative(language="??", headline="Missing"),)})
    ),
}


def values(document: bytes, name: str) -> list[str]:
    return [e.text or "" for e in etree.fromstring(document).iter(f"{CAP}{name}")]


def value(document: bytes, name: str) -> str:
    found = set(values(document, name))
    assert len(found) == 1, (name, found)
    return found.pop()


def pairs(document: bytes, name: str) -> list[tuple[str, str]]:
    found = etree.fromstring(document).iter(f"{CAP}{name}")
    return [(e[0].text or "", e[1].text or "") for e in found]


@pytest.mark.parametrize("name", ALL)
def test_it_is_valid_against_the_schema(name: str) -> None:
    check_valid(cap_document(ALL[name]), OURS, *schemas("cap12.xsd", "CAP-v1.2.xsd"))


def test_an_amber_alert() -> None:
    document = cap_document(ALL["amber"])
    assert value(document, "identifier") == f"{ALERT_ID}_1"
    assert value(document, "sender") == SENDER
    assert value(document, "sent") == "2026-11-22T12:00:00-00:00"
    assert value(document, "expires") == "2026-11-23T12:00:00-00:00"
    assert (value(document, "status"), value(document, "scope")) == ("Actual", "Public")
    assert (value(document, "msgType"), values(document, "references")) == ("Alert", [])
    assert values(document, "language") == ["en", "es"]
    assert value(document, "category") == "Rescue"
    assert set(pairs(document, "eventCode")) == {("SAME", "CAE")}
    assert value(document, "senderName") == "Marquette Police Department"
    assert value(document, "web") == f"https://alerts.example/alerts/{ALERT_ID}"
    assert values(document, "headline")[0] == "AMBER Alert: missing child, Marquette, MI"
    assert "Wren Example" in values(document, "description")[0]
    assert "Blue" in values(document, "description")[0]
    for instruction, approach in zip(
        values(document, "instruction"), ("do not approach", "no se acerque"), strict=True
    ):
        assert approach in instruction
        assert "906" in instruction
    contact = value(document, "contact")
    assert contact.startswith("Marquette Police: ")
    assert contact.index("0100") < contact.index("911") < contact.index("1-800-555-0199")
    assert {"porchlight:tier": "amber", "porchlight:revision": "1"}.items() <= dict(
        pairs(document, "parameter")
    ).items()


@pytest.mark.parametrize(
    ("tier", "event", "code", "grades"),
    [
        (Tier.AMBER, "Child Abduction Emergency", ["CAE"], ("Immediate", "Severe", "Likely")),
        (Tier.ENDANGERED, "Missing Endangered Child", ["MEP"], ("Immediate", "Severe", "Likely")),
        (Tier.MISSING, "Missing Child", [], ("Expected", "Moderate", "Likely")),
        (Tier.LONG_TERM, "Missing Child", [], ("Unknown", "Moderate", "Observed")),
    ],
)
def test_how_urgent_it_is(
    tier: Tier, event: str, code: list[str], grades: tuple[str, str, str]
) -> None:
    document = cap_document(exported(tier=tier))
    assert values(document, "event")[0] == event
    assert sorted({v for _, v in pairs(document, "eventCode")}) == code
    told = tuple(value(document, name) for name in ("urgency", "severity", "certainty"))
    assert told == grades


def test_an_update_names_what_was_told_before() -> None:
    document = cap_document(ALL["update"])
    assert value(document, "msgType") == "Update"
    assert value(document, "references").split() == [
        f"{SENDER},{ALERT_ID}_{n},2026-11-22T11:00:00-00:00" for n in (1, 2)
    ]
    assert value(document, "identifier") == f"{ALERT_ID}_3"


def test_an_exercise_says_so() -> None:
    document = cap_document(ALL["exercise"])
    assert value(document, "status") == "Exercise"
    assert "exercise" in value(document, "note")
    assert "EXERCISE" in values(document, "headline")[0]


def test_the_sources_own_words_stay_as_they_are() -> None:
    document = cap_document(ALL["told"])
    assert values(document, "language") == ["en-US", "es-MX", "fr-CA"]
    english, spanish, french = values(document, "headline")
    assert (english, spanish) == ("Child missing from Marquette", "Falta una niña")
    assert french.startswith("AMBER Alert")  # ours, where the source has none
    assert values(document, "instruction")[0] == "Call the police."
    assert "no se acerque" in values(document, "instruction")[1]
    ours = [v for name, v in pairs(document, "parameter") if name == "porchlight:ours"]
    assert ours == ["instruction", "headline instruction"]


def test_outside_amber_nothing_speaks_of_abduction() -> None:
    words = "She was abducted. Red coat."
    poster = FULL.model_copy(
        update={
            "children": (Child(first_name="Wren", description=words),),
            "contacts": (Contact(name="Kidnapping unit", phone_numbers=("906-555-0100",)),),
            "narratives": (
                Narrative(language="en-US", headline="AMBER Alert: abducted", description=words),
            ),
        }
    )
    text = cap_document(exported(poster, tier=Tier.ENDANGERED)).decode()
    assert "abduct" not in text.lower()
    assert "kidnap" not in text.lower()
    assert "amber" not in text.lower()
    assert "Red coat" in text
    assert "abducted" in cap_document(exported(poster)).decode()


def test_what_no_page_shows_is_not_there() -> None:
    secret = Child(
        first_name="Wren",
        date_of_birth=NOW.date().replace(year=2019),
        ncic_number="M555000111",
        races=("Secret",),
        missing_from=FULL.children[0].missing_from.model_copy(update={"zip": "49855"}),
    )
    found = Child(first_name="Found", last_name="Again", date_found=NOW)
    poster = FULL.model_copy(update={"children": (secret, found)})
    text = cap_document(exported(poster)).decode()
    for word in ("2019-", "M555000111", "Secret", "49855", "Found", "Again"):
        assert word not in text, word
    assert '"age_now":"7"' in text.replace("&quot;", '"')  # as the page works it out


def test_photos_are_ours_with_size_and_digest() -> None:
    document = cap_document(ALL["told"])
    resources = list(etree.fromstring(document).iter(f"{CAP}resource"))
    assert len(resources) == 3 * 3  # in each language
    told = {child.tag.removeprefix(CAP): child.text for child in resources[0]}
    assert told == {
        "resourceDesc": "At the harbour",
        "mimeType": "image/jpeg",
        "size": "1234",
        "uri": PHOTOS[0].url,
        "digest": "a" * 40,
    }


def test_a_polygon_is_latitude_first_closed_and_six_decimals() -> None:
    document = cap_document(exported(shape=square(-87.5, 46.5, 0.25)))
    [polygon] = set(values(document, "polygon"))
    points = polygon.split()
    assert points[0] == points[-1]
    assert len(points) == 5
    assert set(points) == {
        "46.500000,-87.500000",
        "46.500000,-87.250000",
        "46.750000,-87.250000",
        "46.750000,-87.500000",
    }


def test_counties_are_named_by_their_codes_only_where_they_are_the_area() -> None:
    county = ground(square(-87.5, 46.5, 0.25), Provenance.COUNTY)
    named = county.model_copy(update={"places": ("fips:26103", "fips:26", "zip:49855", "state:MI")})
    document = cap_document(replace(exported(), area=named))
    assert set(pairs(document, "geocode")) == {("SAME", "026103"), ("SAME", "026000")}
    round_zip = named.model_copy(update={"provenance": Provenance.ZIP})
    assert pairs(cap_document(replace(exported(), area=round_zip)), "geocode") == []


def test_characters_that_xml_cant_carry_become_blanks() -> None:
    document = cap_document(ALL["odd words"])
    assert value(document, "senderName") == "Police    & <Friends>"
    assert value(document, "description") == "a b]]>"
    assert value(document, "language") == "en-US"
    assert value(cap_document(ALL["odd language"]), "language") == "und"


def test_a_moment_is_never_written_with_a_z() -> None:
    later = NOW + timedelta(seconds=1, microseconds=999_999)
    assert cap_time(later) == "2026-11-22T12:00:01-00:00"
