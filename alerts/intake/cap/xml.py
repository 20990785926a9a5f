"""Is this XML, is it harmless, and what is in it? The one parser of intake.

A document type declaration is refused before the parser sees it: CAP 1.2 (3.2), Atom and EDXL-DE
need none, and external entities (XXE) and entity expansion ("billion laughs") need one. `schema`
and `signed_parts` work on the trees that come from here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from alerts.problem import Problem, error, warning

MAX_BYTES = 10 * 1024 * 1024  # the largest real message seen, with inline audio, has 0.46 MB
MAX_MARKS = 100_000  # "<", and "&lt;" of XML in XML: bounds the elements, so memory and time
MAX_ATTRIBUTES = 100_000  # "=": libxml2 takes 0.5 s and 300 MB for 800,000 attributes
MAX_DEPTH = 64  # EDXL-DE around CAP needs 9

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_UNMARKED = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DECLARED = re.compile(r"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
# Encodings in which the bytes of "<!DOCTYPE" are those of ASCII, so that the look ahead is sound.
_ASCII_LIKE = re.compile(
    r"utf-?8|(us-)?ascii|iso[-_]?8859-?\d+|latin-?\d|windows-\d+|cp125\d|koi8-[ru]|"
    r"gb(k|2312|18030)|big5|euc-(jp|kr|cn|tw)|shift[-_]?jis|utf-?(16|32)(le|be)?",
    re.IGNORECASE,
)
_NUMBERED = frozenset(
    {"alert", "area", "category", "circle", "contentObject", "entry", "eventCode", "geocode"}
    | {"info", "item", "parameter", "polygon", "resource"}
)


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its names, text and children, and where it stands in the document."""

    element: Any  # lxml has no types
    path: str  # "alert/info[1]/scope"

    @property
    def name(self) -> str:
        """The name without its namespace."""
        return str(self.element.tag.rpartition("}")[2])

    @property
    def namespace(self) -> str:
        """The namespace; "" if it has none."""
        return str(self.element.tag.rpartition("}")[0][1:])

    @property
    def text(self) -> str:
        """All text inside, outer white space removed."""
        return "".join(self.element.itertext()).strip()

    @property
    def where(self) -> str:
        """The path and the line, for a problem: "alert/info[1]/scope, line 7"."""
        return f"{self.path}, line {self.element.sourceline}"

    def where_missing(self, name: str) -> str:
        """Where a child that isn't there should be: its path and the line of its parent."""
        return f"{self.path}/{name}, line {self.element.sourceline}"

    def attribute(self, name: str) -> str:
        """Return an attribute without namespace, "" if it isn't there."""
        return str(self.element.get(name) or "").strip()

    def as_bytes(self) -> bytes:
        """Return the element as a document of its own, UTF-8, with the namespaces it needs."""
        return bytes(etree.tostring(self.element, encoding="utf-8", with_tail=False))

    def count(self, name: str) -> int:
        """Return how many elements of that local name there are inside, at any depth."""
        return sum(1 for _ in self.element.iter(f"{{*}}{name}"))

    def texts(self, *names: str) -> Iterator[str]:
        """Yield the texts of all elements of these local names inside, at any depth."""
        for element in self.element.iter(*(f"{{*}}{name}" for name in names)):
            yield "".join(element.itertext())

    def children(self) -> Iterator["Node"]:
        """Yield the child elements in order, repeatable ones numbered from 1."""
        seen: dict[str, int] = {}
        for element in self.element.iterchildren(etree.Element):
            name = element.tag.rpartition("}")[2]
            seen[name] = seen.get(name, 0) + 1
            number = f"[{seen[name]}]" if name in _NUMBERED or seen[name] > 1 else ""
            yield Node(element, f"{self.path}/{name}{number}")


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlReading:
    """The root of a document, or None and the reason why there is none."""

    root: Node | None
    problems: tuple[Problem, ...] = ()
    text: bytes | None = None  # what was parsed, where it stood as text inside of something else


def parse_xml(raw: bytes, *, keep_comments: bool = False) -> XmlReading:
    """Parse a document without resolving, loading or fetching anything.

    `keep_comments` keeps comments and processing instructions, which a signature may cover; for
    everybody else they aren't there. Never raises. Problems: `empty_document`, `too_large`,
    `not_xml`, `html_page`, `xml_attack`, `unsupported_encoding`, `malformed_xml` (with line and
    column), `too_deep`; the warning `leading_whitespace`. Source: OWASP XML External Entity
    Prevention; XML 1.0, 2.8 (prolog).
    """
    refusal = _refusal(raw)
    if refusal:
        return XmlReading(root=None, problems=(refusal,))
    tidy = _declaration_first(raw)
    notes = () if tidy is raw else (_leading_whitespace(),)
    reading = _parse(tidy, keep_comments)
    return XmlReading(root=reading.root, problems=notes + reading.problems)


