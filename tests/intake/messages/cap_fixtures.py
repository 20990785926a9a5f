"""A CAP feed on an empty database, once on SQLite and once on PostgreSQL.

A pytest plugin; a module that uses it says
`pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")`.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from service.wiring import Runtime, wire
from tests.intake.messages.cap_feed import CapFeed, add_feed


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Runtime]:
    """Wire a process on a database; no places are needed where areas are drawn."""
    made = wire(Settings(data_dir=folder, database_url=database_url, _env_file=None))
    yield made
    made.close()


@pytest.fixture
def instance(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """The parts of a process on an empty database, on both sizes."""
    with running(database_url, tmp_path / "var") as runtime:
        yield runtime


@pytest.fixture
def police(instance: Runtime) -> CapFeed:
    """A CAP feed that is trusted."""
    return add_feed(instance, "police")


@pytest.fixture
def small_police(migrated_sqlite: Path, tmp_path: Path) -> Iterator[CapFeed]:
    """The same on SQLite only, for what the database has no part in."""
    shutil.copy(migrated_sqlite, tmp_path / "porchlight.sqlite3")
    with running(f"sqlite:///{tmp_path / 'porchlight.sqlite3'}", tmp_path / "var") as runtime:
        yield add_feed(runtime, "police")
