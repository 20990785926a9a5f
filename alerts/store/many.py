"""Asks for many ids in one statement: json_each in SQLite, ANY(array) in PostgreSQL."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import BigInteger


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
