"""What holds for every command: help, --json, one sentence for an error, exit codes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from service.cli.commands import PORCHLIGHT, Group
from tests.service.cli.conftest import ROOT, Run, environment

HEAVY = ("shapely", "numpy", "flask", "sqlalchemy", "pydantic", "firebase_admin")


def commands(group: Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, entry in group.entries.items():
        if isinstance(entry, Group):
            yield from commands(entry, (*path, name))
        else:
            yield (*path, name), entry.says


ALL = tuple(commands(PORCHLIGHT))


def command_at(path: tuple[str, ...]) -> click.Command:
    found: click.Command = PORCHLIGHT
    for name in path:
        assert isinstance(found, Group)
        inner = found.get_command(click.Context(found), name)
        assert inner is not None
        found = inner
    return found


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_takes_json_and_says_what_it_does(path: tuple[str, ...]) -> None:
    command = command_at(path)
    assert "--json" in [option for param in command.params for option in param.opts]
    assert command.name == path[-1]
    assert command.help


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from service.cli import run; run(['--help']); run(['feed', '--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    for (name, *_), _ in ALL:
        assert f"  {name} " in done.stdout


def test_a_hidden_command_is_not_in_the_help() -> None:
    group = PORCHLIGHT.entries["places"]
    assert isinstance(group, Group)
    assert "build" not in group.get_help(click.Context(group))


def test_without_an_instance_a_sentence_says_what_to_do(quick: Run, tmp_path: Path) -> None:
    ran = quick("feed", "list", folder=tmp_path / "none")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert "run porchlight init" in ran.err
    assert not (tmp_path / "none").exists()


def test_a_wrong_call_exits_with_2(quick: Run) -> None:
    assert quick("feed", "fly").code == 2
    assert quick("alert", "show", "not-an-id").code == 2
    assert "Missing argument" in quick("feed", "add").err


def test_a_setting_that_makes_no_sense_is_named(quick: Run) -> None:
    ran = quick("feed", "list", PORCHLIGHT_WORKER_THREADS="many")
    assert ran.code == 1
    assert "PORCHLIGHT_WORKER_THREADS" in ran.err
    assert "Traceback" not in ran.err


def test_a_database_that_is_down_is_a_sentence(porchlight: Run) -> None:
    url = "postgresql://somebody:secret@127.0.0.1:1/nothing"
    ran = porchlight("feed", "list", PORCHLIGHT_DATABASE_URL=url)
    assert ran.code == 1
    assert "PORCHLIGHT_DATABASE_URL" in ran.err
    assert "secret" not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["web", "worker", "scheduler"])
def test_the_scaled_processes_ask_for_a_broker(quick: Run, command: str) -> None:
    ran = quick(command)
    assert ran.code == 1
    assert "PORCHLIGHT_BROKER_URL" in ran.err


def test_a_reader_that_goes_away_causes_no_traceback(data_dir: Path) -> None:
    script = f"{sys.executable} -m service.cli feed check /nope /nope | head -c 1"
    done = subprocess.run(  # noqa: S602
        script, shell=True, env=environment(data_dir), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
