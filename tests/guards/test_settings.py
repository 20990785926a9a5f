"""Is every setting documented, with the default that the code has, and used by somebody?"""

import ast
import re
from pathlib import Path

from config.settings import Settings, example_env_path

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"# (?P<name>[A-Z0-9_]+)=(?P<value>.*)")


def documented() -> dict[str, str]:
    """Return the documented settings with their defaults, as text."""
    found = (LINE.fullmatch(line) for line in example_env_path().read_text().splitlines())
    return {match["name"]: match["value"] for match in found if match}


def names() -> dict[str, str]:
    """Return the name in the environment of each field."""
    return {
        field: str(info.validation_alias or f"PORCHLIGHT_{field.upper()}")
        for field, info in Settings.model_fields.items()
    }


def settings_of(env_file: Path | None) -> Settings:
    return Settings(_env_file=env_file)


def test_the_example_lists_every_setting_once_and_nothing_else() -> None:
    listed = [
        m["name"] for m in map(LINE.fullmatch, example_env_path().read_text().splitlines()) if m
    ]
    assert sorted(listed) == sorted(names().values())


def test_the_documented_default_is_the_codes(tmp_path: Path) -> None:
    for name, value in documented().items():
        env = tmp_path / f"{name}.env"
        env.write_text(f"{name}={value}\n")
        assert settings_of(env) == settings_of(None), name


def test_the_whole_example_may_be_copied_and_uncommented(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("".join(f"{name}={value}\n" for name, value in documented().items()))
    assert settings_of(env) == settings_of(None)


def test_every_setting_has_its_reason_above_it() -> None:
    lines = example_env_path().read_text().splitlines()
    for number, line in enumerate(lines):
        if LINE.fullmatch(line):
            above = next(said for said in reversed(lines[:number]) if not LINE.fullmatch(said))
            assert re.match(r"# (?!---).{15,}", above), line


def test_every_setting_is_read_by_somebody() -> None:
    sources = (path.read_text() for path in (ROOT / "service").rglob("*.py"))
    read = {
        node.attr
        for text in sources
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
    }
    fields = set(Settings.model_fields)
    assert {field for field in fields if not {field, f"resolved_{field}"} & read} == set()
