"""Areas against geographiclib, distances, counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.coordinates import LonLat
from geo.measure import area_km2, distance_m, overlap_km2, straight_m, vertex_count
from tests.geo import oracles
from tests.geo.shapes import positions, stars

EARTH_KM2 = 510_065_622  # WGS84 ellipsoid, geographiclib.Geodesic.WGS84


@settings(max_examples=30, deadline=None)
@given(stars)
def test_areas_agree_with_geographiclib(star: Polygon) -> None:
    assert area_km2(star) == pytest.approx(oracles.area_km2(star), rel=1e-3, abs=1e-6)


def test_colorado_has_its_area() -> None:
    # 37-41° N, 102.05-109.05° W: 269,600 km² by the Census, within what the borders are rounded
    assert area_km2(box(-109.05, 37, -102.05, 41)) == pytest.approx(269_600, rel=0.003)


def test_the_whole_earth_has_its_area() -> None:
    assert area_km2(box(-180, -90, 180, 90)) == pytest.approx(EARTH_KM2, rel=1e-6)


def test_a_hole_is_no_ground() -> None:
    outer, inner = box(0, 0, 2, 2), box(0.5, 0.5, 1.5, 1.5)
    holed = Polygon(outer.exterior, [inner.exterior])
    assert area_km2(holed) == pytest.approx(area_km2(outer) - area_km2(inner))


@pytest.mark.parametrize("reverse", [False, True])
def test_orientation_does_not_matter(reverse: bool) -> None:
    ring = list(box(0, 0, 1, 1).exterior.coords)
    assert area_km2(Polygon(ring[::-1] if reverse else ring)) == pytest.approx(12_308.8, rel=1e-4)


def test_what_is_no_polygon_has_no_area() -> None:
    assert area_km2(Polygon()) == 0
    assert area_km2(Point(1, 1)) == 0
    assert area_km2(LineString([(0, 0), (1, 1)])) == 0


def test_overlap_counts_only_the_shared_ground() -> None:
    assert overlap_km2(box(0, 0, 2, 2), box(1, 1, 3, 3)) == pytest.approx(area_km2(box(1, 1, 2, 2)))
    assert overlap_km2(box(0, 0, 1, 1), box(1, 0, 2, 1)) == 0
    assert overlap_km2(box(0, 0, 1, 1), box(5, 5, 6, 6)) == 0


def test_an_overlap_that_is_ground_and_line_counts_the_ground() -> None:
    comb = Polygon([(0, 0), (4, 0), (4, 1), (3, 1), (3, 2), (2, 2), (2, 1), (0, 1)])
    above = box(0, 1, 4, 3)
    assert comb.intersection(above).geom_type == "GeometryCollection"
    assert overlap_km2(comb, above) == pytest.approx(area_km2(box(2, 1, 3, 2)))


@settings(max_examples=60, deadline=None)
@given(positions, positions)
def test_distances_are_the_same_both_ways_and_never_half_the_earth(a: LonLat, b: LonLat) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=0.01)
    assert 0 <= distance_m(a, b) <= 20_003_932


def test_a_degree_of_longitude_shrinks_northward() -> None:
    assert distance_m(LonLat(0, 0), LonLat(1, 0)) == pytest.approx(111_319, abs=1)
    assert distance_m(LonLat(0, 60), LonLat(1, 60)) == pytest.approx(55_800, abs=1)
    assert distance_m(LonLat(179.5, 0), LonLat(-179.5, 0)) == pytest.approx(111_319, abs=1)


@settings(max_examples=60, deadline=None)
@given(positions, st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_a_straight_line_is_hardly_longer_than_a_geodesic_never_shorter(
    a: LonLat, east: float, north: float
) -> None:
    b = (a.lon + east, min(85, max(-85, a.lat + north)))
    start = np.array([[a.lon, min(85, max(-85, a.lat))]])
    straight = float(straight_m(start, np.array([b]))[0])
    geodesic_m = oracles.metres(start[0], b)
    assert geodesic_m <= straight + 1e-6
    assert straight <= geodesic_m * 1.003 + 1e-6


def test_the_closing_vertex_is_not_counted() -> None:
    assert vertex_count(box(0, 0, 1, 1)) == 4
    assert vertex_count(MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])) == 8
    assert vertex_count(Polygon()) == 0
