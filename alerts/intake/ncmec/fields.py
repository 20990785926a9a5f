"""How is one field of an untrusted JSON object read? Null, text, number as text, date, list.

`Fields` is a cursor over one object: each reader method takes the name of a field, returns a
clean value or None, and notes what is wrong with it in the shared `Findings`. What was never asked
for is unknown. No message repeats a value of the document.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from alerts.intake.ncmec.dates import MomentReading, read_moment
from alerts.intake.ncmec.pointer import step
from alerts.intake.ncmec.schema import MAX_ITEMS, MAX_PROBLEMS, MAX_TEXT_CHARS, MAX_UNKNOWN
from alerts.problem import Problem, error, warning

_EXACT_INTEGER = 2**53  # beyond it JSON numbers lose digits (RFC 8259, 6)

_UNKNOWN_LOOKED_AT = 5_000  # unknown fields of one document; a flood costs no more time than that
_INDEX = re.compile(r"/[0-9]+(?=/|$)")  # of a list, in a pointer

# Control characters but tab and line feed, and the two marks that turn text around.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")


class Findings:
    """The problems and the unknown fields of one document, in order."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unknown: dict[str, None] = {}  # pointers, indexes as "*", each once, in order
        self.refused = False
        self._unknown_seen = 0

    def error(self, code: str, where: str, message: str) -> None:
        """Note what keeps the document from being acted on."""
        self.refused = True
        self._add(error(code, where, message))

    def warning(self, code: str, where: str, message: str) -> None:
        """Note what was repaired or ignored."""
        self._add(warning(code, where, message))

    def unknown_field(self, pointer: str, name: str) -> bool:
        """Note a field that nobody asked for, of the object at `pointer`; False: look no further.

        One that several entries of a list have is told of once.
        """
        self._unknown_seen += 1
        # only lists are entered by number: a field that is named so is never read
        path = step(_INDEX.sub("/*", pointer), name)
        if path not in self.unknown and len(self.unknown) < MAX_UNKNOWN:
            self.unknown[path] = None
            where = step(pointer, name)
            self.warning("unknown_field", where, "This field isn't known and was ignored.")
        return self._unknown_seen < _UNKNOWN_LOOKED_AT

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MAX_PROBLEMS or (problem.severity == "error" and not self._has()):
            self.problems.append(problem)

    def _has(self) -> bool:
        return any(p.severity == "error" for p in self.problems)


