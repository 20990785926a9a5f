"""Which counties does a shape touch? For suggestions; `alerts.area.counties` answers for homes."""

import threading
import time
from collections.abc import Hashable, Sequence

import shapely
from shapely.geometry import MultiPolygon, Polygon

from alerts.area.counties import LOOKS_AGAIN_S, CountyPlaces
from alerts.places import PlaceRecord


class TouchedCounties:
    """The counties in a tree, built at the first question, and again after they were reloaded."""

    def __init__(self, places: CountyPlaces) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._stamp: Hashable = None
        self._known: tuple[shapely.STRtree, Sequence[PlaceRecord]] | None = None
        self._look_at_s = 0.0

    def touching(self, shape: Polygon | MultiPolygon) -> Sequence[PlaceRecord]:
        """Return the counties with an outline that share ground or border with a shape, by code."""
        tree, counties = self._tree()
        hits = sorted(tree.query(shape, predicate="intersects").tolist())
        return [counties[hit] for hit in hits]

    def _tree(self) -> tuple[shapely.STRtree, Sequence[PlaceRecord]]:
        with self._lock:
            if self._known is None or time.monotonic() >= self._look_at_s:
                stamp = self._places.counties_stamp()
                if self._known is None or stamp != self._stamp:
                    self._known, self._stamp = _read(self._places), stamp
                self._look_at_s = time.monotonic() + LOOKS_AGAIN_S
            return self._known


def _read(places: CountyPlaces) -> tuple[shapely.STRtree, Sequence[PlaceRecord]]:
    counties = sorted(places.counties(), key=lambda county: county.code)
    outlined = [(c, c.shape) for c in counties if c.shape is not None]
    return shapely.STRtree([shape for _, shape in outlined]), [county for county, _ in outlined]
