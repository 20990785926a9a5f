"""What one CAP alert says, field by field, after reading and before it becomes a poster.

The names are those of CAP 1.2 in snake case; all texts are as sent, outer white space removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.problem import Problem, warning
from geo.coordinates import LonLat

Ring = tuple[LonLat, ...]  # closed, WGS84 lon/lat
Circle = tuple[LonLat, float]  # centre, radius in metres
NameValue = tuple[str, str]

MAX_PROBLEMS = 50  # of one alert; a person reads ten, and a document can have a hundred thousand


def capped(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems, or if there are too many the errors first and how many are left out."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    first = sorted(problems, key=lambda p: p.severity != "error")[:MAX_PROBLEMS]
    message = f"{len(problems) - MAX_PROBLEMS} more problems were left out."
    return (*first, warning("more_problems", "", message))


@dataclass(frozen=True, kw_only=True, slots=True)
class CapReference:
    """An earlier message that this one updates, cancels or answers."""

    sender: str
    identifier: str
    sent: datetime | None  # aware UTC; None if it can't be read
    sent_text: str  # as sent

    def __str__(self) -> str:
        """Return the reference as CAP writes it."""
        return f"{self.sender},{self.identifier},{self.sent_text}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CapResource:
    """A file that belongs to the alert."""

    uri: str | None = None
    deref_uri_base64: str | None = None  # the bytes themselves, base64, without white space
    mime_type: str | None = None  # lower case
    desc: str | None = None
    size: int | None = None  # bytes, as the sender says
    digest: str | None = None  # SHA-1, hex (CAP 1.2, 3.2.3)


@dataclass(frozen=True, kw_only=True, slots=True)
class CapArea:
    """One area of an info block; only shapes that stand for ground are here."""

    area_desc: str = ""
    polygons: tuple[Ring, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[NameValue, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CapInfo:
    """What the alert says in one language (or of one of several events)."""

    language: str = "en-US"  # CAP 1.2, 3.2.2: the default
    category: tuple[str, ...] = ()
    event: str = ""
    response_types: tuple[str, ...] = ()  # CAP 1.2, 3.2.2: "AllClear" ends what it is about
    event_codes: tuple[NameValue, ...] = ()
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    effective: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[NameValue, ...] = ()
    resources: tuple[CapResource, ...] = ()
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CapAlert:
    """One CAP message."""

    identifier: str
    sender: str
    sent: datetime  # aware UTC
    status: str  # Actual | Exercise | System | Test | Draft
    msg_type: str  # Alert | Update | Cancel | Ack | Error
    scope: str  # Public | Restricted | Private; "" where CAP 1.0 leaves it out
    version: str  # "1.0" | "1.1" | "1.2"
    note: str | None = None
    references: tuple[CapReference, ...] = ()
    infos: tuple[CapInfo, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CapReading:
    """An alert, or None if too little of it could be read, and what was odd or wrong."""

    alert: CapAlert | None
    problems: tuple[Problem, ...] = ()
    xml: bytes | None = None  # the alert's own XML, where it stood inside of something else
    schema_valid: bool | None = None  # None: not compared, for want of CAP's own namespace

    @property
    def can_be_acted_on(self) -> bool:
        """There is an alert and nothing in it is wrong."""
        return self.alert is not None and all(p.severity != "error" for p in self.problems)