class Fields:
    """One JSON object at `pointer`, read field by field."""

    def __init__(self, item: Mapping[str, object], pointer: str, findings: Findings) -> None:
        self._item = item
        self._asked: set[str] = set()
        self.pointer = pointer
        self.findings = findings

    def where(self, name: str) -> str:
        """Return the JSON pointer to field `name`."""
        return step(self.pointer, name)

    def raw(self, name: str) -> object:
        """Return the field as it stands, None if it is missing or null."""
        self._asked.add(name)
        return self._item.get(name)

    def ignore(self, *names: str) -> None:
        """Note that these fields are known, though not kept."""
        self._asked.update(names)

    def text(self, name: str, *, number: bool = False, limit: int = MAX_TEXT_CHARS) -> str | None:
        """Read a text; blank is None. With `number`, a JSON number stands for its digits."""
        value = self.raw(name)
        if value is None:
            return None
        return self._text(value, self.where(name), number=number, limit=limit)

    def flag(self, name: str) -> bool:
        """Read true or false; missing and null are false, "true" is a warning."""
        value = self.raw(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        if isinstance(value, str) and value.strip().lower() in ("true", "false", ""):
            self._note("text_for_flag", name, "Expected true or false, got a text; it was read.")
            return value.strip().lower() == "true"
        self._wrong(self.where(name), "true or false", value)
        return False

    def moment(self, name: str, *, required_to_be_read: bool = False) -> datetime | None:
        """Read a moment, UTC. `required_to_be_read`: an unreadable one is an error."""
        reading = self._moment(name, required_to_be_read=required_to_be_read)
        return reading.moment if reading else None

    def day(self, name: str) -> date | None:
        """Read a calendar day."""
        reading = self._moment(name, required_to_be_read=False)
        return reading.day if reading else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts; nulls and blanks in it are left out."""
        entries = self._list(name)
        read = (self._text(e, where, number=True, limit=MAX_TEXT_CHARS) for where, e in entries)
        return tuple(text for text in read if text)

    def objects(self, name: str) -> Iterator["Fields"]:
        """Read a list of objects; nulls in it are left out."""
        for where, entry in self._list(name):
            if isinstance(entry, Mapping):
                yield Fields(entry, where, self.findings)
            elif entry is not None:
                self._wrong(where, "an object", entry)

    def member(self, name: str) -> "Fields | None":
        """Read one object."""
        value = self.raw(name)
        if isinstance(value, Mapping):
            return Fields(value, self.where(name), self.findings)
        if value is not None:
            self._wrong(self.where(name), "an object", value)
        return None

    def rest(self) -> None:
        """Note every field that was never asked for as unknown."""
        for name in self._item:
            if name in self._asked:
                continue
            if not self.findings.unknown_field(self.pointer, str(name)):
                return

    def _list(self, name: str) -> list[tuple[str, object]]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self._wrong(self.where(name), "a list", value)
            return []
        if len(value) > MAX_ITEMS:
            message = f"The list is longer than {MAX_ITEMS}; split it."
            self.findings.error("too_many", self.where(name), message)
        return [(f"{self.where(name)}/{i}", entry) for i, entry in enumerate(value[:MAX_ITEMS])]

    def _text(self, value: object, where: str, *, number: bool, limit: int) -> str | None:
        if value is None:
            return None
        if number and (digits := _digits(value)) is not None:
            return digits
        if not isinstance(value, str):
            self._wrong(where, "text", value)
            return None
        if len(value) > limit:
            self.findings.error("too_long", where, f"The text is longer than {limit} characters.")
            return None
        return self._clean(value, where) or None

    def _clean(self, value: str, where: str) -> str:
        """Replace what isn't a character, and drop controls, which neither show nor store."""
        if value.isprintable():  # so it has no line feed, but none of the others either
            return value.strip()
        whole = value.encode("utf-8", "replace").decode("utf-8")
        clean = _NO_TEXT.sub("", whole).strip()
        if clean != value.replace("\r", "").strip():
            message = "Control characters or broken characters were taken out of the text."
            self.findings.warning("bad_characters", where, message)
        return clean

    def _moment(self, name: str, *, required_to_be_read: bool) -> MomentReading | None:
        text = self.text(name)
        if text is None:
            return None
        reading = read_moment(text)
        if reading.note == "placeholder":
            self._note("placeholder_date", name, "The date stands for none and was left out.")
        elif reading.note == "unusual":
            self._note("unusual_date", name, "The date isn't ISO 8601 but was understood.")
        elif reading.note == "unreadable":
            tell = self.findings.error if required_to_be_read else self.findings.warning
            message = "Expected a date such as 2026-03-05T14:30:00Z."
            tell("unreadable_date", self.where(name), message)
        return reading

    def _note(self, code: str, name: str, message: str) -> None:
        self.findings.warning(code, self.where(name), message)

    def _wrong(self, where: str, expected: str, value: object) -> None:
        self.findings.error("wrong_type", where, f"expected {expected}, got {kind_of(value)}")


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words, without saying what it holds."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        ((int, float), "a number"),
        (Mapping, "an object"),
        ((list, tuple), "a list"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "null")


def _digits(value: object) -> str | None:
    """Return a JSON number as text, None if it isn't one that survives that."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) < _EXACT_INTEGER:  # false for NaN, too
        return None
    return f"{value:.0f}" if math.floor(value) == value else str(value)
