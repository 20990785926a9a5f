"""What is suggested to the desk, and the numbers that suggestions are made by."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from shapely.geometry import MultiPolygon, Polygon

from alerts.area.means import Means
from alerts.places import PlaceRecord
from alerts.roads import RoadBook

Ground = Polygon | MultiPolygon


class CountyBook(Protocol):
    """The look-up of counties by where they are."""

    def touching(self, shape: Ground) -> Sequence[PlaceRecord]:
        """Return the counties with an outline that share ground or border with a shape."""
        ...


class SuggestPolicy(BaseModel):
    """The numbers of suggestions; each is a setting."""

    model_config = ConfigDict(frozen=True)

    hours_ahead: tuple[float, ...] = (0, 1, 2, 4, 8)  # from now on
    highway_kmh: float = 100
    corridor_cap_m: float = 500_000
    half_width_m: float = 5_000
    approximate_half_width_m: float = 10_000  # of roads that only join their towns
    most_roads: int = 3  # the nearest ones


class Kind(StrEnum):
    """What is suggested."""

    CIRCLE = "circle"  # as far as they may have got
    COUNTIES = "counties"  # all that the circle touches, whole
    CORRIDORS = "corridors"  # the counties of the alert's ground, and the highways from there
    CORRIDOR = "corridor"  # one highway


@dataclass(frozen=True, kw_only=True, slots=True)
class County:
    """A county by its code and its name with the state."""

    fips: str
    name: str  # "Travis County, TX"


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Ground that the desk might add; WGS84 lon/lat, valid, split at ±180°.

    `counties` are those that the shape holds whole (kinds counties and corridors) or touches
    (circle and corridor), the nearest first; abroad there are none.
    """

    kind: Kind
    words: str
    shape: Ground
    km2: float
    counties: tuple[County, ...]
    states: tuple[str, ...]  # USPS codes, of the counties, the nearest first
    roads: tuple[str, ...]  # codes, the nearest first
    hours: float  # since last seen, at least
    is_exact: bool  # False: the time is known as a day at most, so more hours may have passed
    means: Means
    distance_m: float  # from the last place: radius of the circle, length of the longest corridor


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """Where counties and roads are looked up."""

    counties: CountyBook
    roads: RoadBook
