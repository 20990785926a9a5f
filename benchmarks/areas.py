"""The five areas that every measurement of the audience asks for.

A circle, a county, a state, a long corridor, and the state again as finely as a coastline is drawn.
Outlines are those of the product's own atlas (`make setup` builds it); all are as the store keeps
them, rounded to 1e-7 degrees.
"""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Polygon, shape
from shapely.geometry.base import BaseGeometry

from geo.circle import circle
from geo.coordinates import LonLat
from geo.measure import WGS84, vertex_count
from geo.packed import pack, unpack
from geo.parts import Shape, from_polygons, polygons_of
from geo.polygon import ground

Corner: TypeAlias = tuple[float, float]

ATLAS = Path(__file__).parents[1] / "alerts" / "area" / "atlas"
NEW_YORK = LonLat(-73.9857, 40.7484)
CIRCLE_M = 16_000
LOS_ANGELES, TEXAS = "06037", "48"  # FIPS codes
# Along I-95, Boston to Baltimore and beyond, 600 km in all.
COAST = (
    LonLat(-71.0589, 42.3601),
    LonLat(-71.4128, 41.8240),
    LonLat(-72.9279, 41.3083),
    LonLat(-73.9857, 40.7484),
    LonLat(-75.1652, 39.9526),
    LonLat(-76.6122, 39.2904),
    LonLat(-77.0369, 38.9072),
)
CORRIDOR_M, HALF_WIDTH_M = 600_000, 5_000
FINE_VERTICES = 15_000
RAGGED = 0.05  # how far a corner stands aside of its edge, as a share of the edge


def areas() -> dict[str, Shape]:
    """Return the five areas by name, WGS84 lon/lat, valid."""
    texas = _outline("states", TEXAS)
    found: dict[str, Shape] = {
        "circle": circle(NEW_YORK, CIRCLE_M),
        "county": _outline("counties", LOS_ANGELES),
        "state": texas,
        "corridor": corridor(COAST, CORRIDOR_M, HALF_WIDTH_M),
        "fine state": finer(texas, FINE_VERTICES),
    }
    return {name: unpack(pack(area)) for name, area in found.items()}


def corridor(line: Sequence[LonLat], length_m: float, half_width_m: float) -> Shape:
    """Return the ground within `half_width_m` of the first `length_m` metres of a line."""
    capsules = [_capsule(a, b, half_width_m) for a, b in _legs(line, length_m)]
    return from_polygons(polygons_of(shapely.union_all(capsules)))


def finer(outline: Shape, vertices: int) -> Shape:
    """Return an outline with that many vertices, its edges broken as a coast's are.

    The largest part gets the new ones.
    """
    parts = sorted(polygons_of(outline), key=lambda part: part.area, reverse=True)
    ring: list[Corner] = [(x, y) for x, y in parts[0].exterior.coords[:-1]]
    wanted = vertices - vertex_count(outline) + len(ring)
    while len(ring) < wanted:
        ring = _broken(ring, wanted - len(ring), chance=random.Random(len(ring)))
    return from_polygons([Polygon(ring), *parts[1:]])


def _broken(ring: Sequence[Corner], at_most: int, chance: random.Random) -> list[Corner]:
    """Put a vertex beside the middle of each of the longest edges."""
    edges = np.linalg.norm(np.diff([*ring, ring[0]], axis=0), axis=1)
    chosen = set(np.argsort(-edges, kind="stable")[:at_most].tolist())
    broken: list[Corner] = []
    for number, (a, b) in enumerate(pairwise([*ring, ring[0]])):
        broken.append(a)
        if number in chosen:
            aside = chance.uniform(-1, 1) * RAGGED
            broken.append(
                (
                    (a[0] + b[0]) / 2 + aside * (b[1] - a[1]),
                    (a[1] + b[1]) / 2 - aside * (b[0] - a[0]),
                )
            )
    return broken


def _legs(line: Sequence[LonLat], length_m: float) -> Iterator[tuple[LonLat, LonLat]]:
    left_m = length_m
    for a, b in pairwise(line):
        azimuth, _, leg_m = WGS84.inv(a.lon, a.lat, b.lon, b.lat)
        if leg_m > left_m:
            lon, lat, _ = WGS84.fwd(a.lon, a.lat, azimuth, left_m)
            yield a, LonLat(lon, lat)
            return
        yield a, b
        left_m -= leg_m


def _capsule(a: LonLat, b: LonLat, half_width_m: float) -> BaseGeometry:
    """Return the ground along one leg, drawn on a plane that touches the Earth at its middle."""
    lon, lat = (a.lon + b.lon) / 2, (a.lat + b.lat) / 2
    plane = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    ends = [there.transform(*end) for end in (a, b)]
    ribbon = LineString(ends).segmentize(10_000).buffer(half_width_m, quad_segs=8)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    return shapely.transform(ribbon, lambda xy: np.column_stack(back.transform(*xy.T)))


def _outline(atlas: str, code: str) -> Shape:
    for feature in json.loads((ATLAS / f"{atlas}.geojson").read_bytes())["features"]:
        if feature["id"] == code:
            return ground(shape(feature["geometry"])).shape
    raise LookupError(f"no {atlas} {code}: run make setup")
