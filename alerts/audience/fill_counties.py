"""Looks up the county of neighborhoods that have none yet: from before, or drawn without places.

`county` is NULL until somebody looked, "" for what lies in no county. What is drawn while the
places are loaded gets its county at once, in the same transaction.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import LargeBinary, func, select, type_coerce, update
from sqlalchemy.orm import Session

from alerts.area.counties import Counties
from alerts.store.put_rows import put_rows
from alerts.store.subscribers import Neighborhood, NeighborhoodChange
from alerts.store.turns import NEIGHBORHOODS, take_turns
from geo.packed import unpack_many


def fill_counties(session: Session, counties: Counties, most: int, *, notes_change: bool) -> int:
    """Write the county of up to `most` neighborhoods; return how many there were.

    Parameters
    ----------
    notes_change: running processes see them, and active alerts look at them again. Without, only
        a process that starts later does: for all of an instance at once.
    """
    take_turns(session, NEIGHBORHOODS)  # before any row is locked, as who redraws does
    found = _countyless(session, most)
    if not found:
        return 0
    ids, owners, shapes = zip(*found, strict=True)
    codes = counties.of_shapes(_shapes(session, shapes))
    session.execute(
        update(Neighborhood),
        [{"id": one, "county": code} for one, code in zip(ids, codes, strict=True)],
    )
    if notes_change:
        put_rows(session, NeighborhoodChange, {"neighborhood_id": ids, "subscriber_id": owners}, {})
    return len(ids)


def any_countyless(session: Session) -> bool:
    """Say whether there is a neighborhood whose county nobody looked up."""
    first = select(Neighborhood.id).where(Neighborhood.county.is_(None)).limit(1)
    return session.scalar(first) is not None


def _countyless(session: Session, most: int) -> Sequence[Any]:
    shape: Any = type_coerce(Neighborhood.shape, LargeBinary)
    if session.get_bind().dialect.name == "postgresql":
        shape = func.ST_AsBinary(Neighborhood.shape, type_=LargeBinary)
    return session.execute(
        select(Neighborhood.id, Neighborhood.subscriber_id, shape)
        .where(Neighborhood.county.is_(None))
        .order_by(Neighborhood.id)
        .limit(most)
        .with_for_update()
    ).all()


def _shapes(session: Session, shapes: Sequence[bytes]) -> NDArray[np.object_]:
    if session.get_bind().dialect.name == "postgresql":
        return np.asarray(shapely.from_wkb([bytes(shape) for shape in shapes]), dtype=object)
    return unpack_many(shapes)
