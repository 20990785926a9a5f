"""Puts the made-up crowd into a database: the rows that an import would write, faster.

`fill_sqlite` in large transactions; `fill_postgresql` in one, by COPY, its heap in the order of the
Hilbert curve over all, indexes made afterwards, then VACUUM ANALYZE. The neighborhood at position i
of the crowd gets the row id `first + i` in both; they return `first`, 1 in a database that was
empty. Counties are told if the places are loaded, else NULL. For databases of measurements only:
nobody else may write meanwhile.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from alerts.area.counties import Counties, CountyBook
from alerts.clock import utc_now
from alerts.store.devices import address_hash
from alerts.store.engine import Store
from alerts.store.places import StoredPlaces
from alerts.store.put_rows import put_rows, reserve_ids
from alerts.store.subscribers import Channel, Device, Neighborhood, NeighborhoodChange, Subscriber
from benchmarks.crowd import QUIET, Crowd, push_tokens
from geo.hilbert import hilbert_order

AT_ONCE = 50_000  # rows in hand: 100 MB of Python objects


def fill_sqlite(store: Store, crowd: Crowd) -> int:
    """Write a crowd into a migrated SQLite store; return the row id of its first neighborhood."""
    first, counties = 0, CountyBook(StoredPlaces(store)).now()
    for at in range(0, len(crowd), AT_ONCE):
        rows = np.arange(at, min(at + AT_ONCE, len(crowd)))
        with store.begin() as session:
            ids = [reserve_ids(session, table, len(rows)) for table in _TABLES]
            first = first or ids[1][0]
            _put(session, crowd, rows, counties, *ids)
    return first


def fill_postgresql(url: str, crowd: Crowd) -> int:
    """Write a crowd into a migrated PostgreSQL database; return its first neighborhood's id."""
    store = Store(url)
    order, counties = hilbert_order(crowd.middles()), CountyBook(StoredPlaces(store)).now()
    with store.begin() as session:
        indexes = _drop_indexes(session)
        ids = [np.array(reserve_ids(session, table, len(crowd))) for table in _TABLES]
        for at in range(0, len(crowd), AT_ONCE):
            rows = order[at : at + AT_ONCE]
            _put(session, crowd, rows, counties, *(of[rows].tolist() for of in ids))
        for definition in indexes:
            session.execute(text(definition))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    store.close()
    return int(ids[1][0])


def _drop_indexes(session: Session) -> list[str]:
    """Drop what a COPY would keep up to date row by row; return how it is made anew."""
    session.execute(text("SET LOCAL session_replication_role = replica"))  # no look-ups of owners
    session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    found = session.execute(
        text(
            "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE c.relname = ANY(:tables) AND NOT i.indisunique"
        ),
        {"tables": ["subscriber", "neighborhood", "device", "neighborhood_change"]},
    ).all()
    for row in found:
        session.execute(text(f"DROP INDEX {row.name}"))
    return [row.made for row in found]


_TABLES = (Subscriber, Neighborhood, Device)


def _put(
    session: Session,
    crowd: Crowd,
    rows: NDArray[np.int64],
    counties: Counties | None,
    people: list[int],
    neighborhoods: list[int],
    devices: list[int],
) -> None:
    now = utc_now()
    _put_people(session, crowd, rows, people, now)
    _put_devices(session, people, devices, now)
    codes = counties.of_shapes(crowd.shapes(rows)) if counties else [None] * len(rows)
    put_rows(
        session,
        Neighborhood,
        {
            "id": neighborhoods,
            "public_id": _public_ids(len(rows)),
            "subscriber_id": people,
            "shape": crowd.blobs(rows),
            "county": codes,
        },
        {"name": "", "radius_m": None, "drawn_at": now},
    )
    put_rows(
        session,
        NeighborhoodChange,
        {"neighborhood_id": neighborhoods, "subscriber_id": people},
        {},
    )


def _put_people(
    session: Session, crowd: Crowd, rows: NDArray[np.int64], ids: list[int], now: datetime
) -> None:
    public_ids = _public_ids(len(rows))
    put_rows(
        session,
        Subscriber,
        {
            "id": ids,
            "public_id": public_ids,
            "token_hash": [public_id.bytes + secrets.token_bytes(16) for public_id in public_ids],
            "language": crowd.languages[rows].tolist(),
            "quiet_hours": [QUIET if q else None for q in crowd.quiet[rows].tolist()],
            "weekly_cap": [None if c < 0 else c for c in crowd.weekly_caps[rows].tolist()],
        },
        {"tester": False, "joined_at": now},
    )


def _put_devices(
    session: Session, owners: Sequence[int], ids: Sequence[int], now: datetime
) -> None:
    tokens = push_tokens(len(ids))
    hashes = [address_hash(Channel.FCM, token) for token in tokens]
    put_rows(
        session,
        Device,
        {
            "id": ids,
            "subscriber_id": owners,
            "device_key": [hashed.hex()[:32] for hashed in hashes],
            "address": tokens,
            "address_hash": hashes,
        },
        {
            "channel": Channel.FCM,
            "address_kind": "token",
            "registered_at": now,
            "ended_at": None,
            "ended_reason": None,
        },
    )


def _public_ids(count: int) -> list[Any]:
    return [uuid7() for _ in range(count)]
