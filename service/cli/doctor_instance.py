"""Is the instance well: database, keyring, queue, places, feeds, the book of deeds?"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

from dramatiq.brokers.rabbitmq import RabbitmqBroker
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.clock import utc_now
from alerts.store.engine import Store
from alerts.store.feeds import Feed, pulled_feeds
from alerts.store.keyring import Keyring
from alerts.store.places import count_places
from alerts.store.staff import first_broken_link
from config.settings import Settings
from service import database
from service.cli.doctor_batches import batches
from service.cli.doctor_geocoder import geocoder
from service.cli.doctor_photos import hash_list
from service.cli.finding import Finding, ill, well
from service.cli.instance import missing_file

RUN_INIT = "Run porchlight init."
CLOCKS_APART_S = 5.0  # beyond it, leases and expiry of two machines disagree


def look_at_instance(settings: Settings) -> Iterator[Finding]:
    """Yield what is found; whatever is broken, the rest is looked at too."""
    yield _guarded("keyring", lambda: _keyring(settings))
    yield _guarded("queue", lambda: _queue(settings))
    yield _guarded("hash list", lambda: hash_list(settings))
    yield _guarded("geocoder", lambda: geocoder(settings))
    missing = missing_file(settings.resolved_database_url)
    if missing is not None:
        yield ill("database", f"There is no file {missing}.", RUN_INIT)
        return
    store = Store(settings.resolved_database_url)
    try:
        reachable = _guarded("database", lambda: _database(store))
        yield reachable
        if reachable.ok:
            yield from _contents(settings, store)
    finally:
        store.close()


def _contents(settings: Settings, store: Store) -> Iterator[Finding]:
    tables = _guarded("migrations", lambda: _migrations(settings, store))
    yield tables
    if not store.is_sqlite:
        yield _guarded("postgis", lambda: _postgis(store))
        yield _guarded("database clock", lambda: _database_clock(store))
    if not tables.ok:
        return
    with store.read() as session:
        yield _places(session)
        yield _book(session)
        yield batches(session, settings)
        yield from (_feed(feed, settings) for feed in pulled_feeds(session))


def _guarded(name: str, look: Callable[[], Finding]) -> Finding:
    """Turn any failure into a finding: this is the edge of the examination."""
    try:
        return look()
    except Exception as problem:
        said = str(getattr(problem, "orig", problem)).strip().splitlines() or [""]
        detail = f"{type(problem).__name__}: {said[0]}"
        return ill(name, detail, "Check that it runs, and the setting that names it.")


def _database(store: Store) -> Finding:
    version = "SELECT sqlite_version()" if store.is_sqlite else "SHOW server_version"
    with store.engine.execution_options(read_only=True).connect() as connection:
        found = connection.scalar(text(version))
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    return well("database", f"{kind} {found}.")


def _postgis(store: Store) -> Finding:
    with store.engine.connect() as connection:
        return well(
            "postgis", f"PostGIS {connection.scalar(text('SELECT PostGIS_Lib_Version()'))}."
        )


def _database_clock(store: Store) -> Finding:
    with store.engine.connect() as connection:
        there = connection.scalar(text("SELECT clock_timestamp()"))
    apart_s = abs((utc_now() - there).total_seconds()) if there else 0.0
    if apart_s > CLOCKS_APART_S:
        todo = "Set both machines' clocks by NTP."
        return ill("database clock", f"It is {apart_s:.0f} s away from ours.", todo)
    return well("database clock", f"{apart_s:.1f} s away from ours.")


def _migrations(settings: Settings, store: Store) -> Finding:
    if database.is_current(store.engine, settings.resolved_database_url):
        return well("migrations", "The tables are at the newest revision.")
    return ill("migrations", "The tables aren't at the newest revision.", RUN_INIT)


def _keyring(settings: Settings) -> Finding:
    missing = missing_file(settings.resolved_keyring_url)
    if missing is not None:
        return ill("keyring", f"There is no file {missing}.", RUN_INIT)
    keyring = Keyring(settings.resolved_keyring_url)
    try:
        keyring.own("instance")
    finally:
        keyring.close()
    apart = settings.resolved_keyring_url != settings.resolved_database_url
    if not apart:
        todo = "Set PORCHLIGHT_KEYRING_URL to a database with backups of its own."
        return ill("keyring", "It lies in the main database.", todo)
    return well("keyring", "It opens, and lies apart from the data.")


def _queue(settings: Settings) -> Finding:
    if not settings.broker_url:
        return well("queue", "In-process (no PORCHLIGHT_BROKER_URL).")
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it would print tracebacks of its own
    broker = RabbitmqBroker(url=settings.broker_url, middleware=[])
    try:
        answers = broker.connection.is_open
    finally:
        broker.close()
    if not answers:
        return ill("queue", "RabbitMQ doesn't answer.", "Check PORCHLIGHT_BROKER_URL.")
    return well("queue", "RabbitMQ answers.")


def _places(session: Session) -> Finding:
    count = count_places(session)
    if not count:
        return ill("places", "None are loaded: areas can't be named.", "Run porchlight init.")
    return well("places", f"{count:,} are loaded.")


def _book(session: Session) -> Finding:
    broken = first_broken_link(session)
    if broken is not None:
        todo = "Somebody changed the book: compare it with a backup."
        return ill("book of deeds", f"Entry {broken} was changed after it was written.", todo)
    return well("book of deeds", "The chain is whole.")


def _feed(feed: Feed, settings: Settings) -> Finding:
    name = f"feed {feed.slug}"
    since = utc_now() - (feed.read_at or feed.created_at)
    age = f"Last read {int(since.total_seconds())} s ago" if feed.read_at else "Never read yet"
    if since > timedelta(seconds=settings.feed_stale_after_s):
        why = f"; the last try failed: {feed.last_error}" if feed.last_error else ""
        todo = f"Is a server running? Try porchlight feed poll {feed.slug}."
        return ill(name, f"{age}{why}.", todo, required=False)
    return well(name, f"{age}.", required=False)
