"""Which county of the United States does a neighborhood lie in? By its middle, many at once.

The desk shows reach by county. The outlines are those of the place table (us-atlas, simplified to
1:10 million), so a pier or a barrier island may lie beside its county: what is in no outline takes
the nearest county within NEAR_M, unless it is in another country's outline (docs/adr/0031).
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from alerts.places import PlaceRecord
from geo.measure import straight_m

NEAR_M = 3_000.0  # what the simplified coast leaves out; farther out is the sea, or abroad
LOOKS_AGAIN_S = 30.0  # for places that were loaded anew; as the other answers about places
NOWHERE = ""  # the code of what is in no county

# Their counties are in the place table, and GeoNames and ISO 3166-1 call them countries.
_OWN = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_METRES_OF_A_DEGREE = 110_500.0  # of latitude, at its shortest
BAND_DEG = 2.0  # of latitude
_FLATTEST = 0.05  # of a degree of longitude beside one of latitude: 87° north

Points = NDArray[np.float64]  # (N, 2) lon, lat


class CountyPlaces(Protocol):
    """What the place table says of counties."""

    def counties(self) -> Sequence[PlaceRecord]:
        """Return the counties that have an outline."""
        ...

    def counties_stamp(self) -> Hashable:
        """Return something that differs after the counties were loaded anew."""
        ...

    def country_at(self, lon: float, lat: float) -> str | None:
        """Return the ISO 3166-1 alpha-2 code of the country at a point, or None at sea."""
        ...


class Counties:
    """The outlines of all counties; safe to use from several threads."""

    def __init__(
        self,
        records: Iterable[PlaceRecord],
        country_at: Callable[[float, float], str | None],
    ) -> None:
        known = sorted((r for r in records if r.shape is not None), key=lambda r: r.code)
        self._country_at = country_at
        self._names = {r.code: f"{r.name}, {r.region}" if r.region else r.name for r in known}
        shapes = np.array([r.shape for r in known], dtype=object)
        self._parts, of = shapely.get_parts(shapes, return_index=True)
        self._codes = [known[n].code for n in of.tolist()]  # of the parts, ascending
        shapely.prepare(self._parts)
        self._tree = shapely.STRtree(self._parts)

    def of_shapes(self, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> list[str]:
        """Return the FIPS code of the county that the middle of each shape lies in, or "".

        Parameters
        ----------
        shapes: polygons and multipolygons, valid, WGS84 lon/lat; the middle is a point on them.
        """
        middles = shapely.point_on_surface(np.asarray(shapes, dtype=object))
        return self.at(shapely.get_coordinates(middles))

    def at(self, lonlat: Points) -> list[str]:
        """Return the FIPS code of the county at each point, "" for none; a million take seconds.

        On a border it is the county of the lower code.
        """
        codes = [NOWHERE] * len(lonlat)
        point, part = self._tree.query(shapely.points(lonlat))
        inside = shapely.intersects_xy(self._parts[part], *lonlat[point].T)
        point, part = point[inside], part[inside]
        order = np.lexsort((part, point))
        points, first = np.unique(point[order], return_index=True)
        for at, of in zip(points.tolist(), part[order][first].tolist(), strict=True):
            codes[at] = self._codes[of]
        outside = np.setdiff1d(np.arange(len(lonlat)), points)
        for at, code in self._beside(lonlat, outside):
            codes[at] = code
        return codes

    def names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return what people call these counties, "Travis County, TX"; no code, no name."""
        return {code: self._names[code] for code in codes if code in self._names}

    def _beside(self, lonlat: Points, outside: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
        """Yield the points that a simplified coast left out, and their county."""
        which, part = self._tree.query(_boxes_round(lonlat[outside]))
        row = outside[which]
        away_m = _distances_m(lonlat[row], self._parts[part])
        order = np.lexsort((part, away_m, row))
        order = order[away_m[order] <= NEAR_M]
        rows, nearest = np.unique(row[order], return_index=True)
        for at, of in zip(rows.tolist(), part[order][nearest].tolist(), strict=True):
            if self._country_at(*lonlat[at].tolist()) in (None, *_OWN):
                yield at, self._codes[of]


class CountyBook:
    """The counties as the place table has them now; a process has one."""

    def __init__(self, places: CountyPlaces) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._stamp: Hashable = None
        self._counties: Counties | None = None
        self._look_at_s = 0.0

    def now(self) -> Counties | None:
        """Return them, read again if they were loaded anew; None if there are none.

        It asks the database, now and then: call it outside of a transaction.
        """
        with self._lock:
            if time.monotonic() >= self._look_at_s:
                stamp = self._places.counties_stamp()
                if stamp != self._stamp:
                    records = self._places.counties()
                    self._counties = Counties(records, self._places.country_at) if records else None
                    self._stamp = stamp
                self._look_at_s = time.monotonic() + LOOKS_AGAIN_S
            return self._counties

    def of_shape(self, shape: BaseGeometry) -> str | None:
        """Return the county of one shape, "" for none; None if no counties are known yet."""
        counties = self.now()
        return None if counties is None else counties.of_shapes([shape])[0]

    def names(self, codes: Iterable[str]) -> dict[str, str]:
        """Return what people call these counties; unknown ones are left out."""
        counties = self.now()
        return {} if counties is None else counties.names(codes)


def _boxes_round(lonlat: Points) -> NDArray[np.object_]:
    """Return boxes of at least NEAR_M around points."""
    north = NEAR_M / _METRES_OF_A_DEGREE
    east = north / np.maximum(np.cos(np.radians(lonlat[:, 1])), _FLATTEST)
    lon, lat = lonlat.T
    return np.asarray(shapely.box(lon - east, lat - north, lon + east, lat + north))


def _distances_m(lonlat: Points, parts: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return how far each point is from the part beside it, too much by less than 5 %.

    The nearest point of the part is looked for on a map whose longitudes are shortened as those of
    the point's latitude are, to the nearest BAND_DEG.
    """
    away_m = np.zeros(len(lonlat))
    bands = np.cos(np.radians(np.rint(lonlat[:, 1] / BAND_DEG) * BAND_DEG)).clip(min=_FLATTEST)
    for shorter in np.unique(bands):
        here = np.flatnonzero(bands == shorter)
        ends = _links(lonlat[here], parts[here], np.array((shorter, 1.0)))
        away_m[here] = straight_m(ends[:, 0], ends[:, 1])
    return away_m


def _links(
    lonlat: Points, parts: NDArray[np.object_], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return both ends of the shortest line from each point to its part, on a map so scaled."""
    flat = shapely.transform(parts, lambda lonlats: lonlats * scale)
    links = shapely.shortest_line(shapely.points(lonlat * scale), flat)
    ends: NDArray[np.float64] = shapely.get_coordinates(links).reshape(-1, 2, 2) / scale
    return ends
