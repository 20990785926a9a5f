"""The place table: countries, states, counties, ZIPs and cities, as a `PlaceBook`."""

import threading
import time
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import shapely
from shapely.geometry import Point
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Index,
    LargeBinary,
    String,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from alerts.place_names import fold
from alerts.places import PlaceRecord
from alerts.store.base import Base, Ground, RowId, Shape
from alerts.store.engine import Store
from alerts.store.lean_select import LeanSelect
from geo.packed import unpack_many

ROWS_AT_ONCE = 2_000
ANSWERS_REMEMBERED = 6_000  # some 20 MB: every county's outline, and as many towns
REMEMBERED_S = 30.0  # an import may come while we run


class Place(Base):
    """One place of one code set."""

    __tablename__ = "place"
    __table_args__ = (
        Index("uq_place_scheme_code", "scheme", "code", unique=True),
        Index("ix_place_scheme_folded", "scheme", "folded"),
    )

    id: Mapped[RowId]
    scheme: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200))
    region: Mapped[str | None] = mapped_column(String(16))
    country: Mapped[str | None] = mapped_column(String(2))
    lon: Mapped[float]
    lat: Mapped[float]
    shape: Mapped[Ground | None] = mapped_column(Shape())
    population: Mapped[int | None]
    fips: Mapped[str | None] = mapped_column(String(5))


# The columns of a `PlaceRecord`, read as they are.
_COLUMNS = (
    *(Place.scheme, Place.code, Place.name, Place.region, Place.country),
    *(Place.lon, Place.lat, Place.shape, Place.population, Place.fips),
)
_FIELDS = tuple(column.key for column in _COLUMNS)

_BY_CODE = select(*_COLUMNS).where(
    Place.scheme == bindparam("scheme"), Place.code == bindparam("code")
)


def _by_name_in(*, region: bool, country: bool) -> ClauseElement:
    """Return the question for a name, narrowed down or not; each is compiled once."""
    statement = select(*_COLUMNS).where(
        Place.scheme == bindparam("scheme"), Place.folded == bindparam("folded")
    )
    if region:
        statement = statement.where(Place.region == bindparam("region"))
    if country:
        statement = statement.where(Place.country == bindparam("country"))
    return statement.order_by(Place.id)


_BY_NAME = {
    (region, country): _by_name_in(region=region, country=country)
    for region in (False, True)
    for country in (False, True)
}


def replace_places(session: Session, records: Iterable[PlaceRecord]) -> int:
    """Load code sets: each scheme that occurs in `records` is replaced whole."""
    rows, replaced, count = iter(records), set[str](), 0
    while part := list(islice(rows, ROWS_AT_ONCE)):
        fresh = {record.scheme for record in part} - replaced
        if fresh:
            session.execute(delete(Place).where(Place.scheme.in_(fresh)))
            replaced |= fresh
        session.execute(insert(Place), [_row(record) for record in part])
        count += len(part)
    return count


def put_places(session: Session, scheme: str, records: Sequence[PlaceRecord], *, keep: bool) -> int:
    """Put places of one code set in; return how many of that set were there and made way.

    keep: the others of the set stay; else it is replaced whole.
    """
    of_set = delete(Place).where(Place.scheme == scheme)
    rows, removed = [_row(record) for record in records], 0
    if not keep:
        removed = _rows_of(session.execute(of_set))
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[at : at + ROWS_AT_ONCE]
        if keep:
            codes = [row["code"] for row in part]
            removed += _rows_of(session.execute(of_set.where(Place.code.in_(codes))))
        session.execute(insert(Place), part)
    return removed


def _rows_of(result: object) -> int:
    return int(getattr(result, "rowcount", 0))


def count_places(session: Session) -> int:
    """Return how many places are loaded."""
    return session.scalar(select(func.count()).select_from(Place)) or 0


def _value(row: Sequence[Any]) -> PlaceRecord:
    """Return a place as it travels between rooms."""
    return PlaceRecord(**dict(zip(_FIELDS, row, strict=True)))


def _row(record: PlaceRecord) -> dict[str, object]:
    return {
        "scheme": record.scheme,
        "code": record.code,
        "name": record.name,
        "folded": fold(record.name),
        "region": record.region,
        "country": record.country,
        "lon": record.lon,
        "lat": record.lat,
        "shape": record.shape,
        "population": record.population,
        "fips": record.fips,
    }


