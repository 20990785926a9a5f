"""What a piece of ground is on the way to an area of interest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shapely import union_all
from shapely.geometry import MultiPolygon, Polygon

from alerts.area_of_interest import Provenance
from alerts.places import PlaceRecord
from alerts.problem import Problem
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.measure import area_km2
from geo.polygon import ground

# From what is known best to what is known worst.
_ORDER = tuple(Provenance)

_REMEMBERED = 4_000  # shapes, some 2 kB each


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some ground, how we know it, and the words and codes that say so; WGS84 lon/lat."""

    shape: Polygon | MultiPolygon
    provenance: Provenance
    source: str
    places: tuple[str, ...] = ()
    is_partial: bool = False  # some of what the source named is missing or only approximated


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one step found: perhaps a piece of ground, and what was odd on the way."""

    piece: Piece | None = None
    problems: tuple[Problem, ...] = ()


@lru_cache(_REMEMBERED)
def circle_around(lon: float, lat: float, radius_m: float) -> Polygon | MultiPolygon:
    """Return the ground within `radius_m` metres of a point; remembered, as towns come again."""
    return circle_ground(LonLat(lon, lat), radius_m)


def km2_of(piece: Piece) -> float:
    """Return the area of a piece, geodesic; that of places is remembered, as they come again."""
    is_place = _ORDER.index(piece.provenance) >= _ORDER.index(Provenance.ZIP)
    return _km2_of_place(piece.shape) if is_place else area_km2(piece.shape)


@lru_cache(_REMEMBERED)
def _km2_of_place(shape: Polygon | MultiPolygon) -> float:
    return area_km2(shape)


def outline_of(record: PlaceRecord, radius_m: float) -> Polygon | MultiPolygon:
    """Return the outline of a place, or a circle of `radius_m` metres around a mere point."""
    return record.shape or circle_around(record.lon, record.lat, radius_m)


def united(shapes: Iterable[Polygon | MultiPolygon]) -> Polygon | MultiPolygon:
    """Return the ground that is in any of the shapes."""
    parts = list(shapes)
    return parts[0] if len(parts) == 1 else ground(union_all(parts), "").shape


def joined(pieces: Sequence[Piece]) -> Piece:
    """Return all pieces as one, no better known than the weakest of them."""
    distinct = {piece.source: piece.shape for piece in pieces}  # siblings share their place
    return Piece(
        shape=united(distinct.values()),
        provenance=max((piece.provenance for piece in pieces), key=_ORDER.index),
        source="; ".join(distinct),
        places=tuple(dict.fromkeys(code for piece in pieces for code in piece.places)),
        is_partial=any(piece.is_partial for piece in pieces),
    )
