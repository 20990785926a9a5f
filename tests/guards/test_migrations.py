"""Do the migrations make exactly the tables that the code expects, on both databases?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

import alerts.store
from alerts.store import tables
from alerts.store.engine import make_engine
from alerts.store.feed_keys import FeedKey
from alerts.store.feeds import Feed
from service.database import is_current, migrate, migration_config

SPATIAL = {"ix_neighborhood_shape", "ix_area_of_interest_shape"}
APART = {"keyring"}  # its table is in a database of its own


@pytest.fixture
def engine(changeable_url: str) -> Iterator[Engine]:
    made = make_engine(changeable_url)
    yield made
    made.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": alembic_helpers.include_object,
            },
        )
        found = compare_metadata(context, tables.metadata)
    return [one for one in found if not is_spatial_index(one)]


def is_spatial_index(difference: tuple[object, ...]) -> bool:
    """Say whether it is an index that only PostgreSQL has: the migrations make it, no model."""
    what, *rest = difference
    return what == "remove_index" and getattr(rest[0], "name", "") in SPATIAL


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(migration_config("sqlite://"))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_the_tables_are_what_the_code_says(engine: Engine, changeable_url: str) -> None:
    assert differences(engine) == []
    assert is_current(engine, changeable_url)
    migrate(changeable_url)
    assert differences(engine) == []


def test_ground_that_is_searched_has_a_spatial_index(engine: Engine) -> None:
    indexed = {
        index["name"]
        for table in ("neighborhood", "area_of_interest")
        for index in inspect(engine).get_indexes(table)
        if index["column_names"] == ["shape"]
    }
    assert indexed == (SPATIAL if engine.dialect.name == "postgresql" else set())


def test_sqlite_numbers_every_change_that_the_columns_follow(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        return  # there, the tables themselves are asked
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        names = set(found.scalars())
    tables, events = ("subscriber", "device"), ("insert", "update", "delete")
    assert names == {f"follow_{table}_{event}" for table in tables for event in events}


def test_they_go_all_the_way_back_and_forth(engine: Engine, changeable_url: str) -> None:
    command.downgrade(migration_config(changeable_url), "base")
    left = set(inspect(engine).get_table_names()) - {"spatial_ref_sys", "sqlite_sequence"}
    assert left == {"alembic_version"}
    migrate(changeable_url)
    assert differences(engine) == []


def test_every_module_with_a_table_is_known_to_the_migrations() -> None:
    folder = Path(str(alerts.store.__file__)).parent
    with_tables = {p.stem for p in folder.glob("*.py") if "__tablename__" in p.read_text()}
    assert with_tables - APART <= set(tables.__all__)
    assert set(tables.__all__) - {"metadata"} <= with_tables


def test_feeds_of_an_earlier_release_come_along(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'earlier.sqlite3'}"
    command.upgrade(migration_config(url), "0001")
    earlier = make_engine(url)
    with earlier.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO feed (slug, kind, trust, paused, created_at, failures)"
            " VALUES ('police', 'poster', 'review', 0, '2026-01-01 00:00:00', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO feed_key (feed_id, prefix, secret_hash, created_at)"
            " VALUES (1, 'plk_0123', x'00', '2026-01-01 00:00:00')"
        )
    migrate(url)
    with Session(earlier) as session:
        feed = session.scalars(select(Feed)).one()
        assert (feed.slug, feed.limits, feed.must_be_signed) == ("police", {}, False)
        assert session.scalars(select(FeedKey.scopes)).one() == []
    earlier.dispose()
