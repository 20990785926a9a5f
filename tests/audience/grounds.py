"""Ground to test with: hypothesis strategies of all that people and feeds draw.

Corners are on a grid of half degrees, so that shapes touch in a corner, along an edge or on a
slanted one, in numbers that doubles hold exactly; circles and stars are anywhere.
"""

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack, unpack
from geo.parts import Shape, from_polygons, polygons_of
from tests.geo.shapes import around, spokes

GRID_DEG = 0.5
SPAN = 8  # steps of the grid
CORNERS = st.tuples(st.integers(0, SPAN), st.integers(0, SPAN))
ORIGINS = [(-90.0, 44.0), (-2.0, -2.0), (178.0, -17.0), (20.0, 84.0)]


def stored(shape: BaseGeometry) -> Shape:
    """Return a shape as the store keeps it: split at the 180th meridian, on the grid of 1e-7°."""
    parts = [
        part
        for moved in (shape, shapely.transform(shape, lambda xy: xy - (360, 0)))
        for part in polygons_of(shapely.intersection(moved, box(-180, -90, 180, 90)))
    ]
    return unpack(pack(from_polygons(parts)))


def at(origin: tuple[float, float], corner: tuple[int, int]) -> tuple[float, float]:
    return origin[0] + GRID_DEG * corner[0], origin[1] + GRID_DEG * corner[1]


@st.composite
def boxes(draw: st.DrawFn, origin: tuple[float, float]) -> Polygon:
    (west, south), width, height = draw(CORNERS), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return box(*at(origin, (west, south)), *at(origin, (west + width, south + height)))


@st.composite
def holed(draw: st.DrawFn, origin: tuple[float, float]) -> Polygon:
    west, south = draw(CORNERS)
    outer = box(*at(origin, (west, south)), *at(origin, (west + 4, south + 4)))
    hole = box(*at(origin, (west + 1, south + 1)), *at(origin, (west + 3, south + 3)))
    return Polygon(outer.exterior, [hole.exterior])


@st.composite
def triangles(draw: st.DrawFn, origin: tuple[float, float]) -> Polygon:
    corners = draw(st.lists(CORNERS, min_size=3, max_size=3, unique=True))
    (a, b), (c, d), (e, f) = corners
    if (c - a) * (f - b) == (e - a) * (d - b):  # in one line
        return box(*at(origin, (a, b)), *at(origin, (a + 1, b + 1)))
    return Polygon([at(origin, corner) for corner in corners])


@st.composite
def several(draw: st.DrawFn, origin: tuple[float, float]) -> BaseGeometry:
    parts = draw(st.lists(boxes(origin), min_size=2, max_size=4))
    return shapely.union_all(parts)


@st.composite
def corner_to_corner(draw: st.DrawFn, origin: tuple[float, float]) -> MultiPolygon:
    (x, y), size = draw(CORNERS), draw(st.integers(1, 3))
    return MultiPolygon(
        [
            box(*at(origin, (x, y)), *at(origin, (x + size, y + size))),
            box(*at(origin, (x + size, y + size)), *at(origin, (x + size + 1, y + size + 1))),
        ]
    )


@st.composite
def corridors(draw: st.DrawFn, origin: tuple[float, float]) -> BaseGeometry:
    corners = draw(st.lists(CORNERS, min_size=2, max_size=5, unique=True))
    half_width = draw(st.sampled_from([0.001, 0.02, 0.1]))
    legs = [shapely.LineString([at(origin, a), at(origin, b)]) for a, b in pairwise(corners)]
    return shapely.union_all([leg.buffer(half_width, quad_segs=4) for leg in legs])


@st.composite
def circles(draw: st.DrawFn, origin: tuple[float, float]) -> Shape:
    step = st.floats(0, SPAN * GRID_DEG)
    lon = (origin[0] + draw(step) + 180) % 360 - 180
    return circle_ground(LonLat(lon, origin[1] + draw(step)), 10 ** draw(st.floats(2, 5.2)))


@st.composite
def stars(draw: st.DrawFn, origin: tuple[float, float]) -> Polygon:
    step = st.floats(0, SPAN * GRID_DEG)
    size = st.floats(0.01, 1.5)
    return around(
        origin[0] + draw(step), origin[1] + draw(step), draw(size), draw(size), draw(spokes)
    )


KINDS = (boxes, holed, triangles, several, corner_to_corner, corridors, circles, stars)


def grounds(origin: tuple[float, float]) -> st.SearchStrategy[Shape]:
    """Draw ground of any kind near there."""
    return st.one_of([kind(origin) for kind in KINDS]).map(stored)


def ragged(centre: tuple[float, float], vertices: int, size_deg: float, seed: int) -> Polygon:
    """Return a ring as fine as a coast."""
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = size_deg * (1 + 0.3 * np.sin(5 * angle) + chance.uniform(-0.003, 0.003, vertices))
    ring = np.column_stack(
        (centre[0] + reach * np.cos(angle), centre[1] + 0.7 * reach * np.sin(angle))
    )
    return Polygon(ring)
