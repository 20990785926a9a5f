"""Puts many rows into one table at once: columns in, one executemany (SQLite) or COPY (PostgreSQL).

Row ids are reserved beforehand, so that rows of several tables can name each other without asking
the database for each. Several times as fast as INSERTs that return ids.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, cast

import shapely
from sqlalchemy import JSON, Enum, Table, Uuid, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from alerts.store.base import Base, Shape, UtcDateTime
from geo.packed import unpack_many

WGS84 = 4326
# Of SQLite, which notes the newest row id once a statement: more than these gain nothing.
ROWS_A_STATEMENT = 100
Values = Sequence[Any]


def reserve_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Return `count` row ids that nobody else gets, ascending.

    In SQLite they hold until the transaction ends, in PostgreSQL for good (a sequence has gaps).
    """
    rows = _table(table)
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": rows.name}
        )
        return list(range((last or 0) + 1, (last or 0) + 1 + count))
    numbers = text(
        "SELECT nextval(pg_get_serial_sequence(:name, :key)) FROM generate_series(1, :count)"
    )
    key = rows.primary_key.columns[0].name
    return list(session.scalars(numbers, {"name": rows.name, "key": key, "count": count}))


def put_rows(
    session: Session, table: type[Base], columns: Mapping[str, Values], same: Mapping[str, Any]
) -> None:
    """Insert rows, in the order given.

    Parameters
    ----------
    columns: a value a row for each of these columns, all of one length; ground is packed
        (geo.packed).
    same: what all rows have alike.
    """
    session.flush()
    into, names = _table(table), [*columns, *same]
    count = len(next(iter(columns.values())))
    given = [*columns.values(), *([value] for value in same.values())]
    typed = [(into.columns[name].type, values) for name, values in zip(names, given, strict=True)]
    if session.get_bind().dialect.name == "sqlite":
        ready = [_for_sqlite(session, kind, values) for kind, values in typed]
        _insert_many(session, into.name, names, _rows(ready, count, len(columns)))
    else:
        ready = [_for_copy(kind, values) for kind, values in typed]
        _copy(session, into.name, names, _rows(ready, count, len(columns)))


def _table(mapped: type[Base]) -> Table:
    return cast("Table", mapped.__table__)


def _rows(ready: Sequence[Values], count: int, varying: int) -> list[tuple[Any, ...]]:
    constant = [repeat(values[0], count) for values in ready[varying:]]
    return list(zip(*ready[:varying], *constant, strict=True))


def _insert_many(
    session: Session, into: str, names: Sequence[str], rows: list[tuple[Any, ...]]
) -> None:
    connection, row = session.connection(), f"({', '.join('?' * len(names))})"
    head = f"INSERT INTO {into} ({', '.join(names)}) VALUES "  # noqa: S608 - our own names
    whole = len(rows) - len(rows) % ROWS_A_STATEMENT
    if whole:
        statement = head + ", ".join([row] * ROWS_A_STATEMENT)
        connection.exec_driver_sql(
            statement,
            [
                tuple(chain.from_iterable(rows[at : at + ROWS_A_STATEMENT]))
                for at in range(0, whole, ROWS_A_STATEMENT)
            ],
        )
    if rows[whole:]:
        connection.exec_driver_sql(head + row, rows[whole:])


def _copy(session: Session, into: str, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    driver: Any = session.connection().connection.driver_connection
    statement = f"COPY {into} ({', '.join(names)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _for_sqlite(session: Session, kind: TypeEngine[Any], values: Values) -> Values:
    """Return values as the driver takes them: by the column's own type."""
    if isinstance(kind, Shape):
        return values
    dialect = session.get_bind().dialect
    return _each(kind.dialect_impl(dialect).bind_processor(dialect), values)


def _for_copy(kind: TypeEngine[Any], values: Values) -> Values:
    """Return values whose text the driver writes as PostgreSQL reads it."""
    if isinstance(kind, Shape):
        shapes = shapely.set_srid(unpack_many(values), WGS84)
        return list(shapely.to_wkb(shapes, hex=True, include_srid=True))
    return _each(next((how for of, how in _TEXT.items() if isinstance(kind, of)), None), values)


_TEXT: Mapping[type, Callable[[Any], Any]] = {
    Uuid: str,
    UtcDateTime: datetime.isoformat,
    JSON: json.dumps,
    Enum: str,
}


def _each(how: Callable[[Any], Any] | None, values: Values) -> Values:
    if how is None:
        return values
    return [None if value is None else how(value) for value in values]
