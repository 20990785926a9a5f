"""Whatever is drawn: ground that every point agrees with, or a refusal that says why."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.measure import area_km2
from geo.polygon import Ground, ground
from tests.geo.oracles import is_in, scattered

Position = tuple[float, float]
Ring = list[Position]

# A coarse grid makes vertices meet, edges touch and lie on each other; fine ones make crossings.
coarse = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (float(p[0]), float(p[1])))
fine = st.tuples(st.floats(0, 6), st.floats(0, 6))
nowhere = st.tuples(
    st.sampled_from([0.0, 180.0, -180.0, 360.0, -360.0, 179.9, 1e-9, math.nan, math.inf, 1e308]),
    st.sampled_from([0.0, 90.0, -90.0, 90.1, 45.0, 100.0, -1e-9, math.nan, -math.inf, -1e308]),
)


@st.composite
def scribbles(draw: st.DrawFn, positions: st.SearchStrategy[Position]) -> Ring:
    """Draw a ring with all that goes wrong: spikes, repeats, loops back, no width."""
    ring = draw(st.lists(positions, min_size=3, max_size=9))
    for _ in range(draw(st.integers(0, 3))):
        where = draw(st.integers(0, len(ring) - 1))
        spike = draw(positions)
        mishap = draw(st.sampled_from(["repeat", "spike", "again", "back"]))
        ring[where:where] = {
            "repeat": [ring[where]] * 3,
            "spike": [ring[where], spike],
            "again": ring[:where],
            "back": ring[where::-1],
        }[mishap]
    return ring


@st.composite
def drawings(draw: st.DrawFn, positions: st.SearchStrategy[Position]) -> list[Polygon]:
    """Draw up to three polygons with up to three holes wherever they fall."""
    start = draw(fine)  # shapely makes no ring that starts at NaN
    rings = scribbles(positions).map(lambda ring: [start, *ring])
    counts = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
    with np.errstate(invalid="ignore"):
        return [Polygon(draw(rings), [draw(rings) for _ in range(holes)]) for holes in counts]


def read(shape: BaseGeometry) -> Ground | GeoError:
    try:
        return ground(shape, "/geometry")
    except GeoError as error:
        return error


def moved(polygons: list[Polygon], lon: float, lat: float) -> MultiPolygon:
    offset = np.array((lon, lat))
    shape: MultiPolygon = shapely.transform(MultiPolygon(polygons), lambda lonlat: lonlat + offset)
    return shape


@settings(max_examples=100, deadline=None)
@given(drawings(coarse) | drawings(fine), st.integers(0, 9))
def test_every_point_is_in_what_was_drawn_round_it(drawn: list[Polygon], seed: int) -> None:
    there = moved(drawn, -100, 40)
    found = read(there)
    assert isinstance(found, Ground) or found.code == "no_area"
    shape = found.shape if isinstance(found, Ground) else MultiPolygon()
    assert shape.is_valid
    parts = list(there.geoms)
    borders = shapely.union_all(there.boundary)
    for lonlat in scattered(there, 25, seed, margin=0.1):
        point = Point(lonlat)
        if point.distance(borders) > 1e-6:
            assert shape.contains(point) == is_in((point.x, point.y), parts)


@settings(max_examples=50, deadline=None)
@given(drawings(fine), st.sampled_from([177.0, 180.0, -183.0, -180.5]))
def test_the_same_drawing_on_the_seam_is_the_same_ground(drawn: list[Polygon], lon: float) -> None:
    inland, seaward = read(moved(drawn, 0, 40)), read(moved(drawn, lon, 40))
    if isinstance(inland, GeoError) or isinstance(seaward, GeoError):
        assert str(inland) == str(seaward)
        return
    west, _, east, _ = seaward.shape.bounds
    assert seaward.shape.is_valid
    assert -180 <= west < east <= 180
    assert area_km2(seaward.shape) == pytest.approx(area_km2(inland.shape), rel=1e-6, abs=1e-6)


@settings(max_examples=120, deadline=None)
@given(drawings(nowhere) | drawings(nowhere | fine))
def test_nothing_ends_in_a_traceback(drawn: list[Polygon]) -> None:
    for shape in (*drawn, MultiPolygon(drawn)):
        found = read(shape)
        if isinstance(found, GeoError):
            assert found.code
            assert str(found)
            assert found.where.startswith("/geometry")
            continue
        west, south, east, north = found.shape.bounds
        assert found.shape.is_valid
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        assert 0 < area_km2(found.shape) <= 150_000_000


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=3, max_size=9))
def test_swapped_axes_are_refused_or_ground(drawn: Ring) -> None:
    found = read(Polygon(drawn))
    if isinstance(found, GeoError):
        assert found.code in {"out_of_range", "no_area", "null_island", "whole_world"}
    else:
        assert found.shape.is_valid
