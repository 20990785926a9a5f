"""The highways on which somebody may have driven off: their lines, for corridors."""

from collections.abc import Sequence

import shapely
from shapely.geometry import LineString, MultiLineString
from sqlalchemy import LargeBinary, String, UniqueConstraint, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.roads import Highway
from alerts.store.base import Base, RowId
from alerts.store.engine import Store

MAX_CODE_CHARS = 40
MAX_NAME_CHARS = 120
MAX_SOURCE_CHARS = 40
_ROWS_AT_ONCE = 500


class Road(Base):
    """A highway: a line with its bounding box, WGS84 lon/lat degrees."""

    __tablename__ = "road"
    __table_args__ = (UniqueConstraint("source", "code"),)

    id: Mapped[RowId]
    code: Mapped[str] = mapped_column(String(MAX_CODE_CHARS))  # "I-35"
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    source: Mapped[str] = mapped_column(String(MAX_SOURCE_CHARS))  # whose line this is
    west: Mapped[float]
    south: Mapped[float]
    east: Mapped[float]
    north: Mapped[float]
    line: Mapped[bytes] = mapped_column(LargeBinary)  # WKB, LineString or MultiLineString


def put_roads(session: Session, source: str, roads: Sequence[Highway], *, keep: bool) -> int:
    """Put the highways of one source in; return how many were there and made way.

    keep: its other highways stay; else they are replaced whole.
    """
    of_source = delete(Road).where(Road.source == source)
    rows = [_row(road) for road in roads]
    removed = 0 if keep else _rows_of(session.execute(of_source))
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[at : at + _ROWS_AT_ONCE]
        if keep:
            codes = [row["code"] for row in part]
            removed += _rows_of(session.execute(of_source.where(Road.code.in_(codes))))
        session.execute(insert(Road), part)
    return removed


def count_roads(session: Session) -> dict[str, int]:
    """Return how many highways each source has."""
    counted = select(Road.source, func.count()).group_by(Road.source).order_by(Road.source)
    return {source: int(count) for source, count in session.execute(counted)}


def roads_in(
    session: Session, west: float, south: float, east: float, north: float
) -> Sequence[Highway]:
    """Return the highways whose box touches this one (degrees), in the order of their codes.

    Of several lines of one code, those that were drawn win over one that only joins towns, and
    the one imported last over others.
    """
    touching = (
        select(Road)
        .where(Road.west <= east, Road.east >= west, Road.south <= north, Road.north >= south)
        .order_by(Road.id)
    )
    best: dict[str, Highway] = {}
    for road in session.scalars(touching):
        known, found = best.get(road.code), _value(road)
        if known is None or known.is_approximate or not found.is_approximate:
            best[road.code] = found
    return [best[code] for code in sorted(best)]


class StoredRoads:
    """A `RoadBook` over the road table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def near(self, west: float, south: float, east: float, north: float) -> Sequence[Highway]:
        """Return the highways whose box touches this one, degrees; one a code, the best known."""
        with self._store.read() as session:
            return roads_in(session, west, south, east, north)


def _value(road: Road) -> Highway:
    line: LineString | MultiLineString = shapely.from_wkb(road.line)  # type: ignore[assignment]
    return Highway(code=road.code, name=road.name, source=road.source, line=line)


def _row(road: Highway) -> dict[str, object]:
    west, south, east, north = road.line.bounds
    return {
        "code": road.code,
        "name": road.name,
        "source": road.source,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "line": shapely.to_wkb(road.line),
    }


def _rows_of(result: object) -> int:
    return int(getattr(result, "rowcount", 0))
