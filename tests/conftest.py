"""What tests share: a prepared database with places, a runtime on it, a clock that stands still.

Real parts only: SQLite files made by the migrations, PostgreSQL + PostGIS and RabbitMQ started by
the tests themselves (tests/servers.py).
"""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from alerts.store.engine import Store
from config.settings import Settings
from service import database
from service.wiring import Runtime, wire
from tests.logs import log_as_the_product
from tests.servers import in_memory

# No stop-watch in a test: machines are busy. The same examples each time, so that red stays red.
hypothesis_settings.register_profile(
    "porchlight", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("porchlight")


def pytest_configure() -> None:
    """Write to memory where there is room: SQLite waits for the disk at every commit."""
    log_as_the_product()
    folder = in_memory()
    if folder is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # noqa: TID251 - pytest's own


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the tests themselves: there are thousands."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own settings and .env out of the tests."""
    for name in list(os.environ):  # noqa: TID251 - to clean it, not to read it
        if name.startswith("PORCHLIGHT_") or name == "PORT":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and all places, to be copied by each test that needs it.

    It takes seconds: rooms that need one have this one, and make none of their own.
    """
    path = tmp_path_factory.mktemp("prepared") / "porchlight.sqlite3"
    url = f"sqlite:///{path}"
    database.migrate(url)
    store = Store(url)
    database.load_places(store)
    store.close()
    with closing(sqlite3.connect(path)) as connection:  # the file alone is to be copied
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def data_dir(tmp_path: Path, prepared_sqlite: Path) -> Path:
    """A data folder of its own, its database ready."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(prepared_sqlite, folder / "porchlight.sqlite3")
    return folder


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    """The default settings, on a folder of their own."""
    return Settings(data_dir=data_dir, _env_file=None)


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """The parts of a process on a database of its own."""
    made = wire(settings)
    yield made
    made.close()
