"""Does an element keep to the standard's schema? What it got wrong, in plain words.

Only ever warnings: the reader decides what can be acted on, and reads most of what a schema
refuses. Our schema files are in `schemas/`, written from the data dictionaries.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree

from alerts.intake.cap.xml import Node
from alerts.problem import Problem, warning

MAX_FINDINGS = 10  # of one element; the eleventh kind of mistake helps nobody to mend the first
SCHEMAS = {"1.0": "cap-1.0.xsd", "1.1": "cap-1.1.xsd", "1.2": "cap-1.2.xsd"}
ENVELOPE = "edxl-de-1.0.xsd"  # EDXL-DE 1.0; CAP inside of it is checked by itself

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_NAME = re.compile(r"\{[^}]*\}([\w.-]+)|##other\{[^}]*\}\*")
_SUBJECT = re.compile(r"^Element '(?:\{([^}]*)\})?([^']+)'")
_CHOICES = re.compile(r"element of the set \{(.*)\}")
_HOW_WRITTEN = {
    "xs:dateTime": "a moment like 2003-06-11T22:39:00-07:00",
    "Moment": "a moment like 2003-06-11T22:39:00-07:00",
    "xs:language": "a language code like en-US",
    "xs:integer": "a whole number",
    "xs:decimal": "a number",
    "xs:anyURI": "an address",
    "xs:base64Binary": "base64",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Finding:
    """One thing that a schema refuses."""

    name: str  # of the element
    line: int
    message: str


class _Compiled(threading.local):
    """The compiled schemas of one thread: lxml keeps the errors of a run in the schema itself."""

    def __init__(self) -> None:
        self._schemas: dict[str, Any] = {}

    def get(self, file: str) -> Any:
        if file not in self._schemas:
            self._schemas[file] = etree.XMLSchema(etree.fromstring(_text(file)))
        return self._schemas[file]


_compiled = _Compiled()


@cache
def _text(file: str) -> bytes:
    return files("alerts.intake.cap").joinpath("schemas", file).read_bytes()


def schema_problems(node: Node, file: str) -> tuple[Problem, ...]:
    """Compare an element with a schema of ours; `file` is one of `SCHEMAS` or `ENVELOPE`.

    Returns: warnings with the code `schema`, at most `MAX_FINDINGS` and one that counts the rest;
    the same mistake in several places is said once. Messages never repeat what the document says.
    """
    schema = _compiled.get(file)
    if schema(node.element):
        return ()
    return tuple(_problems(_findings(schema.error_log)))


def is_valid(element: Any, file: str) -> bool:
    """Tell whether an element keeps to a schema, word for word."""
    return bool(_compiled.get(file)(element))


def _findings(entries: Iterable[Any]) -> Iterator[_Finding]:
    """Say each error of libxml2 in our words; a refused value counts once, by its facet."""
    said: set[tuple[int, str]] = set()
    for entry in entries:
        subject = _SUBJECT.match(entry.message)
        namespace, name = (subject[1] or "", subject[2]) if subject else ("", "")
        is_signature = namespace == _DSIG  # CAP 1.1, 3.3.2.1 allows it, the schema of 1.1 doesn't
        if is_signature or (entry.line, name) in said:
            continue
        said.add((entry.line, name))
        yield _Finding(name=name, line=entry.line, message=_message(entry, name))


def _message(entry: Any, name: str) -> str:
    kind = entry.type_name
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return _content(entry.message, name)
    choices = _CHOICES.search(entry.message)
    if choices:
        return f"<{name}> must be one of {choices[1].replace(chr(39), '')}"
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1":
        return f"<{name}> has an attribute that doesn't belong there"
    if kind in ("SCHEMAV_CVC_COMPLEX_TYPE_2_3", "SCHEMAV_CVC_TYPE_3_1_1"):
        return f"<{name}> holds text or attributes that don't belong there"
    if kind == "SCHEMAV_CVC_TYPE_3_1_2":
        return f"<{name}> must hold text and no elements"
    return f"<{name}> must be written as {_how_written(entry.message)}"


def _how_written(message: str) -> str:
    return next(
        (words for type_, words in _HOW_WRITTEN.items() if f"'{type_}'" in message),
        "a moment like 2003-06-11T22:39:00-07:00" if "pattern" in message else "the standard says",
    )


def _content(message: str, name: str) -> str:
    """Say what libxml2 says of order and presence: what stands there, what should."""
    expected = [f"<{one}>" for one in _NAME.findall(message.partition("Expected is")[2]) if one]
    wanted = " or ".join(expected[:4])
    if "Missing child" in message:
        return f"<{name}> ends too early: it lacks {wanted}"
    if "No matching" in message:
        return f"<{name}> isn't an element of this standard"
    if not wanted:
        return f"<{name}> is one too many, or doesn't belong here"
    return f"<{name}> stands where {wanted} should: it is in the wrong place, unknown or repeated"


def _problems(findings: Iterable[_Finding]) -> Iterator[Problem]:
    """Say each mistake once, with the first place and how often."""
    places: dict[tuple[str, str], list[int]] = {}
    for finding in findings:
        places.setdefault((finding.name, finding.message), []).append(finding.line)
    for (name, message), lines in list(places.items())[:MAX_FINDINGS]:
        often = f" ({len(lines)} times)" if len(lines) > 1 else ""
        said = f"Against the schema: {message}{often}. It was read as well as it can be."
        yield warning("schema", f"{name}, line {lines[0]}", said)
    if len(places) > MAX_FINDINGS:
        more = len(places) - MAX_FINDINGS
        yield warning("schema", "", f"{more} more kinds of mistakes against the schema follow.")
