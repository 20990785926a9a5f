"""Sets an instance up: tables, places, the first staff member; doing it again changes nothing."""

from dataclasses import dataclass

from alerts.store.engine import Store
from alerts.store.places import count_places
from alerts.store.staff import all_staff
from config.settings import Settings
from service import database
from service.counties import fill_all_counties
from service.vapid import vapid_secret
from service.wiring import Runtime


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What is there now."""

    places: int
    staff: str | None  # who was added; None if somebody was there
    loaded: bool  # the places were loaded just now


def make_tables(settings: Settings) -> None:
    """Make the data folder and bring the tables to the newest revision."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database.migrate(settings.resolved_database_url)


def fill(runtime: Runtime, staff: str | None = None) -> SetUp:
    """Load the places if there are none, and add the first staff member as admin.

    Neighborhoods that have no county yet, from before they had one, get theirs. The key by which
    push services know us is cut, if there is none.

    Parameters
    ----------
    staff: a name; None takes whoever sits at this machine, and only where nobody is there yet.
    """
    loaded = not database.has_places(runtime.store)
    if loaded:
        database.load_places(runtime.store)
    fill_all_counties(runtime.store, runtime.counties)
    vapid_secret(runtime.keyring)
    with runtime.store.begin() as session:
        name = staff or database.first_staff_name()
        nobody = not all_staff(session)
        added = (nobody or staff is not None) and database.add_staff(session, name, "admin")
    return SetUp(places=_count(runtime.store), staff=name if added else None, loaded=loaded)


def _count(store: Store) -> int:
    with store.read() as session:
        return count_places(session)
