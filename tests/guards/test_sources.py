"""Do the sources keep the rules of the house that no linter knows?"""

import ast
from collections.abc import Iterator
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


@cache
def sources() -> dict[str, ast.Module]:
    """Return every source of the product, read."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


def calls() -> Iterator[tuple[str, ast.Call, str, str]]:
    """Yield each call of a method: where, the call, what is before the dot and behind it."""
    for where, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield where, node, ast.unparse(node.func.value), node.func.attr


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for where, call, before, name in calls():
        if before in ("log", "logger", "self._log") and name in LOGS:
            yield where, call


def test_there_is_something_to_look_at() -> None:
    assert len(sources()) > 100
    assert len(list(log_calls())) > 10


def test_only_the_clock_reads_the_clock() -> None:
    read = {
        where
        for where, _, before, name in calls()
        if (before.split(".")[-1] in ("datetime", "date") and name in CLOCKS)
        or (before == "time" and name in ("time", "time_ns", "localtime", "gmtime"))
    }
    assert read == {"alerts/clock.py"}


def test_only_the_settings_read_the_environment() -> None:
    read = {
        where
        for where, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) == "os"
        and node.attr in ENVIRONMENTS
    }
    assert read <= {"config/settings.py"}


def test_no_log_carries_a_name_an_address_or_a_position() -> None:
    said = {
        f"{where}:{call.lineno} {keyword.arg}"
        for where, call in log_calls()
        for keyword in call.keywords
        if keyword.arg in NEVER_LOGGED
    }
    assert said == set()


def test_a_log_line_is_an_event_with_fields_never_a_sentence_with_values_in_it() -> None:
    sentences = [
        f"{where}:{call.lineno}"
        for where, call in log_calls()
        if not isinstance(call.args[0], ast.Constant)
        or not str(call.args[0].value).replace("_", "").isalnum()
    ]
    assert sentences == []
