"""What is parsed, and what is refused before or by the parser."""

import pytest

from alerts.intake.cap.xml import MAX_BYTES, MAX_DEPTH, XmlReading, parse_xml
from tests.intake.cap.documents import codes

BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><lolz>&c;</lolz>'
)
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>'


def the_code(reading: XmlReading) -> str:
    assert reading.root is None
    (problem,) = reading.problems
    assert problem.severity == "error"
    return problem.code


@pytest.mark.parametrize(
    "raw",
    [
        BILLION_LAUGHS,
        XXE.encode(),
        PARAMETER.encode(),
        b"<!DOCTYPE alert><alert/>",
        b"<?xml version='1.0'?>\n<!-- > --><?pi ?>\n<!DOCTYPE alert SYSTEM 'x'><alert/>",
        XXE.encode("utf-16"),
        XXE.encode("utf-16-le"),
        XXE.encode("utf-32"),
        b"\xef\xbb\xbf" + XXE.encode(),
        b'<!DOCTYPE html [<!ENTITY a "b">]><html/>',
    ],
)
def test_a_doctype_is_an_attack(raw: bytes) -> None:
    assert the_code(parse_xml(raw)) == "xml_attack"


def test_a_doctype_hidden_by_an_odd_encoding_is_refused() -> None:
    raw = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>'
    assert the_code(parse_xml(raw)) == "unsupported_encoding"


def test_a_doctype_in_a_comment_or_in_the_text_is_none() -> None:
    assert parse_xml(b"<!-- <!DOCTYPE a> --><a><![CDATA[<!DOCTYPE a>]]></a>").root is not None


@pytest.mark.parametrize("raw", [b"", b"  \n\t", b"\x0c "])
def test_an_empty_document_is_said_to_be_empty(raw: bytes) -> None:
    assert the_code(parse_xml(raw)) == "empty_document"


@pytest.mark.parametrize("raw", [b"a,b,c\n1,2,3", b"\x89PNG\r\n\x00", b'{"a": 1}', b"\x00" * 99])
def test_what_does_not_start_with_an_element_is_not_xml(raw: bytes) -> None:
    assert the_code(parse_xml(raw)) == "not_xml"


@pytest.mark.parametrize(
    "raw",
    [
        b"<!doctype html><html><body>Log in</body></html>",
        b"<html><p>Gateway time-out<br></html>",
        b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd"><html/>',
    ],
)
def test_a_web_page_is_called_one(raw: bytes) -> None:
    assert the_code(parse_xml(raw)) == "html_page"


def test_malformed_xml_is_refused_with_line_and_column() -> None:
    reading = parse_xml(b"<alert>\n  <info>\n</alert>")
    assert the_code(reading) == "malformed_xml"
    assert reading.problems[0].where.startswith("line 3, column ")
    assert "Opening and ending tag mismatch" in reading.problems[0].message


@pytest.mark.parametrize(
    "raw", [b"<a>&nbsp;</a>", b"<a>\xff</a>", b"<a b='1' b='2'/>", b"<a>", b"<a/><b/>", b"<"]
)
def test_what_is_not_well_formed_is_refused(raw: bytes) -> None:
    assert the_code(parse_xml(raw)) == "malformed_xml"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 300, 90_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    code = the_code(parse_xml(b"<a>" * depth + b"</a>" * depth))
    assert code in ("too_deep", "too_large")


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).root is not None


def test_a_large_document_is_refused_unread() -> None:
    assert the_code(parse_xml(b"<a>" + b"x" * MAX_BYTES + b"</a>")) == "too_large"
    assert the_code(parse_xml(b"<a>" + b"<b/>" * 100_000 + b"</a>")) == "too_large"


@pytest.mark.parametrize(
    "raw",
    [
        "<a>São José</a>".encode(),
        b"\xef\xbb\xbf" + "<a>São José</a>".encode(),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>São José</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="windows-1252"?><a>São José</a>'.encode("cp1252"),
        '<?xml version="1.0" encoding="UTF-16"?><a>São José</a>'.encode("utf-16"),
        "<a>São José</a>".encode("utf-16"),
    ],
)
def test_encodings_are_understood(raw: bytes) -> None:
    root = parse_xml(raw).root
    assert root is not None
    assert root.text == "São José"


def test_white_space_before_the_declaration_is_forgiven_and_lines_stay_true() -> None:
    reading = parse_xml(b'\n\n<?xml version="1.0"?>\n<a>\n<b/></a>')
    assert codes(reading.problems, "warning") == {"leading_whitespace"}
    assert reading.root is not None
    (child,) = reading.root.children()
    assert child.where == "a/b, line 5"


def test_comments_instructions_and_cdata_do_not_tear_the_text() -> None:
    root = parse_xml(b"<a>x<!-- no -->y<?pi no?><![CDATA[<z>]]> </a>").root
    assert root is not None
    assert root.text == "xy<z>"


def test_repeatable_children_are_numbered() -> None:
    root = parse_xml(b"<alert><info/><info><event/></info></alert>").root
    assert root is not None
    first, second = root.children()
    assert (first.path, second.path) == ("alert/info[1]", "alert/info[2]")
    assert next(second.children()).path == "alert/info[2]/event"
