"""Brings the database to where the code expects it: tables, places, the first staff member."""

import getpass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import alerts.area
import migrations
from alerts.area.built import read_places, write_places
from alerts.area.interstates import interstates
from alerts.area.load import us_and_world_places
from alerts.clock import utc_now
from alerts.roads import THROUGH_ITS_TOWNS
from alerts.store.engine import Store
from alerts.store.places import StoredPlaces, count_places, replace_places
from alerts.store.roads import put_roads
from alerts.store.staff import Staff


def migration_config(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the tables to the newest revision."""
    command.upgrade(migration_config(url), "head")


def is_current(engine: Engine, url: str) -> bool:
    """Say whether the tables are at the newest revision."""
    head = ScriptDirectory.from_config(migration_config(url)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def load_places(store: Store) -> int:
    """Load states, counties, ZIPs, cities and countries; return how many. And the interstates."""
    built = build_places()
    with store.begin() as session:
        count = replace_places(session, read_places(built))
    load_roads(store)
    return count


def load_roads(store: Store) -> int:
    """Load the coarse lines of the interstates, by their towns in the place table."""
    built = interstates(StoredPlaces(store))
    with store.begin() as session:
        put_roads(session, THROUGH_ITS_TOWNS, built.roads, keep=False)
    return len(built.roads)


def build_places() -> Path:
    """Gather the places into one file, unless that was done since the atlas was built."""
    built, outlines = atlas_dir() / "places.jsonl.gz", atlas_dir() / "counties.geojson"
    if not outlines.exists():
        raise FileNotFoundError("the outlines of counties and states aren't built: make setup")
    if not built.exists() or built.stat().st_mtime < outlines.stat().st_mtime:
        write_places(built, us_and_world_places(atlas_dir()))
    return built


def atlas_dir() -> Path:
    """Return the folder of outlines that `make setup` builds from us-atlas and world-atlas."""
    return Path(alerts.area.__file__).parent / "atlas"


def has_places(store: Store) -> bool:
    """Say whether the place table is filled."""
    with store.read() as session:
        return count_places(session) > 0


def add_staff(session: Session, name: str, role: str) -> bool:
    """Add a person to the desk; False if they were there."""
    if session.scalar(select(Staff).where(Staff.name == name)):
        return False
    session.add(Staff(name=name, role=role, joined_at=utc_now()))
    return True


def first_staff_name() -> str:
    """Return the name of whoever sits at this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"
