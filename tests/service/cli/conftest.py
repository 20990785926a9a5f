"""Runs of the command line: as a process of its own, or faster in this one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.cli import run
from tests.logs import logs_kept

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What it answered to a program."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


Run = Callable[..., Ran]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a process that works on the instance in `folder`."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}  # noqa: TID251
    return kept | {"PORCHLIGHT_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)} | more


@pytest.fixture
def porchlight(data_dir: Path, tmp_path: Path) -> Run:
    """Run a command as its own process, on an instance that is set up."""

    def porchlight(*args: str, folder: Path | None = None, **more: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *args],
            env=environment(folder or data_dir, **more),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    return porchlight


@pytest.fixture
def quick(
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run a command in this process, on an instance that is set up: what most tests need.

    A process of its own takes two seconds to begin.
    """
    monkeypatch.chdir(tmp_path)

    def quick(*args: str, folder: Path | None = None, **more: str) -> Ran:
        with monkeypatch.context() as patch:
            for name, said in (("PORCHLIGHT_DATA_DIR", str(folder or data_dir)), *more.items()):
                patch.setenv(name, said)
            capsys.readouterr()
            code = run(args)
        printed = capsys.readouterr()
        return Ran(code=code, out=printed.out, err=printed.err)

    with logs_kept():
        yield quick
