"""Which alerts does a document hold? CAP itself, EDXL-DE around it, Atom and RSS with or of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from alerts.intake.cap.bounds import Effort, too_much
from alerts.intake.cap.fields import cap_version
from alerts.intake.cap.reader import read_parsed
from alerts.intake.cap.schema import ENVELOPE, schema_problems
from alerts.intake.cap.values import CapReading, capped
from alerts.intake.cap.xml import Node, XmlReading, parse_xml
from alerts.problem import Problem, error, warning

Format = Literal["cap", "edxl-de", "atom", "rss", "unknown"]
_ROOTS: dict[str, Format] = {
    "alert": "cap",
    "EDXLDistribution": "edxl-de",
    "feed": "atom",
    "rss": "rss",
    "RDF": "rss",
}
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")  # of a document that is text in another by now
_CAP_TYPE = "application/cap+xml"
_EDXL_DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
_EXERCISE = frozenset({"Exercise", "Test"})  # EDXL-DE 1.0, 3.2: distributionStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentReading:
    """The alerts of a document, and the addresses of those that it only points to."""

    format: Format
    alerts: tuple[CapReading, ...] = ()
    links: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()  # of the document; each alert has its own


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Where the alerts of a document stand; one that is escaped text may not parse."""

    format: Format
    alerts: tuple[XmlReading, ...] = ()
    links: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    exercise: str = ""  # what the envelope says of all that is inside, if it is an exercise


def read_document(raw: bytes) -> DocumentReading:
    """Read whatever a CAP feed may answer with. Never raises.

    Problems: those of `parse_xml`; `not_an_alert` for any other XML; `empty_feed` for a feed
    without entries (a poller takes it for "nothing now"), `no_alerts` for entries that hold no
    alert and no link; those of `too_much`; the warnings `index_of_links`, `empty_entry`,
    `alert_outside_entry`, `wrapped_alert`, `exercise_envelope`, `schema` (of the envelope).
    Source: EDXL-DE 1.0, RFC 4287, RSS 2.0.
    """
    reading = parse_xml(raw)
    if reading.root is None:
        return DocumentReading(format="unknown", problems=reading.problems)
    found = find_alerts(reading.root)
    problems = reading.problems + found.problems
    refusal = too_much([one.root for one in found.alerts if one.root])
    if refusal:
        return DocumentReading(format=found.format, problems=(*problems, refusal))
    effort = Effort()
    alerts = tuple(
        _as_exercise(_read(one, effort, inside=one.root is not reading.root), found.exercise)
        for one in found.alerts
    )
    return DocumentReading(format=found.format, alerts=alerts, links=found.links, problems=problems)


def find_alerts(root: Node) -> Found:
    """Find the alerts in a parsed document, in their order, without reading them."""
    kind = _ROOTS.get(root.name, "unknown")
    if kind == "cap":
        return Found(format="cap", alerts=(XmlReading(root=root),))
    if kind in ("atom", "rss"):
        return _in_feed(root, kind)
    if kind == "edxl-de":
        return _in_envelope(root)
    return _in_wrapping(root)


def _in_wrapping(root: Node) -> Found:
    """Find alerts in an element of somebody's own, as IPAWS wraps them in <alerts>."""
    alerts = tuple(_alerts_in(root))
    if alerts:
        message = f"The alert is wrapped in <{root.name}>, which was looked through."
        found = warning("wrapped_alert", root.where, message)
        return Found(format="cap", alerts=alerts, problems=(found,))
    message = "This XML is no CAP alert and no feed of alerts."
    return Found(format="unknown", problems=(error("not_an_alert", root.where, message),))


def _in_envelope(root: Node) -> Found:
    """Look into EDXL-DE; an exercise's envelope makes an exercise of what is inside."""
    alerts = tuple(_alerts_in(root))
    problems: tuple[Problem, ...] = ()
    if not alerts:
        message = "The EDXL-DE envelope holds no CAP alert."
        problems = (error("no_alerts", root.where, message),)
    if root.namespace == _EDXL_DE:
        problems += schema_problems(root, ENVELOPE)
    status = next((c for c in root.children() if c.name == "distributionStatus"), None)
    if status is None or status.text not in _EXERCISE:
        return Found(format="edxl-de", alerts=alerts, problems=problems)
    message = f"The envelope says {status.text}; its alerts are taken as an exercise."
    problems += (warning("exercise_envelope", status.where, message),)
    return Found(format="edxl-de", alerts=alerts, problems=problems, exercise=status.text)


