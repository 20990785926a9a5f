"""What our schemas say: the same as the standard's own, in words, and nothing changes by it."""

import re
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from alerts.intake.cap.containers import read_document
from alerts.intake.cap.fields import cap_version
from alerts.intake.cap.reader import read_cap
from alerts.intake.cap.schema import ENVELOPE, MAX_FINDINGS, SCHEMAS, is_valid
from alerts.intake.cap.values import CapReading
from tests.intake.cap.documents import CAP_1_0, CAP_1_1, HEAD, area, cap, codes, info
from tests.intake.cap.test_containers import envelope

DATA = Path(__file__).parents[3].parent / "shared" / "data"
STANDARD = DATA / "xsd" / "google-cap-library"
THEIRS = {
    "1.0": "cap10.xsd",
    "1.1": "cap11.xsd",
    "1.2": "cap12.xsd",
    "edxl": "edxlde-1_0.xsd",
}
OURS = SCHEMAS | {"edxl": ENVELOPE}
needs_standard = pytest.mark.parametrize("standard", sorted(STANDARD.glob("cap12.xsd")))


def read(document: str) -> CapReading:
    return read_cap(document.encode())


def said(document: str) -> list[tuple[str, str]]:
    return [(p.where, p.message) for p in read(document).problems if p.code == "schema"]


def test_a_good_alert_keeps_to_its_schema() -> None:
    reading = read(cap())
    assert (reading.schema_valid, reading.problems) == (True, ())


@pytest.mark.parametrize(
    ("document", "where", "words"),
    [
        (
            cap(info(more="<headline>A</headline><audience>B</audience>")),
            "audience, line 15",
            "<audience> stands where <description> or <instruction>",
        ),
        (cap(after_head="<code>A</code><source>B</source>"), "source, line 7", "<source> stands"),
        (
            cap().replace("<category>Rescue", "<category>Children"),
            "category, line 10",
            "<category> must be one of Geo, Met, Safety",
        ),
        (
            cap(info(area() + "<parameter/>")),
            "parameter, line 15",
            "<parameter> stands where <area> should",
        ),
        (
            cap(info(late="<resource><mimeType>image/png</mimeType></resource>")),
            "mimeType, line 15",
            "<mimeType> stands where <resourceDesc> should",
        ),
        (
            cap(info(late="<resource><resourceDesc>x</resourceDesc></resource>")),
            "resource, line 15",
            "<resource> ends too early: it lacks <mimeType>",
        ),
        (
            cap(info(area("<altitude>high</altitude>"))),
            "altitude, line 15",
            "<altitude> must be written as a number",
        ),
        (
            cap(info(language="<language>en_US!</language>")),
            "language, line 9",
            "<language> must be written as a language code",
        ),
        (cap().replace("<info>", "<info x='y'>"), "info, line 8", "<info> has an attribute"),
        (cap().replace("<info>", "<info>text"), "info, line 8", "<info> holds text"),
        (cap(after_head="<note><x/></note>"), "note, line 7", "must hold text"),
    ],
)
def test_mistakes_are_said_in_words_with_element_and_line(
    document: str, where: str, words: str
) -> None:
    reading = read(document)
    assert reading.schema_valid is False
    (found,) = [one for one in said(document) if words in one[1]]
    assert found[0] == where


def test_what_the_reader_says_itself_is_not_said_twice() -> None:
    reading = read(cap().replace("<status>Actual", "<status>actual"))
    assert reading.schema_valid is False
    assert codes(reading.problems) == {"odd_capitals"}


def test_the_same_mistake_is_said_once_and_counted() -> None:
    one = "<area><areaDesc>x</areaDesc><altitude>high</altitude></area>\n"
    ((where, message),) = said(cap(info(one * 40)))
    assert where == "altitude, line 15"
    assert "(40 times)" in message


def test_there_is_an_end_to_the_list() -> None:
    names = ["event", "headline", "description", "instruction", "contact", "senderName"]
    names += ["category", "urgency", "severity", "certainty", "areaDesc", "polygon", "status"]
    more = "".join(f"<{name}>x</{name}>" for name in ("headline", "description", "instruction"))
    document = cap(info(more=f"<senderName>x</senderName>{more}", code=""))
    for name in names:
        document = document.replace(f"<{name}>", f"<{name} x='y'>")
    found = said(document)
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1] == (
        "",
        f"{len(names) - MAX_FINDINGS} more kinds of mistakes against the schema follow.",
    )


def test_messages_never_repeat_what_the_document_says() -> None:
    secret = "Sam-Example"
    document = cap(info(more=f"<responseType>{secret}</responseType>")).replace(
        "<category>Rescue", f"<category>{secret}"
    )
    assert secret not in str(read(document).problems)
    assert codes(read(document).problems) == {"schema"}


def test_a_namespace_that_is_not_caps_own_is_not_compared() -> None:
    assert read(cap(namespace="")).schema_valid is None
    assert read(cap(namespace=CAP_1_1 + "/")).schema_valid is None


def test_a_signature_in_1_1_is_no_mistake() -> None:
    signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
    document = cap(namespace=CAP_1_1).replace("</alert>", f"{signature}</alert>")
    assert said(document) == []


