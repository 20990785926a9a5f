"""Do the sources keep the rules of the house that no linter knows?"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("alerts", "config", "geo", "migrations", "service")
CLOCKS = {"now", "utcnow", "today"}
ENVIRONMENTS = {"environ", "getenv", "environb", "putenv"}
LOGS = {"debug", "info", "warning", "error", "exception", "critical"}
# Words under which a name, an address or a position would travel (DOMAIN rule 19).
WORDS = """
address addresses body boxes child children document first_name key last_name lat lon message name
neighborhood payload plain poster raw secret shape subject target targets text title token url
"""
NEVER_LOGGED = frozenset(WORDS.split())


@dataclass(frozen=True, kw_only=True)
class Dotted:
    """One `before.name` of a source, and the call of it, if it is called."""

    where: str  # "service/jobs.py:12"
    before: str  # "self._log"
    name: str  # "info"
    call: ast.Call | None


@cache
def dotted() -> tuple[Dotted, ...]:
    """Return whatever has a dot in the sources of the product."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return tuple(found for path in paths for found in _dotted_in(path))


def _dotted_in(path: Path) -> Iterator[Dotted]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    call_of = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            yield Dotted(
                where=f"{path.relative_to(ROOT)}:{node.lineno}",
                before=_name(node.value),
                name=node.attr,
                call=call_of.get(id(node)),
            )


def _name(node: ast.expr) -> str:
    """Return "a.b" of a name with dots, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{_name(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def files(found: Iterable[Dotted]) -> set[str]:
    return {one.where.split(":")[0] for one in found}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for found in dotted():
        if found.call and found.before in ("log", "logger", "self._log") and found.name in LOGS:
            yield found.where, found.call


def test_there_is_something_to_look_at() -> None:
    assert len(files(dotted())) > 100
    assert len(list(log_calls())) > 10


def test_only_the_clock_reads_the_clock() -> None:
    read = (
        one
        for one in dotted()
        if (one.before.split(".")[-1] in ("datetime", "date") and one.name in CLOCKS)
        or (one.before == "time" and one.name in ("time", "time_ns", "localtime", "gmtime"))
    )
    assert files(read) == {"alerts/clock.py"}


def test_only_the_settings_read_the_environment() -> None:
    read = (one for one in dotted() if one.before == "os" and one.name in ENVIRONMENTS)
    assert files(read) <= {"config/settings.py"}


def test_no_log_carries_a_name_an_address_or_a_position() -> None:
    said = {
        f"{where} {keyword.arg}"
        for where, call in log_calls()
        for keyword in call.keywords
        if keyword.arg in NEVER_LOGGED
    }
    assert said == set()


def test_a_log_line_is_an_event_with_fields_never_a_sentence_with_values_in_it() -> None:
    sentences = [
        where
        for where, call in log_calls()
        if not isinstance(call.args[0], ast.Constant)
        or not str(call.args[0].value).replace("_", "").isalnum()
    ]
    assert sentences == []
