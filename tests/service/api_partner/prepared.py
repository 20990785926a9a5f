"""A prepared database file, complete without a write-ahead log beside it."""

from pathlib import Path

from alerts.store.engine import Store
from service import database


def prepare(path: Path) -> Path:
    """Make tables and places; closing the last connection empties the log into the file."""
    url = f"sqlite:///{path}"
    database.migrate(url)
    store = Store(url)
    database.load_places(store)
    store.close()
    return path
