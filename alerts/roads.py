"""What we know of a highway, and how those of a region are looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shapely.geometry import LineString, MultiLineString

# Whose line it is, where nobody drew one: straight from town to town.
THROUGH_ITS_TOWNS = "approximate course through its towns"


@dataclass(frozen=True, kw_only=True, slots=True)
class Highway:
    """A highway; WGS84 lon/lat. Two far parts may share a code, as the I-84 in east and west do."""

    code: str  # "I-35"
    name: str
    source: str  # whose line this is
    line: LineString | MultiLineString

    @property
    def is_approximate(self) -> bool:
        """Whether the line only joins towns on the highway."""
        return self.source == THROUGH_ITS_TOWNS


class RoadBook(Protocol):
    """The look-up that corridors need."""

    def near(self, west: float, south: float, east: float, north: float) -> Sequence[Highway]:
        """Return the highways whose box touches this one, degrees; one a code, the best known."""
        ...
