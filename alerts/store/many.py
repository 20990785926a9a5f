"""Asks for many ids in one statement: json_each in SQLite, ANY(array) in PostgreSQL."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import BigInteger


def among_these(column: InstrumentedAttribute[int], *, postgresql: bool) -> ColumnElement[bool]:
    """Return the condition as `among` does, for a statement that is made once; see `these`."""
    if postgresql:
        array: Any = bindparam("these", type_=ARRAY(BigInteger))
        return column == any_(array)
    each = func.json_each(bindparam("these")).table_valued("value")
    return column.in_(select(each.c.value.cast(Integer)))


def these(ids: Sequence[int], *, postgresql: bool) -> dict[str, Any]:
    """Return the parameter that a statement with `among_these` is run with."""
    return {"these": ids if postgresql else json.dumps(ids)}


def among(
    session: Session, column: InstrumentedAttribute[int], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `ids`; any number of them, one parameter."""
    numbers = [int(i) for i in ids]
    if session.get_bind().dialect.name == "postgresql":
        array: Any = bindparam(None, numbers, type_=ARRAY(BigInteger))
        return column == any_(array)
    each = func.json_each(json.dumps(numbers)).table_valued("value")
    return column.in_(select(each.c.value.cast(Integer)))