def test_an_envelope_is_compared_with_its_own() -> None:
    assert read_document(envelope(cap()).encode()).problems == ()
    odd = envelope(cap()).replace("<distributionType>Report", "<distributionType>Story")
    (problem,) = read_document(odd.encode()).problems
    assert (problem.code, problem.where) == ("schema", "distributionType, line 1")


@pytest.mark.parametrize("document", [cap(), cap(info(more="<x/>")), cap(namespace=CAP_1_0)])
def test_threads_do_not_mix_up_their_findings(document: str) -> None:
    expected = said(document)
    other = cap(info(late="<altitude>1</altitude>"))
    wrong: list[list[tuple[str, str]]] = []

    def work(text: str, wanted: list[tuple[str, str]]) -> None:
        found = [said(text) for _ in range(60)]
        wrong.extend(one for one in found if one != wanted)

    mine = [threading.Thread(target=work, args=(document, expected)) for _ in range(3)]
    theirs = [threading.Thread(target=work, args=(other, said(other))) for _ in range(3)]
    for thread in mine + theirs:
        thread.start()
    for thread in mine + theirs:
        thread.join()
    assert wrong == []


# The same answer as the standard's own schemas, where those lie.


@cache
def standard_schema(name: str) -> Any:
    return etree.XMLSchema(file=str(STANDARD / THEIRS[name]))


def kind_of(element: Any) -> str | None:
    tag = etree.QName(element)
    if tag.localname == "EDXLDistribution":
        return "edxl"
    return cap_version(tag.namespace or "") if tag.localname == "alert" else None


def samples() -> Iterator[tuple[str, bytes]]:
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    for path in sorted(DATA.glob("cap/**/*")):
        if not path.is_file() or path.name.startswith("xee"):
            continue
        raw = path.read_bytes().lstrip()
        if not raw.startswith(b"<"):
            continue
        for element in etree.fromstring(raw, parser).iter(etree.Element):
            if kind_of(element):
                yield path.name, etree.tostring(element, with_tail=False)


SAMPLES = list(samples())


def agree(element: Any) -> bool:
    kind = kind_of(element)
    assert kind is not None
    ours, theirs = is_valid(element, OURS[kind]), bool(standard_schema(kind)(element))
    assert ours == theirs, etree.tostring(element)[:2000]
    return ours


@needs_standard
def test_every_sample_is_as_valid_as_by_the_standards_own_schema(standard: Path) -> None:
    answers = [agree(etree.fromstring(raw)) for _, raw in SAMPLES]
    assert standard.exists()
    assert answers.count(True) > 60
    assert answers.count(False) > 5


WORDS = (
    "",
    "Actual",
    "Very Likely",
    "CBRNE",
    "AllClear",
    "Avoid",
    "Draft",
    "en-US",
    "en_US",
    "12",
    "1.5",
    "2026-02-30T12:00:00-00:00",
    "2026-03-01T12:00:00Z",
    "2026-03-01T12:00:00-05:00",
    "2026-03-01",
    "a b",
    "http://x.example/%zz",
    "QUJD",
    "Sam=Example",
)


def mutate(element: Any, draw: st.DataObject) -> None:
    """Drop, repeat, move, rename or rewrite one element."""
    inner = [e for e in element.iter(etree.Element) if e is not element]
    target = draw.draw(st.sampled_from(inner))
    parent = target.getparent()
    what = draw.draw(st.sampled_from(["drop", "repeat", "move", "rename", "text", "attribute"]))
    if what == "drop":
        parent.remove(target)
    elif what == "repeat":
        parent.insert(parent.index(target), etree.fromstring(etree.tostring(target)))
    elif what == "move":
        parent.insert(draw.draw(st.integers(0, len(parent) - 1)), target)
    elif what == "rename":
        target.tag = draw.draw(st.sampled_from([e.tag for e in inner] + ["{urn:x}y", "y"]))
    elif what == "text":
        target.text = draw.draw(st.sampled_from(WORDS))
    else:
        target.set("x", "y")


@needs_standard
@settings(max_examples=250, deadline=None)
@given(draw=st.data())
def test_every_mutation_is_as_valid_as_by_the_standards_own_schema(
    standard: Path, draw: st.DataObject
) -> None:
    _, raw = draw.draw(st.sampled_from(SAMPLES))
    element = etree.fromstring(raw)
    for _ in range(draw.draw(st.integers(1, 2))):
        if len(element):
            mutate(element, draw)
    assert standard.exists()
    agree(element)


@pytest.mark.parametrize("raw", [raw for _, raw in SAMPLES][:40], ids=str)
def test_the_schema_changes_nothing_of_what_can_be_acted_on(raw: bytes) -> None:
    reading = read_document(raw)
    for one in reading.alerts:
        errors = [p for p in one.problems if p.severity == "error"]
        assert all(p.code != "schema" for p in errors)
        assert one.can_be_acted_on is (one.alert is not None and not errors)


def test_no_schema_of_ours_is_a_copy_of_the_standards() -> None:
    """They name their types; OASIS's write each out where it stands."""
    folder = Path(__file__).parents[3] / "alerts" / "intake" / "cap" / "schemas"
    for path in folder.glob("*.xsd"):
        text = path.read_text()
        assert "OASIS Open" not in text
        assert len(re.findall(r"<xs:complexType name=", text)) >= 4
    assert {path.name for path in folder.glob("*.xsd")} == {*SCHEMAS.values(), ENVELOPE}
    assert HEAD in cap()
