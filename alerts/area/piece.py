"""What a piece of ground is on the way to an area of interest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shapely.geometry import MultiPolygon, Polygon

from alerts.area_of_interest import CONFIDENCE, Provenance
from alerts.places import PlaceRecord
from alerts.problem import Problem
from geo.circle import circle_ground
from geo.combine import union
from geo.coordinates import LonLat
from geo.measure import area_km2

# From what is known best to what is known worst.
_ORDER = tuple(Provenance)

_REMEMBERED = 4_000  # shapes, some 2 kB each


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """The circle around a place that stands for it; it may grow with time (docs/adr/0029)."""

    lon: float
    lat: float
    radius_m: float
    around: str  # "ZIP 49855 (Marquette, MI)"

    @property
    def words(self) -> str:
        """The circle in words: "16 km around ZIP 49855 (Marquette, MI)"."""
        return f"{self.radius_m / 1000:g} km around {self.around}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some ground, how we know it, and the words and codes that say so; WGS84 lon/lat."""

    shape: Polygon | MultiPolygon
    provenance: Provenance
    source: str
    places: tuple[str, ...] = ()
    is_partial: bool = False  # some of what the source named is missing or only approximated
    circle: Circle | None = None  # what the shape is, where it is one around a place
    is_grown: bool = False  # a circle that grew with the time since a child was last seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one step found: perhaps a piece of ground, and what was odd on the way."""

    piece: Piece | None = None
    problems: tuple[Problem, ...] = ()


@lru_cache(_REMEMBERED)
def circle_around(lon: float, lat: float, radius_m: float) -> Polygon | MultiPolygon:
    """Return the ground within `radius_m` metres of a point; remembered, as towns come again."""
    return circle_ground(LonLat(lon, lat), radius_m)


def round_piece(circle: Circle, provenance: Provenance, places: tuple[str, ...]) -> Piece:
    """Return the ground of a circle around a place."""
    return Piece(
        shape=circle_around(circle.lon, circle.lat, circle.radius_m),
        provenance=provenance,
        source=circle.words,
        places=places,
        circle=circle,
    )


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
    return union(list(shapes)).shape


def joined(pieces: Sequence[Piece]) -> Piece:
    """Return all pieces as one, no better known than the weakest of them."""
    distinct = {piece.source: piece.shape for piece in pieces}  # siblings share their place
    return Piece(
        shape=united(distinct.values()),
        provenance=min((piece.provenance for piece in pieces), key=CONFIDENCE.__getitem__),
        source="; ".join(distinct),
        places=tuple(dict.fromkeys(code for piece in pieces for code in piece.places)),
        is_partial=any(piece.is_partial for piece in pieces),
        is_grown=any(piece.is_grown for piece in pieces),
    )
