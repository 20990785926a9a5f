"""The instance that a command works on: its settings, and its parts once it is set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from alerts.store.engine import Store
from config.settings import Settings
from service import database
from service.logs import set_up_logs
from service.wiring import Runtime, wire


@contextmanager
def opened() -> Iterator[Runtime]:
    """Open the instance for one command; refuse in a sentence if it isn't set up yet.

    Nothing is sent from here, so the channel that takes long to start is left out.
    """
    settings = Settings().model_copy(update={"fcm_credential": None})
    set_up_logs(quiet(settings), settings.log_format)
    check_set_up(settings)
    runtime = wire(settings)
    try:
        yield runtime
    finally:
        runtime.close()


def quiet(settings: Settings) -> str:
    """Return the log level of a command that answers and ends: warnings, unless asked for more."""
    return "DEBUG" if settings.log_level == "DEBUG" else "WARNING"


def check_set_up(settings: Settings) -> None:
    """Refuse unless the tables are there, at the newest revision."""
    url = settings.resolved_database_url
    missing = missing_file(url)
    if missing is not None:
        raise click.ClickException(f"There is no database yet at {missing}: run porchlight init.")
    store = Store(url)
    try:
        current = database.is_current(store.engine, url)
    finally:
        store.close()
    if not current:
        raise click.ClickException("The tables aren't at the newest revision: run porchlight init.")


def missing_file(url: str) -> Path | None:
    """Return the database's file if it should be one and isn't there."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    path = Path(parsed.database)
    return None if path.exists() else path
