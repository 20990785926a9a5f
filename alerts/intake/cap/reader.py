"""What does one CAP alert say? An element or bytes in, a CapAlert and problems out.

Reads CAP 1.0, 1.1 and 1.2, strict about what the flow depends on, kind about the rest: what real
senders get wrong is repaired, and a warning says so.
"""

import re
from collections.abc import Callable, Iterator

from alerts.intake.cap import fields
from alerts.intake.cap.areas import read_areas
from alerts.intake.cap.bounds import MAX_INFOS, Effort
from alerts.intake.cap.fields import Block, Problems
from alerts.intake.cap.references import read_references
from alerts.intake.cap.resources import read_resource
from alerts.intake.cap.schema import SCHEMAS, schema_problems
from alerts.intake.cap.topic import other_events
from alerts.intake.cap.values import CapAlert, CapArea, CapInfo, CapReading, capped
from alerts.intake.cap.xml import Node, XmlReading, parse_xml
from alerts.problem import Problem, error, warning

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown", "Very Likely")

_ALERT_FIELDS = frozenset(
    {"identifier", "sender", "password", "sent", "status", "msgType", "source", "scope"}
    | {"restriction", "addresses", "code", "note", "references", "incidents", "info", "Signature"}
)
_INFO_FIELDS = frozenset(
    {"language", "category", "event", "responseType", "urgency", "severity", "certainty"}
    | {"audience", "eventCode", "effective", "onset", "expires", "senderName", "headline"}
    | {"description", "instruction", "web", "contact", "parameter", "resource", "area"}
)


def read_cap(source: Node | bytes) -> CapReading:
    """Read one alert.

    Returns: the alert, or None if what identifies it is missing. Errors among the problems mean
    that it can't be acted on even so (`CapReading.can_be_acted_on`). Never raises.
    Source: OASIS CAP 1.0 (2004), 1.1 (2005), 1.2 (2010), section 3.2.
    """
    return read_parsed(XmlReading(root=source) if isinstance(source, Node) else parse_xml(source))


def read_parsed(reading: XmlReading, effort: Effort | None = None) -> CapReading:
    """Read one alert that has been parsed; see `read_cap`. `effort` is that of its document."""
    if reading.root is None:
        return CapReading(alert=None, problems=reading.problems)
    return _read_root(reading.root, list(reading.problems), effort or Effort())


def _read_root(root: Node, problems: Problems, effort: Effort) -> CapReading:
    version = _version(root, problems)
    if root.name != "alert" or version is None:
        message = "This is no CAP alert: the element must be <alert> of CAP 1.0, 1.1 or 1.2."
        problems.append(error("not_an_alert", root.where, message))
        return CapReading(alert=None, problems=tuple(problems))
    if root.count("info") > MAX_INFOS:
        message = f"More than {MAX_INFOS} info blocks: send an alert for each event."
        problems.append(error("too_large", root.where, message))
        return CapReading(alert=None, problems=tuple(problems))
    alert = _read_alert(Block(root), version, problems, effort)
    is_comparable = root.namespace in fields.NAMESPACES
    said = schema_problems(root, SCHEMAS[version]) if is_comparable else ()
    return CapReading(
        alert=alert,
        problems=(*capped(problems), *_not_said_yet(said, problems)),
        schema_valid=not said if is_comparable else None,
    )


def _not_said_yet(of_schema: tuple[Problem, ...], problems: Problems) -> Iterator[Problem]:
    """Leave out what the reader has said of the same element in the same line, and better."""
    said = {problem.where.rpartition("/")[2] for problem in problems}
    plain = {re.sub(r"\[[0-9]+\]", "", where) for where in said}
    return (problem for problem in of_schema if problem.where not in plain)


def _version(root: Node, problems: Problems) -> str | None:
    if not root.namespace:
        message = "<alert> has no namespace; it was read as CAP 1.2."
        problems.append(warning("missing_namespace", root.where, message))
        return "1.2"
    if root.namespace not in fields.NAMESPACES and fields.cap_version(root.namespace):
        message = "The namespace differs from CAP's in case or by a trailing slash."
        problems.append(warning("odd_namespace", root.where, message))
    return fields.cap_version(root.namespace)


