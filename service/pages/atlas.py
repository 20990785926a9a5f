"""What lies around an area: counties, states or countries, for the drawing of `sketch`.

Reads the GeoJSON that the front-end build puts beside Leaflet; without it, nothing is around.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from service.pages.sketch import unwrapped
from service.pages.views import Outline

COUNTY_SPAN_DEGREES = 6.0  # a wider area shows states, else the counties are a thicket
STATE_SPAN_DEGREES = 60.0  # a wider one shows countries
# Alaska, DC, Louisiana, Puerto Rico; elsewhere "Co." tells a county from its city.
NO_COUNTIES = frozenset({"02", "11", "22", "72"})
MARGIN = 0.6  # of the area's span, looked at on each side


class Atlas:
    """The outlines of one folder of GeoJSON: states, counties, countries, land."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def around(self, area: Polygon | MultiPolygon) -> tuple[Outline, ...]:
        """Find what lies in and around an area, at the grain that suits its size.

        Parameters: `area`, WGS84 lon/lat. Returns: outlines, WGS84 lon/lat; empty at sea.
        """
        west, south, east, north = unwrapped(area).bounds
        span = max(east - west, north - south)
        view = _view(west, south, east, north, margin=span * MARGIN)
        states = [] if span > STATE_SPAN_DEGREES else _touching(self._states, view)
        if not states:
            land = self._countries if span > COUNTY_SPAN_DEGREES else self._land
            return tuple(outline for _, outline in _touching(land, view))
        if span > COUNTY_SPAN_DEGREES:
            return tuple(outline for _, outline in states)
        counties = [row for fips, _ in states for row in self._counties(fips)]
        return tuple(outline for _, outline in _touching(counties, view))

    def _counties(self, fips: str) -> Iterator[tuple[str, Outline]]:
        suffix = "" if fips in NO_COUNTIES else " Co."
        for code, outline in self._read(self._folder / "counties" / f"{fips}.json"):
            yield code, Outline(name=outline.name + suffix, shape=outline.shape)

    @cached_property
    def _states(self) -> tuple[tuple[str, Outline], ...]:
        return tuple(self._read(self._folder / "states.json"))

    @cached_property
    def _countries(self) -> tuple[tuple[str, Outline], ...]:
        return tuple(self._read(self._folder / "countries-110m.json"))

    @cached_property
    def _land(self) -> tuple[tuple[str, Outline], ...]:
        return tuple(self._read(self._folder / "land-50m.json"))

    @staticmethod
    def _read(path: Path) -> Iterator[tuple[str, Outline]]:
        if not path.is_file():
            return
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            ground = _ground(shape(feature["geometry"])) if feature.get("geometry") else None
            if ground is not None:
                name = str((feature.get("properties") or {}).get("name", ""))
                yield str(feature.get("id", "")), Outline(name=name, shape=ground)


def _touching(rows: Iterable[tuple[str, Outline]], view: BaseGeometry) -> list[tuple[str, Outline]]:
    return [row for row in rows if row[1].shape.intersects(view)]


def _ground(geometry: BaseGeometry) -> Polygon | MultiPolygon | None:
    """Mend a simplified outline; None where no ground is left."""
    whole = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    return whole if isinstance(whole, Polygon | MultiPolygon) and not whole.is_empty else None


def _view(west: float, south: float, east: float, north: float, *, margin: float) -> BaseGeometry:
    """Take the frame with its margin, and once more 360° to each side (outlines end at ±180°)."""
    frames = [
        shapely.box(west - margin + turn, south - margin, east + margin + turn, north + margin)
        for turn in (-360, 0, 360)
    ]
    return shapely.union_all(frames)
