"""Are these bytes JSON that means one thing? No duplicate keys, no NaN, no bottomless nesting."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alerts.intake.ncmec.pointer import step
from alerts.problem import Problem, error, warning

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    `not_utf8`, `malformed_json` (where: "line 3, column 7"), `too_deep`, `duplicate_key`,
    `not_finite` (where: JSON pointer). Never raises, whatever the bytes.
    """
    text = _decode(raw)
    if isinstance(text, Problem):
        return JsonReading(value=None, problems=(text,))
    notes = (_mark_note(),) if raw.startswith(_BYTE_ORDER_MARK) else ()
    value = _parse(text)
    if isinstance(value, Problem):
        return JsonReading(value=None, problems=(*notes, value))
    errors = tuple(_contradictions(value))
    return JsonReading(value=None if errors else value, problems=(*notes, *errors))


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
    """Find what means two things or nothing, without recursion."""
    todo: list[tuple[str, object]] = [("", value)]
    while todo:
        where, item = todo.pop()
        if isinstance(item, _Repeated):
            yield error("duplicate_key", step(where, item.name), "The field stands here twice.")
        elif isinstance(item, float) and not math.isfinite(item):
            yield error("not_finite", where, "NaN and Infinity aren't JSON; expected a number.")
        todo.extend(_members(where, item))


def _members(where: str, item: object) -> list[tuple[str, object]]:
    if isinstance(item, dict):
        return [(step(where, name), member) for name, member in reversed(item.items())]
    if isinstance(item, list):
        return [(f"{where}/{i}", member) for i, member in reversed(list(enumerate(item)))]
    return []
