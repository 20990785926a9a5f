"""Real databases for tests, made by the migrations, on both sizes; each test finds its own empty.

A pytest plugin: tests/store/conftest.py and its like load it, a test module elsewhere says
`pytest_plugins = ("tests.store.databases",)`. PostgreSQL is one server per worker, and in it one
database that is emptied before each test (5 ms, where a copy of a template takes 0.2 s). A test
that changes tables asks for a copy.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from alerts.store.engine import Store
from alerts.store.keyring import Keyring
from alerts.store.tables import metadata
from alerts.store.vault import Vault
from service import database
from tests.servers import postgresql

TEMPLATE = "migrated"

# Whoever is still connected is from a test that is over.
EMPTY = "".join(
    (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid();",
        *(f'DELETE FROM "{table.name}";' for table in reversed(metadata.sorted_tables)),  # noqa: S608
        "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences;",
    )
)

NewDatabase = Callable[[str], AbstractContextManager[str]]  # template → URL of a fresh copy


@contextmanager
def _statements(admin: str) -> Iterator[Callable[[str], object]]:
    """Run statements that can't be in a transaction."""
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


def _url(admin: str, name: str) -> str:
    return make_url(admin).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "porchlight.sqlite3"
    database.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def new_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """Makes databases in a server of our own, as copies of a template."""
    numbers = count(1)
    with (
        postgresql(tmp_path_factory.mktemp("postgresql")) as admin,
        _statements(admin) as execute,
    ):
        execute(f"CREATE DATABASE {TEMPLATE}")
        database.migrate(_url(admin, TEMPLATE))

        @contextmanager
        def copy_of(template: str) -> Iterator[str]:
            name = f"test_{next(numbers)}"
            execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            yield _url(admin, name)
            execute(f"DROP DATABASE {name} WITH (FORCE)")

        yield copy_of


@pytest.fixture(scope="session")
def shared_postgresql(new_postgresql: NewDatabase) -> Iterator[tuple[str, Callable[[str], object]]]:
    """The URL of the database that tests share, one after the other, and what empties it."""
    with new_postgresql(TEMPLATE) as url, _statements(url) as execute:
        yield url, execute


SIZES = ("sqlite", "postgresql")


@pytest.fixture(params=SIZES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database that is empty."""
    if request.param == "postgresql":
        shared: str = request.getfixturevalue("postgresql_url")
        return shared
    path = tmp_path / "porchlight.sqlite3"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(shared_postgresql: tuple[str, Callable[[str], object]]) -> str:
    """The URL of a migrated database that is empty, for what only the scaled size does."""
    url, execute = shared_postgresql
    execute(EMPTY)
    return url


@pytest.fixture(params=SIZES)
def changeable_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database whose tables a test may change."""
    if request.param == "postgresql":
        new: NewDatabase = request.getfixturevalue("new_postgresql")
        with new(TEMPLATE) as url:
            yield url
        return
    path = tmp_path / "porchlight.sqlite3"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
    yield f"sqlite:///{path}"


@pytest.fixture(params=SIZES)
def keyring_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, as a keyring finds it."""
    if request.param == "postgresql":
        new: NewDatabase = request.getfixturevalue("new_postgresql")
        with new("template0") as url:
            yield url
        return
    yield f"sqlite:///{tmp_path / 'apart.sqlite3'}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    made = Store(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    """A keyring in a file of its own; each case has its own key, so tests may share it."""
    made = Keyring(f"sqlite:///{tmp_path_factory.mktemp('keyring') / 'keyring.sqlite3'}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def vault(keyring: Keyring) -> Vault:
    """A vault over that keyring."""
    return Vault(keyring)
