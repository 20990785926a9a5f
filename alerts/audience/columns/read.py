"""Reads neighborhoods, people and devices out of SQLite, a million in a few seconds.

Bare rows of the driver, many at a time: an object for each would cost more than all the rest.
"""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from alerts.audience.columns.block import NO_COUNTY, ROWS, Rows
from alerts.audience.columns.people import DeviceRow, People, PersonRow
from geo.packed import joined

_NEIGHBORHOODS = "SELECT id, subscriber_id, county, shape FROM neighborhood"
_PEOPLE = "SELECT id, language, quiet_hours, weekly_cap, tester FROM subscriber"
_DEVICES = (
    "SELECT id, CASE WHEN ended_at IS NULL THEN subscriber_id END AS owner, channel FROM device"
)
_AMONG = "id IN (SELECT value FROM json_each(?))"
_JSON_NULL = "null"  # how SQLAlchemy may store that there are no quiet hours


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
    """Yield every neighborhood in the order of ids, a block's rows at a time."""
    for rows in _fetched(session, f"{_NEIGHBORHOODS} ORDER BY id", ()):
        yield _columns(rows, people)


def neighborhoods_among(session: Session, ids: Sequence[int], people: People) -> Rows:
    """Return those of these neighborhoods that there are, in the order of ids."""
    statement = f"{_NEIGHBORHOODS} WHERE {_AMONG} ORDER BY id"
    found = _fetched(session, statement, (json.dumps(ids),))
    return _columns([row for rows in found for row in rows], people)


def read_people(session: Session, ids: Sequence[int] | None = None) -> list[PersonRow]:
    """Return people, or only these; without time zones and hours, `quiet_hours` is None."""
    return [
        PersonRow(*row) if row[2] != _JSON_NULL else PersonRow(*row)._replace(quiet_hours=None)
        for row in _all_or(session, _PEOPLE, ids)
    ]


def read_devices(session: Session, ids: Sequence[int] | None = None) -> list[DeviceRow]:
    """Return the devices that can be reached; of these, if asked, also those that can't."""
    if ids is None:
        return [DeviceRow(*row) for row in _all_or(session, f"{_DEVICES} WHERE ended_at IS NULL")]
    found = [DeviceRow(*row) for row in _all_or(session, _DEVICES, ids)]
    gone = set(ids) - {row.id for row in found}
    return found + [DeviceRow(id=device, subscriber_id=None, channel="") for device in gone]


def _all_or(session: Session, statement: str, ids: Sequence[int] | None = None) -> Iterator[Any]:
    """Yield all rows, or only those of `ids`."""
    if ids is None:
        found = _fetched(session, statement, ())
    else:
        found = _fetched(session, f"{statement} WHERE {_AMONG}", (json.dumps(ids),))
    for rows in found:
        yield from rows


def _fetched(session: Session, statement: str, given: Sequence[Any]) -> Iterator[list[Any]]:
    cursor: Any = session.connection().connection.cursor()
    try:
        cursor.execute(statement, given)
        while rows := cursor.fetchmany(ROWS):
            yield rows
    finally:
        cursor.close()


def _columns(rows: Sequence[Any], people: People) -> Rows:
    ids, owners, counties, shapes = zip(*rows, strict=True) if rows else ((), (), (), ())
    words, starts = joined(shapes)
    return Rows(
        ids=np.array(ids, np.int64),
        owners=np.searchsorted(people.ids, np.array(owners, np.int64)).astype(np.int32),
        counties=np.array([int(c) if c else NO_COUNTY for c in counties], np.int32),
        words=words,
        starts=starts,
    )
