"""Are these bytes JSON that means one thing? No duplicate keys, no NaN, no bottomless nesting."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Any

from alerts.intake.ncmec.pointer import step
from alerts.problem import Problem, error, warning

MAX_BYTES = 50_000_000  # four times NCMEC's whole listing
_MAX_MARKS = 1_000_000  # commas, braces and brackets: a parsed one takes some 60 bytes
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_FINDINGS = 100  # more than anybody mends one by one; 5 MB of NaN would be a million
_PLAIN = frozenset({str, int, bool, type(None)})  # can't contradict itself

_Members = Iterator[tuple[str | int, object]]


@dataclass(frozen=True, kw_only=True)
class JsonReading:
    """The value, or None and at least one error; JSON's own null is `value=None` without one."""

    value: object
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Nothing keeps the value from being read."""
        return not any(p.severity == "error" for p in self.problems)


class _Repeated(dict[str, Any]):
    """An object in which `name` stood more than once."""

    def __init__(self, pairs: list[tuple[str, Any]], name: str) -> None:
        super().__init__(pairs)
        self.name = name


def read_json(raw: bytes) -> JsonReading:
    """Parse `raw` as one JSON text (RFC 8259), strictly.

    Returns: a value without duplicate keys and non-finite numbers, or errors with the codes
    `too_large` (told before anything is parsed), `not_utf8`, `malformed_json` (where: "line 3,
    column 7"), `too_deep`, `duplicate_key`, `not_finite` (where: JSON pointer; the first hundred
    of them). Never raises, whatever the bytes.
    """
    text = too_large(raw) or _decode(raw)
    if isinstance(text, Problem):
        return JsonReading(value=None, problems=(text,))
    notes = (_mark_note(),) if raw.startswith(_BYTE_ORDER_MARK) else ()
    value = _parse(text)
    if isinstance(value, Problem):
        return JsonReading(value=None, problems=(*notes, value))
    errors = tuple(islice(_contradictions(value), _MOST_FINDINGS))
    return JsonReading(value=None if errors else value, problems=(*notes, *errors))


def too_large(raw: bytes) -> Problem | None:
    """Return `too_large` for what is not even parsed; some milliseconds, nothing is copied."""
    if len(raw) <= MAX_BYTES and sum(map(raw.count, (b",", b"{", b"["))) <= _MAX_MARKS:
        return None
    message = f"More than {MAX_BYTES:,} bytes or {_MAX_MARKS:,} values: send it in parts."
    return error("too_large", "", message)


def _decode(raw: bytes) -> str | Problem:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        return error("not_utf8", f"line {line}", "The document isn't UTF-8; send it as UTF-8.")


def _mark_note() -> Problem:
    return warning("byte_order_mark", "", "The document begins with a byte order mark; leave it.")


def _parse(text: str) -> object:
    """Return the value, or the Problem that keeps it from being read."""
    try:
        value: object = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as e:
        where = f"line {e.lineno}, column {e.colno}"
        return error("malformed_json", where, f"The document isn't JSON: {e.msg} at {where}.")
    except RecursionError:
        return error("too_deep", "", "The document is nested too deeply to be a poster.")
    except ValueError:  # a number of more digits than Python converts
        return error("malformed_json", "", "The document holds a number of too many digits.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    (repeated, _), *_ = Counter(name for name, _ in pairs).most_common(1)
    return _Repeated(pairs, repeated)


def _contradictions(value: object) -> Iterator[Problem]:
    """Find what means two things or nothing; keeps no more than the way down to where it is."""
    way: list[str | int] = []
    within: list[_Members] = [iter((("", value),))]
    while within:
        for name, item in within[-1]:
            if type(item) is float:
                if not math.isfinite(item):
                    yield _not_finite([*way, name])
            elif type(item) not in _PLAIN and item:
                if isinstance(item, _Repeated):
                    yield _duplicate([*way, name], item.name)
                within.append(_members(item))
                way.append(name)
                break
        else:
            within.pop()
            del way[-1:]


def _not_finite(way: Sequence[str | int]) -> Problem:
    said = "NaN and Infinity aren't JSON; expected a number."
    return error("not_finite", _pointer(way), said)


def _duplicate(way: Sequence[str | int], name: str) -> Problem:
    return error("duplicate_key", step(_pointer(way), name), "The field stands here twice.")


def _pointer(way: Sequence[str | int]) -> str:
    """Return the JSON pointer of a way down; its first step is to the document itself."""
    return reduce(step, map(str, way[1:]), "")


def _members(item: Any) -> _Members:
    return iter(item.items()) if isinstance(item, dict) else enumerate(item)
