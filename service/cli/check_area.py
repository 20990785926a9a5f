"""Which places does `feed check` look areas up in? Those of the instance, else the built-in ones.

So that a fresh clone can check documents: nothing is made or changed here, and the places are
read only when a document without a shape asks for them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from alerts.area.derive import derive_area
from alerts.area.listed import ListedPlaces
from alerts.intake.check import AreaResolution, ResolveArea
from alerts.places import PlaceBook
from alerts.poster import Poster
from alerts.store.engine import Store
from alerts.store.places import StoredPlaces
from config.settings import Settings
from service import database
from service.cli.instance import missing_file
from service.wiring import area_policy


@contextmanager
def area_resolver(settings: Settings) -> Iterator[ResolveArea]:
    """Give the function that names the ground of a poster."""
    places, close = _places(settings)
    policy = area_policy(settings)

    def resolve(poster: Poster) -> AreaResolution:
        derived = derive_area(poster, places, policy)
        return AreaResolution(area=derived.area, problems=derived.problems)

    try:
        yield resolve
    finally:
        close()


def _places(settings: Settings) -> tuple[PlaceBook, Callable[[], None]]:
    url = settings.resolved_database_url
    if missing_file(url) is None:
        store = Store(url)
        try:
            if database.has_places(store):
                return StoredPlaces(store), store.close
        except SQLAlchemyError:  # no tables, or no such server: the built-in places will do
            pass
        store.close()
    return ListedPlaces(database.build_places), lambda: None
