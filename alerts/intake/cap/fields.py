"""What does one CAP field say? Required texts, enumerations, moments, name-value pairs.

Every function takes the block that holds the field and the list of problems found so far, appends
what it finds odd, and returns the best reading. Nothing here raises.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from alerts.intake.cap.times import read_time
from alerts.intake.cap.values import NameValue
from alerts.intake.cap.xml import Node
from alerts.problem import Problem, error, warning

NAMESPACES = {
    "http://www.incident.com/cap/1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "urn:oasis:names:tc:emergency:cap:1.2": "1.2",
}
Problems = list[Problem]
MAX_UNKNOWN = 20  # elements of a block that are named as unknown


def cap_version(namespace: str) -> str | None:
    """Return the CAP version of a namespace, case and trailing slashes ignored; None if none."""
    return NAMESPACES.get(namespace.strip().rstrip("/#").lower())


class Block:
    """One CAP element and its CAP children by name; children of other vocabularies are left out."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._children: dict[str, list[Node]] = {}
        for child in node.children():
            if not child.namespace or cap_version(child.namespace):
                self._children.setdefault(child.name, []).append(child)

    def all(self, name: str) -> Sequence[Node]:
        """Return the children of that name, in order."""
        return self._children.get(name, ())

    def one(self, name: str, problems: Problems) -> Node | None:
        """Return the first child of that name; warn if there are more."""
        found = self.all(name)
        if len(found) > 1:
            message = f"<{name}> may stand here once; the first was used."
            problems.append(warning("repeated_element", found[1].where, message))
        return found[0] if found else None

    def report_unknown(self, known: frozenset[str], problems: Problems) -> None:
        """Warn of children that this version of CAP doesn't have."""
        unknown = (nodes[0] for name, nodes in self._children.items() if name not in known)
        for node in islice(unknown, MAX_UNKNOWN):
            message = "CAP has no such element here; it was ignored."
            problems.append(warning("unknown_element", node.where, message))


def optional_text(block: Block, name: str, problems: Problems) -> str | None:
    """Return the text of a child, None if it is missing or empty."""
    node = block.one(name, problems)
    return (node.text if node else "") or None


def required_text(block: Block, name: str, problems: Problems) -> str | None:
    """Return the text of a child; a missing or empty one is the error `missing_field`."""
    node = block.one(name, problems)
    text = node.text if node else ""
    if not text:
        where = node.where if node else block.node.where_missing(name)
        message = f"<{name}> is required and {'is empty' if node else 'missing'}."
        problems.append(error("missing_field", where, message))
    return text or None


def required_choice(
    block: Block, name: str, choices: Sequence[str], problems: Problems
) -> str | None:
    """Return one of `choices`; an unknown value is the error `unknown_value`."""
    text = required_text(block, name, problems)
    if text is None:
        return None
    choice = _choose(block.all(name)[0], text, choices, problems)
    if choice is None:
        message = f"<{name}> must be one of {', '.join(choices)}."
        problems.append(error("unknown_value", block.all(name)[0].where, message))
    return choice


def lenient_choice(block: Block, name: str, choices: Sequence[str], problems: Problems) -> str:
    """Return one of `choices`; missing is an error, empty or unknown is a warning and "Unknown".

    The National Weather Service sends empty <urgency/>, and nothing in the flow depends on it.
    """
    node = block.one(name, problems)
    if node is None:
        required_text(block, name, problems)
        return "Unknown"
    choice = _choose(node, node.text, choices, problems)
    if choice is None:
        message = f"<{name}> must be one of {', '.join(choices)}; it was read as Unknown."
        problems.append(warning("unknown_value", node.where, message))
    return choice or "Unknown"


def _choose(node: Node, text: str, choices: Sequence[str], problems: Problems) -> str | None:
    if text in choices:
        return text
    for choice in choices:
        if choice.lower() == text.lower():
            message = f"<{node.name}> was read as {choice}; CAP wants these capitals."
            problems.append(warning("odd_capitals", node.where, message))
            return choice
    return None


def moment(block: Block, name: str, problems: Problems, *, required: bool) -> datetime | None:
    """Return a dateTime as aware UTC; one that can't be read is `bad_time`."""
    text = (required_text if required else optional_text)(block, name, problems)
    if text is None:
        return None
    reading, where = read_time(text), block.all(name)[0].where
    if reading.value is None:
        say = error if required else warning
        message = f"<{name}> can't be read; write it as 2003-06-11T22:39:00-07:00."
        problems.append(say("bad_time", where, message))
    elif reading.repair:
        message = f"<{name}> was repaired: {reading.repair}."
        problems.append(warning("odd_time", where, message))
    return reading.value


def name_values(block: Block, name: str, problems: Problems) -> tuple[NameValue, ...]:
    """Return the (name, value) pairs of <eventCode>, <parameter> or <geocode>.

    CAP 1.1 and 1.2 have <valueName> and <value>, CAP 1.0 the text "NAME=VALUE". Pairs without a
    value are left out with a warning. Source: CAP 1.0, 3.2.2; CAP 1.2, 3.2.2.
    """
    pairs: list[NameValue] = []
    for node in block.all(name):
        found = [(n, v) for n, v in _pairs(node) if v]
        pairs += found
        if not found:
            message = f"<{name}> has no value and was ignored."
            problems.append(warning("empty_value", node.where, message))
    return tuple(pairs)


def _pairs(node: Node) -> Iterator[NameValue]:
    """Read one element; several pairs in one <geocode> are met in NWS feeds."""
    children = [c for c in node.children() if c.name in ("valueName", "value")]
    if not children:
        before, equals, after = node.text.partition("=")
        yield (before.strip(), after.strip()) if equals else ("", before.strip())
        return
    name = ""
    for child in children:
        if child.name == "valueName":
            name = child.text
        else:
            yield name, child.text
