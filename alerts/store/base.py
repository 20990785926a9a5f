"""What every table shares: naming, UTC times, public ids, enums and shapes as columns."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine
from uuid_utils.compat import uuid7

from geo.packed import pack, unpack

Ground = Polygon | MultiPolygon


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, timestamptz in PostgreSQL, ISO text without a zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Shape(TypeDecorator[Ground]):
    """Ground in WGS84 lon/lat: packed int32 × 1e-7° in SQLite, geometry(4326) in PostGIS."""

    impl = LargeBinary
    cache_ok = True
    spatial_index = False  # GeoAlchemy2 asks: the migrations make the index

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type; GeoAlchemy2 asks without a dialect too, to look for rasters."""
        if getattr(dialect, "name", None) == "postgresql":
            return dialect.type_descriptor(Geometry("GEOMETRY", srid=4326, spatial_index=False))
        return LargeBinary()

    def process_bind_param(self, value: Ground | bytes | None, dialect: Dialect) -> Any:
        """Pack for SQLite, WKB for PostGIS (rounded the same way, so that both sizes agree).

        Bytes are what `geo.packed.pack` made already: an import packs elsewhere.
        """
        if value is None:
            return None
        packed = value if isinstance(value, bytes) else pack(value)
        if dialect.name != "postgresql":
            return packed
        return from_shape(unpack(packed), srid=4326)

    def process_result_value(self, value: Any, dialect: Dialect) -> Ground | None:
        """Return a shapely geometry."""
        if value is None:
            return None
        if isinstance(value, WKBElement):
            return cast("Ground", to_shape(value))
        return unpack(value)


class Base(DeclarativeBase):
    """Base of all tables of the main database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own idiom
        datetime: UtcDateTime(),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
    }


def choice(options: type[StrEnum]) -> Enum:
    """Return a column type that stores the enum's value as text."""
    return Enum(
        options, native_enum=False, length=24, values_callable=lambda e: [str(m.value) for m in e]
    )


# SQLite gives autoincrementing integer keys only to INTEGER; PostgreSQL has room for BIGINT.
BigKey = BigInteger().with_variant(Integer(), "sqlite")

# Ids that are never used again, also not after the row is gone: a batch names devices by them.
RowId = Annotated[int, mapped_column(BigKey, primary_key=True, autoincrement=True)]
PublicId = Annotated[UUID, mapped_column(unique=True, default=uuid7)]
