"""Fictional CAP documents, built from the parts that a test is about."""

from alerts.problem import Problem

CAP_1_0 = "http://www.incident.com/cap/1.0"
CAP_1_1 = "urn:oasis:names:tc:emergency:cap:1.1"
CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"

HEAD = """
  <identifier>EX-1</identifier>
  <sender>alerts@police.example</sender>
  <sent>2026-03-01T12:00:00-05:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>"""

SQUARE = "46.5,-87.5 46.5,-87.3 46.6,-87.3 46.6,-87.5 46.5,-87.5"
POLYGON = f"<polygon>{SQUARE}</polygon>"
GEOCODE = "<geocode><valueName>SAME</valueName><value>026103</value></geocode>"


def area(inside: str = POLYGON, desc: str = "Marquette County") -> str:
    """Return an <area>."""
    return f"<area><areaDesc>{desc}</areaDesc>{inside}</area>"


def info(
    areas: str = "",
    *,
    language: str = "<language>en-US</language>",
    event: str = "Child Abduction",
    more: str = "",
    late: str = "<contact>Example Police, 906-555-0123</contact>",
    code: str = "<eventCode><valueName>SAME</valueName><value>CAE</value></eventCode>",
) -> str:
    """Return an <info>; `more` stands after <certainty>, `late` before the areas."""
    return f"""
  <info>
    {language}
    <category>Rescue</category>
    <event>{event}</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    {more}{code}{late}{areas or area()}
  </info>"""


def cap(
    infos: str | None = None,
    *,
    head: str = HEAD,
    after_head: str = "",
    namespace: str = CAP_1_2,
) -> str:
    """Return an <alert> without XML declaration."""
    inside = info() if infos is None else infos
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return f"<alert{xmlns}>{head}{after_head}{inside}\n</alert>"


def codes(problems: tuple[Problem, ...], severity: str | None = None) -> set[str]:
    """Return the codes of the problems, of one severity if it is named."""
    return {p.code for p in problems if severity in (None, p.severity)}