def _read_alert(block: Block, version: str, problems: Problems, effort: Effort) -> CapAlert | None:
    identifier = fields.required_text(block, "identifier", problems)
    sender = fields.required_text(block, "sender", problems)
    sent = fields.moment(block, "sent", problems, required=True)
    status = fields.required_choice(block, "status", STATUSES, problems)
    msg_type = fields.required_choice(block, "msgType", MSG_TYPES, problems)
    scope = _scope(block, version, problems)
    block.report_unknown(_ALERT_FIELDS, problems)
    references = read_references(block, sender or "", msg_type or "", problems)
    infos = tuple(_read_info(Block(node), version, problems, effort) for node in block.all("info"))
    note = fields.optional_text(block, "note", problems)
    if not (identifier and sender and sent and status and msg_type) or scope is None:
        return None
    _report_odd_names(block, (identifier, sender), problems)
    _report_other_events(block, infos, problems)
    return CapAlert(
        identifier=identifier,
        sender=sender,
        sent=sent,
        status=status,
        msg_type=msg_type,
        scope=scope,
        version=version,
        note=note,
        references=references,
        infos=infos,
    )


def _scope(block: Block, version: str, problems: Problems) -> str | None:
    """Only CAP 1.0 may leave <scope> out; such an alert isn't known to be public."""
    if version == "1.0" and not block.all("scope"):
        return ""
    return fields.required_choice(block, "scope", SCOPES, problems)


def _report_odd_names(block: Block, names: tuple[str, str], problems: Problems) -> None:
    """CAP 1.2, 3.2.1: no blanks, commas, < or & in <identifier> and <sender>."""
    for tag, name in zip(("identifier", "sender"), names, strict=True):
        if any(c.isspace() or c in ",<&" for c in name):
            message = f"<{tag}> holds a blank, comma, < or &: references to it may not be found."
            problems.append(warning(f"odd_{tag}", block.all(tag)[0].where, message))


def _report_other_events(block: Block, infos: tuple[CapInfo, ...], problems: Problems) -> None:
    """Say which info blocks the poster will leave out, and where altitudes were."""
    for number in other_events(infos):
        message = "This info block is about another event than the child; the poster leaves it out."
        problems.append(warning("other_event", block.all("info")[number].where, message))
    height = next((n for n in ("altitude", "ceiling") if block.node.count(n)), None)
    if height:
        message = f"<{height}> was ignored: people are told wherever they live above the ground."
        problems.append(warning("altitude_ignored", block.node.where, message))


def _read_info(block: Block, version: str, problems: Problems, effort: Effort) -> CapInfo:
    block.report_unknown(_INFO_FIELDS, problems)
    text = _texts(block, problems)
    return CapInfo(
        language=text("language") or "en-US",
        category=_categories(block, version, problems),
        event=fields.required_text(block, "event", problems) or "",
        response_types=tuple(n.text for n in block.all("responseType") if n.text),
        event_codes=fields.name_values(block, "eventCode", problems),
        urgency=fields.lenient_choice(block, "urgency", URGENCIES, problems),
        severity=fields.lenient_choice(block, "severity", SEVERITIES, problems),
        certainty=fields.lenient_choice(block, "certainty", CERTAINTIES, problems),
        effective=fields.moment(block, "effective", problems, required=False),
        expires=fields.moment(block, "expires", problems, required=False),
        sender_name=text("senderName"),
        headline=text("headline"),
        description=text("description"),
        instruction=text("instruction"),
        web=text("web"),
        contact=text("contact"),
        parameters=_parameters(block),
        resources=tuple(read_resource(Block(n), problems) for n in block.all("resource")),
        areas=_areas(block, problems, effort),
    )


def _texts(block: Block, problems: Problems) -> Callable[[str], str | None]:
    return lambda name: fields.optional_text(block, name, problems)


def _categories(block: Block, version: str, problems: Problems) -> tuple[str, ...]:
    """CAP 1.0 may leave <category> out."""
    if version != "1.0" and not block.all("category"):
        fields.required_text(block, "category", problems)
    return tuple(node.text for node in block.all("category") if node.text)


def _parameters(block: Block) -> tuple[tuple[str, str], ...]:
    """Read <parameter>; empty values are everyday life there and no reason for a warning."""
    return fields.name_values(block, "parameter", [])


def _areas(block: Block, problems: Problems, effort: Effort) -> tuple[CapArea, ...]:
    reading = read_areas(block, effort)
    problems.extend(reading.problems)
    return reading.areas
