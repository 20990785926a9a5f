"""Reads neighborhoods, people and devices out of SQLite, a million in a few seconds.

Bare rows of the driver, many at a time: an object for each would cost more than all the rest.
"""

import ctypes
import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from alerts.audience.columns.block import NO_COUNTY, ROWS, Rows, one_after_another
from alerts.audience.columns.people import NO_OWNER, People
from geo.packed import joined

FETCHED_AT_ONCE = 4_096  # rows: they stay in the processor's cache until they are columns

_NEIGHBORHOODS = "SELECT id, subscriber_id, county, shape FROM neighborhood"
_PEOPLE = (
    "SELECT id, language, nullif(quiet_hours, 'null'), coalesce(weekly_cap, -1), tester"
    " FROM subscriber"
)
_DEVICES = (
    "SELECT id, CASE WHEN ended_at IS NULL THEN subscriber_id ELSE 0 END, channel FROM device"
)
_AMONG = "WHERE id IN (SELECT value FROM json_each(?))"


@contextmanager
def collector_resting() -> Iterator[None]:
    """Keep the garbage collector from walking over a million fresh rows again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def all_neighborhoods(session: Session, people: People) -> Iterator[Rows]:
    """Yield every neighborhood in the order of ids, a block's rows at a time.

    Raises: OutOfOrder if somebody owns one who isn't among `people`.
    """
    parts: list[Rows] = []
    for rows in _fetched(session, f"{_NEIGHBORHOODS} ORDER BY id"):
        parts.append(_neighborhood_rows(rows, people))
        if len(parts) * FETCHED_AT_ONCE >= ROWS:
            yield one_after_another(parts)
            parts = []
    if parts:
        yield one_after_another(parts)


def neighborhoods_among(session: Session, ids: Sequence[int], people: People) -> Rows:
    """Return those of these neighborhoods that there are, in the order of ids."""
    statement = f"{_NEIGHBORHOODS} {_AMONG} ORDER BY id"
    found = _fetched(session, statement, json.dumps(ids))
    return one_after_another([_neighborhood_rows(rows, people) for rows in found])


def read_people(session: Session, people: People, ids: Sequence[int] | None = None) -> None:
    """Put everybody, or only these, into `people`.

    Raises: OutOfOrder.
    """
    for rows in _all_or(session, _PEOPLE, "ORDER BY id", ids):
        people.put(*zip(*rows, strict=True))


def read_devices(session: Session, people: People) -> None:
    """Put all devices that can be reached into `people`, whose owners it knows."""
    for rows in _fetched(session, f"{_DEVICES} WHERE ended_at IS NULL ORDER BY id", at_once=ROWS):
        people.put_devices(*zip(*rows, strict=True))


def read_changed_devices(session: Session, people: People, ids: Sequence[int]) -> None:
    """Put these devices into `people`, also those that are gone, and owners who are new."""
    found = [row for rows in _all_or(session, _DEVICES, "", ids) for row in rows]
    owners = sorted({owner for _, owner, _ in found if owner})
    read_people(session, people, people.unknown(owners))
    gone = set(ids) - {device for device, _, _ in found}
    found += [(device, NO_OWNER, "") for device in gone]
    people.put_devices(*zip(*sorted(found), strict=True))


def give_back(session: Session) -> None:
    """Give the memory back that reading everything took: 90 bytes a neighborhood."""
    session.connection().exec_driver_sql("PRAGMA shrink_memory")
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's: it keeps what was freed
    if trim is not None:
        trim(0)


def _all_or(
    session: Session, statement: str, order: str, ids: Sequence[int] | None
) -> Iterator[list[Any]]:
    """Yield all rows, or only those of `ids`."""
    if ids is None:
        return _fetched(session, f"{statement} {order}", at_once=ROWS)
    return _fetched(session, f"{statement} {_AMONG} {order}", json.dumps(ids), at_once=ROWS)


def _fetched(
    session: Session, statement: str, *given: str, at_once: int = FETCHED_AT_ONCE
) -> Iterator[list[Any]]:
    cursor: Any = session.connection().connection.cursor()
    try:
        cursor.execute(statement, given)
        while rows := cursor.fetchmany(at_once):
            yield rows
    finally:
        cursor.close()


def _neighborhood_rows(rows: Sequence[Any], people: People) -> Rows:
    ids, owners, counties, shapes = zip(*rows, strict=True)
    words, starts = joined(shapes)
    return Rows(
        ids=np.array(ids, np.int64),
        owners=people.owner_rows(np.array(owners, np.int64)),
        counties=np.array([int(c) if c else NO_COUNTY for c in counties], np.int32),
        words=words,
        starts=starts,
    )
