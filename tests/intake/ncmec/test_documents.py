"""Files of posters: one, many, and the older child detail documents."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.intake.ncmec import read_ncmec_document
from service.demo.cases import fictional_case, sparse_case

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
RECORDED = Path(__file__).parents[3].parent / "shared" / "data" / "ncmec-redacted"


def bean(**fields: object) -> dict[str, Any]:
    return {
        "caseNumber": "9000001",
        "orgPrefix": "NCMC",
        "seqNumber": 1,
        "langId": "en_US",
        "firstName": "ALEX",
        "lastName": "EXAMPLE",
        "middleName": "",
        "approxAge": "",
        "sex": "male",
        "race": "",
        "birthDate": "Jan 1, 2000 12:00:00 AM",
        "height": 60,
        "heightInInch": True,
        "weight": 100,
        "weightInPound": True,
        "hairColor": "brown",
        "eyeColor": "brown",
        "otherChildList": [],
        "otherCsawList": [],
        "caseType": "endangeredRunaway",
        "missingDate": "Jan 12, 2016 12:00:00 AM",
        "missingCity": "MARQUETTE",
        "missingCounty": "Marquette",
        "missingState": "MI",
        "missingProvince": "",
        "missingCountry": "US",
        "circumstance": "Alex was last seen at the harbour.",
        "orgName": "National Center for Missing & Exploited Children",
        "orgContactInfo": "1-800-843-5678 (1-800-THE-LOST)",
        "altContact": "Marquette Police Department  (Michigan)  1-906-555-0100",
        "age": 7,
        **fields,
    }


def document(bean: object) -> bytes:
    return json.dumps({"status": "success", "msg": "", "childBean": bean}).encode()


def test_an_older_document_is_read() -> None:
    sibling = bean(firstName="ROBIN", seqNumber=2, age=-1, altContact="")
    companion = bean(firstName="PAT", companionType="companion")
    raw = document(bean(otherChildList=[sibling], otherCsawList=[companion]))
    (poster,), problems = read_ncmec_document(raw)
    assert {p.code for p in problems} == {"unusual_date"}
    assert (poster.case.organization, poster.case.number) == ("NCMC", "9000001")
    assert [c.first_name for c in poster.children] == ["ALEX", "ROBIN"]
    assert [c.age_now for c in poster.children] == ["7", None]
    assert poster.children[0].date_of_birth == date(2000, 1, 1)
    assert poster.children[0].missing_since == datetime(2016, 1, 12, tzinfo=UTC)
    assert (poster.children[0].height, poster.children[0].weight) == ("60 in", "100 lb")
    assert poster.companions[0].companion_type == "companion"
    assert poster.endangered
    assert not poster.amber
    agency, center = poster.contacts
    assert (agency.name, agency.state) == ("Marquette Police Department", "Michigan")
    assert agency.phone_numbers == ("1-906-555-0100",)
    assert center.phone_numbers == ("1-800-843-5678",)
    assert poster.narratives[0].language == "en-US"


def test_a_bean_without_a_case_is_refused() -> None:
    posters, problems = read_ncmec_document(document(bean(caseNumber=None)))
    assert posters == ()
    assert ("error", "/childBean/caseNumber") in {(p.severity, p.where) for p in problems}


def test_unknown_fields_of_a_bean_are_noted() -> None:
    (poster,), _ = read_ncmec_document(document(bean(extra=1)))
    assert poster.unknown_fields == ("/childBean/extra",)


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda p: p.name)
def test_recorded_documents_are_read(path: Path) -> None:
    (poster,), problems = read_ncmec_document(path.read_bytes())
    assert {p.code for p in problems} == {"unusual_date"}
    assert poster.children[0].missing_from.city
    assert all(c.phone_numbers and c.name for c in poster.contacts)
    assert poster.unknown_fields == ()


def test_one_poster_is_a_document() -> None:
    (poster,), problems = read_ncmec_document(json.dumps(fictional_case("1", NOW)[0]).encode())
    assert poster.case.number == "1"
    assert problems == ()


@pytest.mark.parametrize("wrap", ["posters", "features", None])
def test_a_broken_item_of_a_listing_stops_no_other(wrap: str | None) -> None:
    items = [sparse_case("1", NOW)[0], {"caseNumber": 2}, None, sparse_case("3", NOW)[0]]
    raw = json.dumps({wrap: items} if wrap else items).encode()
    posters, problems = read_ncmec_document(raw)
    prefix = f"/{wrap}" if wrap else ""
    assert [p.case.number for p in posters] == ["1", "3"]
    assert [(p.code, p.where) for p in problems] == [
        ("missing_field", f"{prefix}/1/organizationCode"),
        ("no_child", f"{prefix}/1/children"),
        ("wrong_type", f"{prefix}/2"),
    ]


def test_an_empty_listing_is_noted() -> None:
    posters, problems = read_ncmec_document(b'{"posters": [], "count": 0}')
    assert posters == ()
    assert [p.code for p in problems] == ["empty_listing"]


def test_malformed_json_is_told_with_its_place() -> None:
    posters, (problem,) = read_ncmec_document(b'{"posters": [')
    assert posters == ()
    assert (problem.code, problem.where) == ("malformed_json", "line 1, column 14")


def test_a_document_of_too_many_posters_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.intake.ncmec.documents.MAX_POSTERS", 2)
    for raw in (b"[{}, {}, {}]", b'{"posters": [{}, {}, {}]}'):
        posters, problems = read_ncmec_document(raw)
        assert (posters, [p.code for p in problems]) == ((), ["too_many_posters"])
    assert read_ncmec_document(b"[{}, {}]")[1]


def test_findings_of_a_long_document_are_bounded() -> None:
    _, problems = read_ncmec_document(b"[" + b",".join([b"{}"] * 2_000) + b"]")
    assert len(problems) == 1_000
