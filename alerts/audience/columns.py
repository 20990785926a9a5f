"""The audience index of the embedded size: every neighborhood in memory, as columns.

A box test over all of them in numpy leaves the few that can match; those are tested exactly by
shapely against the prepared area. A change appends a row and marks the old one dead, so its cost
doesn't depend on how many neighborhoods there are.
"""

import threading
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import LargeBinary, func, select, type_coerce
from sqlalchemy.orm import Session

from alerts.audience.index import Matches
from alerts.store.many import among
from alerts.store.subscribers import Neighborhood, changes_since, newest_change
from geo.packed import unpack_many

CHANGES_AT_ONCE = 20_000
ROWS_AT_ONCE = 50_000
DEAD = np.array([np.inf, np.inf, -np.inf, -np.inf])  # a box that meets nothing

Shapes = NDArray[np.object_]


class Columns:
    """An `AudienceIndex` in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq: int | None = None  # None: never loaded
        self._count = 0
        self._ids = np.zeros(0, np.int64)
        self._owners = np.zeros(0, np.int64)
        self._boxes = np.zeros((0, 4))  # west, south, east, north
        self._shapes: Shapes = np.zeros(0, object)
        self._row_of: dict[int, int] = {}

    def refresh(self, session: Session) -> int:
        """Load everything at the first call, afterwards only what changed."""
        with self._lock:
            if self._seq is None:
                self._count, self._row_of = 0, {}  # a load that broke off left its rows behind
                seq = newest_change(session)
                self._load(session)
                self._seq = seq
            while changed := changes_since(session, self._seq, CHANGES_AT_ONCE):
                self._apply(session, [c.neighborhood_id for c in changed])
                self._seq = changed[-1].seq
            return self._seq

    def reach(
        self, area: Polygon | MultiPolygon, owners_among: NDArray[np.int64] | None = None
    ) -> Matches:
        """Return the neighborhoods that share at least a point with `area`, exactly.

        With `owners_among`, only those of these subscribers; the others aren't tested exactly.
        """
        with self._lock:
            count, ids, owners = self._count, self._ids, self._owners
            boxes, shapes = self._boxes, self._shapes
        west, south, east, north = boxes[:count].T
        touched = np.zeros(count, bool)
        for part in getattr(area, "geoms", [area]):
            w, s, e, n = part.bounds
            near = np.flatnonzero((west <= e) & (east >= w) & (south <= n) & (north >= s))
            if owners_among is not None:
                near = near[np.isin(owners[near], owners_among)]
            shapely.prepare(part)
            touched[near[shapely.intersects(part, shapes[near])]] = True
        hits = np.flatnonzero(touched)
        order = np.argsort(ids[hits], kind="stable")
        hits = hits[order]
        return Matches(neighborhood_ids=ids[hits], subscriber_ids=owners[hits])

    def alive(self) -> tuple[Shapes, NDArray[np.int64]]:
        """Return the shapes and ids of all neighborhoods, for comparisons and benchmarks."""
        with self._lock:
            rows = np.array(sorted(self._row_of.values()), np.int64)
            return self._shapes[rows], self._ids[rows]

    def __len__(self) -> int:
        """How many neighborhoods are alive."""
        return len(self._row_of)

    def _load(self, session: Session) -> None:
        last = 0
        while rows := _rows_after(session, last):
            self._append(*_as_columns(session, rows))
            last = rows[-1][0]

    def _apply(self, session: Session, changed: Sequence[int]) -> None:
        ids = sorted(set(changed))
        rows = _rows_among(session, ids)
        for gone in ids:
            row = self._row_of.pop(gone, None)
            if row is not None:
                self._boxes[row] = DEAD  # who reads at this moment sees it or doesn't: both true
        if rows:
            self._append(*_as_columns(session, rows))

    def _append(self, ids: NDArray[np.int64], owners: NDArray[np.int64], shapes: Shapes) -> None:
        end = self._count + len(ids)
        if end > len(self._ids):
            self._grow(max(end, 2 * len(self._ids)))
        here = slice(self._count, end)
        self._ids[here], self._owners[here], self._shapes[here] = ids, owners, shapes
        self._boxes[here] = shapely.bounds(shapes)
        self._row_of.update(zip(ids.tolist(), range(self._count, end), strict=True))
        self._count = end

    def _grow(self, size: int) -> None:
        more = size - len(self._ids)
        self._ids = np.concatenate([self._ids, np.zeros(more, np.int64)])
        self._owners = np.concatenate([self._owners, np.zeros(more, np.int64)])
        self._boxes = np.concatenate([self._boxes, np.tile(DEAD, (more, 1))])
        self._shapes = np.concatenate([self._shapes, np.full(more, None, object)])


Row = tuple[int, int, bytes]


def _shape_column(session: Session) -> object:
    """Select shapes as bytes, to be decoded many at a time."""
    if session.get_bind().dialect.name == "postgresql":
        return func.ST_AsBinary(Neighborhood.shape, type_=LargeBinary)
    return type_coerce(Neighborhood.shape, LargeBinary)


def _rows_after(session: Session, last: int) -> list[Row]:
    statement = select(Neighborhood.id, Neighborhood.subscriber_id, _shape_column(session))  # type: ignore[call-overload]
    found = session.execute(
        statement.where(Neighborhood.id > last).order_by(Neighborhood.id).limit(ROWS_AT_ONCE)
    )
    return [tuple(row) for row in found]


def _rows_among(session: Session, ids: Sequence[int]) -> list[Row]:
    statement = select(Neighborhood.id, Neighborhood.subscriber_id, _shape_column(session))  # type: ignore[call-overload]
    found = session.execute(statement.where(among(session, Neighborhood.id, ids)))
    return [tuple(row) for row in found]


def _as_columns(
    session: Session, rows: Sequence[Row]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Shapes]:
    ids = np.array([r[0] for r in rows], np.int64)
    owners = np.array([r[1] for r in rows], np.int64)
    blobs = [bytes(r[2]) for r in rows]
    if session.get_bind().dialect.name == "postgresql":
        return ids, owners, np.asarray(shapely.from_wkb(blobs), object)
    return ids, owners, np.asarray(unpack_many(blobs), object)
