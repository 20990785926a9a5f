"""How far does a place reach, by the box that its service draws around it?

Each service writes the box in its own way. A box that doesn't hold the place itself was read
wrongly, and counts for nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from geo.coordinates import LonLat
from geo.measure import distance_m

_SLACK_DEG = 1e-6  # services round the place and its box by themselves


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A box in WGS84 degrees; west > east crosses ±180°."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, at: LonLat) -> bool:
        """Say whether a place is inside."""
        if not self.south - _SLACK_DEG <= at.lat <= self.north + _SLACK_DEG:
            return False
        if self.west <= self.east:
            return self.west - _SLACK_DEG <= at.lon <= self.east + _SLACK_DEG
        return at.lon >= self.west - _SLACK_DEG or at.lon <= self.east + _SLACK_DEG

    def reach_m(self, at: LonLat) -> float:
        """Return the distance from a place to the farthest corner, metres."""
        corners = ((lon, lat) for lon in (self.west, self.east) for lat in (self.south, self.north))
        return max(distance_m(at, LonLat(*corner)) for corner in corners)


def reach_m(raw: Mapping[str, Any], at: LonLat) -> float | None:
    """Return how far a place reaches, in metres, by what its service answered; None if unknown."""
    for box in _boxes(raw):
        if box.holds(at):
            return box.reach_m(at)
    return None


def _boxes(raw: Mapping[str, Any]) -> Iterator[Box]:
    for read in _READERS:
        try:
            box = read(raw)
        except (KeyError, TypeError, ValueError, IndexError):
            continue
        sides = (box.west, box.south, box.east, box.north)
        if all(map(isfinite, sides)) and abs(box.south) <= 90 and abs(box.north) <= 90:
            yield box


def _of(west: Any, south: Any, east: Any, north: Any) -> Box:
    return Box(west=float(west), south=float(south), east=float(east), north=float(north))


def _nominatim(raw: Mapping[str, Any]) -> Box:
    south, north, west, east = raw["boundingbox"]
    return _of(west, south, east, north)


def _photon(raw: Mapping[str, Any]) -> Box:
    west, north, east, south = raw["properties"]["extent"]
    return _of(west, south, east, north)


def _geojson(raw: Mapping[str, Any]) -> Box:
    """Pelias, Mapbox, MapTiler: RFC 7946, section 5."""
    return _of(*raw["bbox"])


def _bing(raw: Mapping[str, Any]) -> Box:
    south, west, north, east = raw["bbox"]
    return _of(west, south, east, north)


def _corners(box: Mapping[str, Any]) -> Box:
    low, high = box["southwest"], box["northeast"]
    return _of(low["lng"], low["lat"], high["lng"], high["lat"])


def _google(raw: Mapping[str, Any]) -> Box:
    geometry = raw["geometry"]
    return _corners(geometry.get("bounds") or geometry["viewport"])


def _opencage(raw: Mapping[str, Any]) -> Box:
    return _corners(raw["bounds"])


def _arcgis(raw: Mapping[str, Any]) -> Box:
    box = raw["extent"]
    return _of(box["xmin"], box["ymin"], box["xmax"], box["ymax"])


def _here(raw: Mapping[str, Any]) -> Box:
    box = raw["mapView"]
    return _of(box["west"], box["south"], box["east"], box["north"])


def _tomtom(raw: Mapping[str, Any]) -> Box:
    box = raw.get("boundingBox") or raw["viewport"]
    high, low = box["topLeftPoint"], box["btmRightPoint"]
    return _of(high["lon"], low["lat"], low["lon"], high["lat"])


_READERS: tuple[Callable[[Mapping[str, Any]], Box], ...] = (
    *(_nominatim, _photon, _geojson, _bing, _google, _opencage, _arcgis, _here, _tomtom),
)