def too_large(raw: bytes) -> Problem | None:
    """Return `too_large` for what no reader is to see; some milliseconds, nothing is copied."""
    if not _is_too_large(raw):
        return None
    message = f"More than {MAX_BYTES:,} bytes or {MAX_MARKS:,} tags: send fewer alerts at once."
    return error("too_large", "", message)


def _refusal(raw: bytes) -> Problem | None:
    """Say why the bytes are not even given to the parser."""
    if refused := too_large(raw):
        return refused
    if not raw.strip():
        return error("empty_document", "", "The document is empty; send the alert itself.")
    text = _as_ascii(raw)
    if not text.lstrip().startswith("<"):
        return error("not_xml", "line 1", "This is not XML: it doesn't start with an element.")
    declared = _DECLARED.match(text)
    if declared and not _ASCII_LIKE.fullmatch(declared[1]):
        message = "The declared encoding is not accepted; send UTF-8."
        return error("unsupported_encoding", "line 1", message)
    return _doctype(text)


def _is_too_large(raw: bytes) -> bool:
    """Count before anything is copied, decoded or built: 10 MB take some milliseconds."""
    if len(raw) > MAX_BYTES:
        return True
    marks = raw.count(b"<") + raw.count(b"&lt;")
    return marks > MAX_MARKS or raw.count(b"=") > MAX_ATTRIBUTES


def _as_ascii(raw: bytes) -> str:
    """Decode so that ASCII letters can be found; other letters may come out wrong."""
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(codec, "replace")
    for start, codec in _UNMARKED:
        if raw.startswith(start):
            return raw.decode(codec, "replace")
    return raw.decode("latin-1")


def _doctype(text: str) -> Problem | None:
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    head = text[start : start + 64].lower()
    line = text.count("\n", 0, start) + 1
    if head.startswith("<html"):
        return _html_page(line)
    if not head.startswith("<!doctype"):
        return None
    if re.match(r"<!doctype\s+html\b", head) and "<!entity" not in text.lower():
        return _html_page(line)
    return _attack(line)


def _html_page(line: int) -> Problem:
    message = "This is a web page, not an alert; check the address or the log-in of the feed."
    return error("html_page", f"line {line}", message)


def _attack(line: int) -> Problem:
    message = "A DOCTYPE or entity declaration is refused unread; send the document without it."
    return error("xml_attack", f"line {line}", message)


def _leading_whitespace() -> Problem:
    message = "White space before the XML declaration was ignored."
    return warning("leading_whitespace", "line 1", message)


def _declaration_first(raw: bytes) -> bytes:
    """Move white space behind the XML declaration, so that line numbers stay true."""
    stripped = raw.lstrip()
    end = stripped.find(b"?>") + 2
    if len(stripped) == len(raw) or not stripped.startswith(b"<?xml") or end < 2:
        return raw
    return stripped[:end] + raw[: len(raw) - len(stripped)] + stripped[end:]


def _parse(raw: bytes, keep_comments: bool) -> XmlReading:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=not keep_comments,
        remove_pis=not keep_comments,
    )
    try:
        element = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as err:
        return XmlReading(root=None, problems=(_malformed(err),))
    except (ValueError, LookupError):  # lxml: an encoding that only looks like one
        message = "The text doesn't fit the declared encoding; send UTF-8."
        return XmlReading(root=None, problems=(error("malformed_xml", "line 1", message),))
    return _checked(Node(element, str(etree.QName(element).localname)))


def _malformed(err: etree.XMLSyntaxError) -> Problem:
    reason = str(err.msg).split(", line ")[0]
    code = "too_deep" if "depth" in reason else "malformed_xml"
    where = f"line {err.lineno or 1}, column {err.offset or 1}"
    return error(code, where, f"The XML is not well-formed: {reason}.")


def _checked(root: Node) -> XmlReading:
    """Refuse what the look ahead can't see: a DOCTYPE that appeared after all, and depth."""
    info = root.element.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        return XmlReading(root=None, problems=(_attack(1),))
    depth = 0
    for event, child in etree.iterwalk(root.element, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            message = f"Elements are nested deeper than {MAX_DEPTH}."
            return XmlReading(
                root=None, problems=(error("too_deep", f"line {child.sourceline}", message),)
            )
    return XmlReading(root=root)