_OUTLINED_COUNTIES = (Place.scheme == "county", Place.country == "US", Place.shape.is_not(None))


def _raw_shape(*, packed: bool) -> ColumnElement[bytes]:
    """Ask for shapes as bytes: as `geo.packed` packed them in SQLite, else as WKB."""
    if packed:
        return type_coerce(Place.shape, LargeBinary)
    return func.ST_AsBinary(Place.shape, type_=LargeBinary)


# Row ids may come again in SQLite; another outline has another centre.
_COUNTIES_STAMP = select(
    func.count(), func.max(Place.id), func.sum(Place.lon), func.sum(Place.lat)
).where(Place.scheme == "county")


class StoredPlaces:
    """A `PlaceBook` over the place table.

    Answers are remembered, the last ANSWERS_REMEMBERED of them: posters come from the same towns.
    They are forgotten after REMEMBERED_S, so that a running process sees what was imported.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        types = [column.type for column in _COLUMNS]
        self._code = LeanSelect(store.engine, _BY_CODE, types)
        self._names = {
            narrowed: LeanSelect(store.engine, statement, types)
            for narrowed, statement in _BY_NAME.items()
        }
        self._coded = lru_cache(ANSWERS_REMEMBERED)(self._by_code)
        self._named = lru_cache(ANSWERS_REMEMBERED)(self._by_name)
        self._countries: tuple[shapely.STRtree, Sequence[str]] | None = None
        self._forget_at = 0.0

    def by_code(self, scheme: str, code: str) -> PlaceRecord | None:
        """Return the place with exactly this code, or None."""
        self._forget_in_time()
        return self._coded(scheme, code)

    def by_name(
        self, scheme: str, name: str, region: str | None, country: str | None
    ) -> Sequence[PlaceRecord]:
        """Return the places whose folded name equals `fold(name)`; None leaves a filter out."""
        self._forget_in_time()
        return self._named(scheme, fold(name), region, country)

    def _forget_in_time(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._forget_at:
            self._forget_at = now_s + REMEMBERED_S
            self._coded.cache_clear()
            self._named.cache_clear()

    def _by_code(self, scheme: str, code: str) -> PlaceRecord | None:
        rows = self._code.rows(scheme=scheme, code=code)
        return _value(rows[0]) if rows else None

    def _by_name(
        self, scheme: str, folded: str, region: str | None, country: str | None
    ) -> Sequence[PlaceRecord]:
        ask = self._names[region is not None, country is not None]
        asked = {"scheme": scheme, "folded": folded, "region": region, "country": country}
        return tuple(map(_value, ask.rows(**{n: v for n, v in asked.items() if v is not None})))

    def counties(self) -> Sequence[PlaceRecord]:
        """Return the counties of the United States that have an outline.

        Three thousand outlines are unpacked at once: 0.03 s, where one by one takes 0.4 s.
        """
        packed = self._store.is_sqlite
        asked = (_raw_shape(packed=packed) if c is Place.shape else c for c in _COLUMNS)
        with self._store.read() as session:
            rows = session.execute(select(*asked).where(*_OUTLINED_COUNTIES)).all()
        found = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
        raw = [place.pop("shape") for place in found]
        shapes = unpack_many(raw) if packed else shapely.from_wkb(raw)
        return tuple(
            PlaceRecord(**place, shape=shape) for place, shape in zip(found, shapes, strict=True)
        )

    def counties_stamp(self) -> Hashable:
        """Return something that differs after the counties were loaded anew."""
        with self._store.read() as session:
            return tuple(session.execute(_COUNTIES_STAMP).one())

    def country_at(self, lon: float, lat: float) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of the country at a point, or None at sea."""
        tree, codes = self._country_tree()
        hits = tree.query(Point(lon, lat), predicate="intersects")
        return codes[int(hits[0])] if len(hits) else None

    def _country_tree(self) -> tuple[shapely.STRtree, Sequence[str]]:
        """Build the look-up at the first call: 241 outlines, some 10 MB."""
        with self._lock:
            if self._countries is None:
                with self._store.read() as session:
                    found = session.scalars(
                        select(Place).where(Place.scheme == "country", Place.shape.is_not(None))
                    ).all()
                shapes = [place.shape for place in found if place.shape is not None]
                self._countries = shapely.STRtree(shapes), [place.code for place in found]
            return self._countries
