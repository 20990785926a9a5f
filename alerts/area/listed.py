"""The built-in places as a `PlaceBook` in memory: for checks where there is no database."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import shapely
from shapely.geometry import Point

from alerts.area.built import read_places
from alerts.place_names import fold
from alerts.places import PlaceRecord


class ListedPlaces:
    """A `PlaceBook` over the file that `alerts.area.built` writes, read at the first question.

    Parameters
    ----------
    built: returns the path of the file; some 60,000 places, a second to read.
    """

    def __init__(self, built: Callable[[], Path]) -> None:
        self._built = built

    def by_code(self, scheme: str, code: str) -> PlaceRecord | None:
        """Return the place with exactly this code, or None."""
        return self._codes.get((scheme, code))

    def by_name(
        self, scheme: str, name: str, region: str | None, country: str | None
    ) -> Sequence[PlaceRecord]:
        """Return the places whose folded name equals `fold(name)`; None leaves a filter out."""
        return [
            place
            for place in self._names.get((scheme, fold(name)), ())
            if (region is None or place.region == region)
            and (country is None or place.country == country)
        ]

    def country_at(self, lon: float, lat: float) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of the country at a point, or None at sea."""
        tree, countries = self._countries
        hits = tree.query(Point(lon, lat), predicate="intersects")
        return countries[int(hits[0])].code if len(hits) else None

    @cached_property
    def _codes(self) -> dict[tuple[str, str], PlaceRecord]:
        return {(place.scheme, place.code): place for place in read_places(self._built())}

    @cached_property
    def _names(self) -> dict[tuple[str, str], list[PlaceRecord]]:
        names: dict[tuple[str, str], list[PlaceRecord]] = defaultdict(list)
        for place in self._codes.values():
            names[place.scheme, fold(place.name)].append(place)
        return dict(names)

    @cached_property
    def _countries(self) -> tuple[shapely.STRtree, Sequence[PlaceRecord]]:
        outlines = [
            (place, place.shape)
            for place in self._codes.values()
            if place.scheme == "country" and place.shape is not None
        ]
        tree = shapely.STRtree([shape for _, shape in outlines])
        return tree, [place for place, _ in outlines]
