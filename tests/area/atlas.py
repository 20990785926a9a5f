"""Counties and roads in memory, for what asks where they are."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from alerts.area.suggestion import Atlas
from alerts.area.touched_counties import TouchedCounties
from alerts.places import PlaceRecord
from alerts.roads import Highway
from tests.area.listed_places import ListedPlaces


@dataclass
class ListedCounties:
    """The counties of a list, with a stamp that a test may change."""

    places: ListedPlaces
    stamp: Hashable = 1

    def counties(self) -> Sequence[PlaceRecord]:
        return [county for county in self.places.all_of("county") if county.shape]

    def counties_stamp(self) -> Hashable:
        return self.stamp

    def country_at(self, lon: float, lat: float) -> str | None:
        return self.places.country_at(lon, lat)


class ListedRoads:
    """A `RoadBook` over a list."""

    def __init__(self, roads: Iterable[Highway]) -> None:
        self._roads = tuple(roads)

    def near(self, west: float, south: float, east: float, north: float) -> Sequence[Highway]:
        def touches(road: Highway) -> bool:
            w, s, e, n = road.line.bounds
            return w <= east and e >= west and s <= north and n >= south

        return [road for road in self._roads if touches(road)]


def atlas_of(places: ListedPlaces, roads: Iterable[Highway] = ()) -> Atlas:
    return Atlas(counties=TouchedCounties(ListedCounties(places)), roads=ListedRoads(roads))
