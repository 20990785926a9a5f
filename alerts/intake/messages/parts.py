"""Which alerts does a document hold, and what is kept of each?

Each alert of a document with several is a submission of its own and carries its own XML only, so
that the takedown of one child leaves no trace in another's document (ADR 0018).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.intake.cap.containers import DocumentReading, read_document
from alerts.intake.cap.values import CapReading
from alerts.problem import Problem, error, warning

# Its entries are other people's stories: the alert alone is kept.
LISTS = frozenset({"atom", "rss"})
MAX_ALERTS = 500  # in a document: they are written down in one transaction
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CapPart:
    """One alert of a document."""

    raw: bytes  # what is kept of it
    own: bytes  # what its sender's signature is looked for in
    reading: CapReading
    problems: tuple[Problem, ...]  # of the document
    number: int  # which of the document's alerts, from 1


@dataclass(frozen=True, kw_only=True)
class CapDocument:
    """The alerts of a document, and what is to be said of it as a whole."""

    parts: tuple[CapPart, ...]
    problems: tuple[Problem, ...]


def cap_parts(raw: bytes) -> CapDocument:
    """Return a document's alerts, the one sent first first; never raises, never empty.

    A message may refer to one that stands behind it in a list whose newest comes first. A document
    without any alert is one part whose reading says so.
    """
    document = read_document(raw)
    if not document.alerts:
        return _nothing(raw, document.problems)
    if len(document.alerts) > MAX_ALERTS:
        message = f"More than {MAX_ALERTS} alerts: send fewer at once."
        return _nothing(raw, (*document.problems, error("too_many_alerts", "", message)))
    several = len(document.alerts) > 1
    parts = [
        _part(raw, document, reading, number, several=several)
        for number, reading in enumerate(document.alerts, 1)
    ]
    message = f"It holds {len(parts)} alerts; each was taken in by itself."
    problems = (*document.problems, warning("several_alerts", "", message))
    return CapDocument(parts=tuple(sorted(parts, key=_sent)), problems=problems)


def _nothing(raw: bytes, problems: tuple[Problem, ...]) -> CapDocument:
    none = CapReading(alert=None)
    part = CapPart(raw=raw, own=raw, reading=none, problems=problems, number=1)
    return CapDocument(parts=(part,), problems=problems)


def _part(
    raw: bytes, document: DocumentReading, reading: CapReading, number: int, *, several: bool
) -> CapPart:
    is_list = document.format in LISTS
    own = reading.xml if several or is_list else None
    kept = _exercise(own) if own and _is_in_exercise(document) else own
    return CapPart(
        raw=kept or raw,
        own=own or raw,
        reading=reading,
        problems=() if is_list else document.problems,
        number=number,
    )


def _is_in_exercise(document: DocumentReading) -> bool:
    return any(problem.code == "exercise_envelope" for problem in document.problems)


def _exercise(own: bytes) -> bytes:
    """Put an envelope around an alert that says no more than that it is an exercise."""
    return b"".join(
        (
            b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">',
            b"<distributionStatus>Exercise</distributionStatus>",
            own,
            b"</EDXLDistribution>",
        )
    )


def _sent(part: CapPart) -> datetime:
    return part.reading.alert.sent if part.reading.alert else _LAST
