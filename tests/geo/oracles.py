"""Slow, obviously right answers to compare with: point by point, with geographiclib."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

LonLatLike = Sequence[float]


def at(centre: LonLatLike, azimuth: float, distance_m: float) -> Point:
    """Go that far from a place."""
    end = Geodesic.WGS84.Direct(centre[1], centre[0], azimuth, distance_m)
    return Point(end["lon2"], end["lat2"])


def metres(a: LonLatLike, b: LonLatLike) -> float:
    """Measure a geodesic."""
    return float(Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"])


def along(a: LonLatLike, b: LonLatLike, share: float) -> tuple[float, float]:
    """Find a position on the straight lon/lat edge, the short way round."""
    turn = b[0] - a[0]
    turn -= 360 * round(turn / 360)
    return a[0] + share * turn, a[1] + share * (b[1] - a[1])


def to_line_m(point: Point, line: LineString, rounds: int = 20) -> float:
    """Measure how far a place is from a line: look at beads of every edge, then between two."""
    nearest = math.inf
    for a, b in itertools.pairwise(line.coords):
        shares = np.linspace(0, 1, 25)
        best = min(shares, key=lambda s: metres((point.x, point.y), along(a, b, s)))
        low, high = max(0.0, best - 1 / 24), min(1.0, best + 1 / 24)
        for _ in range(rounds):
            third = (high - low) / 3
            near = metres((point.x, point.y), along(a, b, low + third))
            far = metres((point.x, point.y), along(a, b, high - third))
            low, high = (low, high - third) if near < far else (low + third, high)
        nearest = min(nearest, metres((point.x, point.y), along(a, b, (low + high) / 2)))
    return nearest


def is_wound_round(point: LonLatLike, ring: Sequence[LonLatLike]) -> bool:
    """Tell whether a ring goes round a point at all, by adding up the angles."""
    angles = [math.atan2(y - point[1], x - point[0]) for x, y in ring]
    turns = [
        (b - a + math.pi) % (2 * math.pi) - math.pi
        for a, b in zip(angles, [*angles[1:], angles[0]], strict=True)
    ]
    return abs(sum(turns)) > math.pi


def is_in(point: LonLatLike, polygons: Sequence[Polygon]) -> bool:
    """Tell whether a point is wound round by some shell, and by no hole of it."""
    return any(
        is_wound_round(point, list(polygon.exterior.coords))
        and not any(is_wound_round(point, list(hole.coords)) for hole in polygon.interiors)
        for polygon in polygons
    )


def area_km2(polygon: Polygon, step_deg: float = 0.02) -> float:
    """Measure the geodesic area of an outline whose straight edges are cut small."""
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        geodesic = Geodesic.WGS84.Polygon()
        for lon, lat in shapely.get_coordinates(shapely.segmentize(ring, step_deg))[:-1]:
            geodesic.AddPoint(lat, lon)
        rings.append(abs(float(geodesic.Compute()[2])) / 1e6)
    shell, *holes = rings
    return shell - sum(holes)


def scattered(
    shape: BaseGeometry, count: int, seed: int, margin: float = 0.2
) -> NDArray[np.float64]:
    """Throw points over a shape and a margin beside it."""
    west, south, east, north = shape.bounds
    wide, high = east - west, north - south
    low = (west - margin * wide, max(-90, south - margin * high))
    top = (east + margin * wide, min(90, north + margin * high))
    return np.random.default_rng(seed).uniform(low, top, (count, 2))


def moved_m(old: BaseGeometry, new: BaseGeometry, step_deg: float) -> float:
    """Measure how far the points of an outline are from another, bead by bead, at most."""
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(old.boundary, step_deg)))
    middle = math.radians((old.bounds[1] + old.bounds[3]) / 2)
    flat = [
        shapely.transform(g, lambda lonlat: lonlat * (math.cos(middle), 1))
        for g in (new.boundary, points)
    ]
    links = shapely.get_coordinates(shapely.shortest_line(flat[0], flat[1])).reshape(-1, 2, 2)
    ends = links / (math.cos(middle), 1)
    return max(metres(tuple(a), tuple(b)) for a, b in ends)