def _read(found: XmlReading, effort: Effort, *, inside: bool) -> CapReading:
    """Read one alert; one that stands inside of something else keeps its own XML beside it."""
    reading, own = read_parsed(found, effort), found.text
    if own is None and inside and found.root:
        own = found.root.as_bytes()
    return replace(reading, xml=own)


def _as_exercise(reading: CapReading, status: str) -> CapReading:
    if not status or reading.alert is None or reading.alert.status != "Actual":
        return reading
    return replace(reading, alert=replace(reading.alert, status=status))


def _alerts_in(node: Node) -> Iterator[XmlReading]:
    """Yield the outermost CAP alerts inside; depth is bounded by the parser."""
    for child in node.children():
        if child.name == "alert" and (not child.namespace or cap_version(child.namespace)):
            yield XmlReading(root=child)
        else:
            yield from _alerts_in(child)


def _in_feed(root: Node, kind: Format) -> Found:
    alerts: list[XmlReading] = []
    links: dict[str, None] = {}
    problems: list[Problem] = []
    entries = list(_entries(root))
    for entry in entries:
        found = list(_entry_alerts(entry))
        link = "" if found else _link(entry)
        alerts += found
        links.update({link: None} if link else {})
        if not found and not link:
            message = "The entry holds no alert and no link to one."
            problems.append(warning("empty_entry", entry.where, message))
    outside = _outside(root, problems)
    problems = list(capped(problems))
    problems += _feed_problems(root, len(entries), len(alerts) + len(outside), len(links))
    return Found(
        format=kind, alerts=(*alerts, *outside), links=tuple(links), problems=tuple(problems)
    )


def _entries(root: Node) -> Iterator[Node]:
    """Yield Atom entries and RSS items, which stand in <channel> or, in RSS 1.0, beside it."""
    for child in root.children():
        if child.name in ("entry", "item"):
            yield child
        elif child.name == "channel":
            yield from (item for item in child.children() if item.name == "item")


def _entry_alerts(entry: Node) -> Iterator[XmlReading]:
    """Find alerts inside an entry, as elements or as escaped text."""
    inline = list(_alerts_in(entry))
    yield from inline
    for content in () if inline else entry.children():
        if content.name in ("content", "description") and _looks_like_cap(content.text):
            text = _DECLARATION.sub("", content.text).encode()
            yield replace(parse_xml(text), text=text)


def _looks_like_cap(text: str) -> bool:
    return text.startswith("<") and "alert" in text and "emergency:cap" in text


def _link(entry: Node) -> str:
    """Return the address of the alert: of CAP's own type if there is one, else the first."""
    links = [c for c in entry.children() if c.name == "link" and c.attribute("rel") != "self"]
    links.sort(key=lambda link: link.attribute("type") != _CAP_TYPE)
    addresses = [link.attribute("href") or link.text for link in links]
    addresses += [c.text for c in entry.children() if _is_permalink(c)]
    return next((a for a in addresses if a.lower().startswith(("http://", "https://"))), "")


def _is_permalink(node: Node) -> bool:
    """RSS 2.0: a <guid> is an address unless isPermaLink says it isn't."""
    return node.name == "guid" and node.attribute("isPermaLink").lower() != "false"


def _outside(root: Node, problems: list[Problem]) -> list[XmlReading]:
    """Find alerts that stand in the feed but in no entry."""
    found = [c for c in root.children() if c.name == "alert" and cap_version(c.namespace)]
    if found:
        message = "An alert stands outside of any entry; it was read all the same."
        problems.append(warning("alert_outside_entry", found[0].where, message))
    return [XmlReading(root=node) for node in found]


def _feed_problems(root: Node, entries: int, alerts: int, links: int) -> Iterator[Problem]:
    if alerts == links == 0:
        code = "no_alerts" if entries else "empty_feed"
        message = "The feed has no alert and no link to one."
        yield error(code, root.where, message)
    if links:
        message = f"{links} of its links lead to alerts that aren't in it; check those too."
        yield warning("index_of_links", root.where, message)
