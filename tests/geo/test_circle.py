"""Circles: nobody within is missed, nobody far without is told."""

import math

import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geo import seam
from geo.circle import circle, circle_ground
from geo.coordinates import LonLat
from geo.errors import InvalidShape, OutOfRange
from geo.measure import area_km2, vertex_count
from tests.geo.shapes import longitudes, positions

CHICAGO = LonLat(-87.63, 41.88)
azimuths = st.floats(0, 360)


def at(centre: LonLat, azimuth: float, distance_m: float) -> Point:
    end = Geodesic.WGS84.Direct(centre.lat, centre.lon, azimuth, distance_m)
    return Point(end["lon2"], end["lat2"])


@settings(max_examples=80, deadline=None)
@given(positions, st.floats(1, 2_000_000), st.lists(azimuths, min_size=20, max_size=40))
def test_who_is_within_is_inside_and_who_is_beyond_is_not(
    centre: LonLat, radius_m: float, directions: list[float]
) -> None:
    ground = circle_ground(centre, radius_m)
    assert ground.is_valid
    for azimuth in directions:
        assert ground.intersects(at(centre, azimuth, radius_m * 0.999_999))
        assert ground.intersects(at(centre, azimuth, radius_m * 0.5))
        assert not ground.intersects(at(centre, azimuth, radius_m * 1.01))


@settings(max_examples=40, deadline=None)
@given(
    longitudes,
    st.floats(80, 90),
    st.sampled_from([1, -1]),
    st.floats(1_000, 2_000_000),
    st.lists(azimuths, min_size=20, max_size=40),
)
def test_the_same_holds_near_the_poles(
    lon: float, lat: float, side: int, radius_m: float, directions: list[float]
) -> None:
    centre = LonLat(lon, side * lat)
    ground = circle_ground(centre, radius_m)
    for azimuth in directions:
        assert ground.intersects(at(centre, azimuth, radius_m * 0.999_999))
        assert not ground.intersects(at(centre, azimuth, radius_m * 1.01))


@pytest.mark.parametrize("lat", [0.0, 30.0, 60.0, 85.0])
def test_the_middle_of_every_edge_is_outside_the_circle(lat: float) -> None:
    centre = LonLat(10, lat)
    ring = shapely.segmentize(circle(centre, 500_000), 0.05)
    for lon, lat_on_edge in shapely.get_coordinates(ring):
        away = Geodesic.WGS84.Inverse(centre.lat, centre.lon, lat_on_edge, lon)["s12"]
        assert away >= 500_000


def test_the_area_is_that_of_a_circle() -> None:
    assert area_km2(circle(CHICAGO, 16_000)) == pytest.approx(math.pi * 16**2, rel=0.005)


def test_a_circle_has_64_corners_and_runs_counter_clockwise() -> None:
    ring = circle(CHICAGO, 16_000)
    assert vertex_count(ring) == 64
    assert ring.exterior.is_ccw


def test_an_unsplit_circle_goes_on_beyond_the_seam() -> None:
    ring = circle(LonLat(179.9, 10), 50_000)
    west, _, east, _ = ring.bounds
    assert ring.is_valid
    assert west < 180 < east


def test_a_circle_on_the_seam_has_a_part_on_each_side() -> None:
    ground = circle_ground(LonLat(180, 10), 50_000)
    assert ground.geom_type == "MultiPolygon"
    assert ground.intersects(Point(179.9, 10))
    assert ground.intersects(Point(-179.9, 10))
    assert not ground.intersects(Point(0, 10))


@pytest.mark.parametrize("pole", [90.0, -90.0])
@pytest.mark.parametrize("lat", [90.0, 89.99, 89.9])
def test_a_circle_over_a_pole_holds_the_pole(pole: float, lat: float) -> None:
    ground = circle_ground(LonLat(30, math.copysign(lat, pole)), 20_000)
    assert ground.is_valid
    for lon in (-180, -90, 0, 90, 180):
        assert ground.intersects(Point(lon, pole))


def test_a_circle_that_just_touches_the_pole_is_valid() -> None:
    to_pole_m = Geodesic.WGS84.Inverse(89, 0, 90, 0)["s12"]
    for radius_m in (to_pole_m * 0.9975, to_pole_m * 0.9983, to_pole_m, to_pole_m * 1.001):
        assert circle_ground(LonLat(0, 89), radius_m).is_valid


@pytest.mark.parametrize("radius_m", [0, -1, math.nan, math.inf, 10_001_967, 1e300])
def test_a_radius_that_is_none_is_refused(radius_m: float) -> None:
    with pytest.raises(InvalidShape) as caught:
        circle(CHICAGO, radius_m)
    assert caught.value.code == "radius"


anywhere = st.builds(
    LonLat,
    st.sampled_from([180.0, -180.0, 179.999_9, 12.0]) | longitudes,
    st.sampled_from([0.0, 90.0, -90.0, 89.999_999_9, -89.99, 0.01, -0.5]) | st.floats(-90, 90),
).filter(lambda p: p != (0, 0))
extreme_radii = st.sampled_from([0.1, 1.0, 5e6, 9.9e6, 1e7, 10_001_966.0]) | st.floats(-1, 7).map(
    lambda exponent: 10.0**exponent
)


@settings(max_examples=80, deadline=None)
@given(anywhere, extreme_radii, st.lists(azimuths, min_size=6, max_size=6))
def test_from_a_hand_to_half_of_the_earth_nobody_is_missed(
    centre: LonLat, radius_m: float, directions: list[float]
) -> None:
    outline = circle(centre, radius_m)
    ground, _ = seam.split(outline)
    assert outline.is_valid
    assert ground.is_valid
    for azimuth in directions:
        assert ground.intersects(at(centre, azimuth, radius_m * 0.999_999))
        assert ground.intersects(at(centre, azimuth, radius_m * 0.5))
        assert not ground.intersects(at(centre, azimuth, radius_m * 1.01))


@pytest.mark.parametrize("lat", [0.0, 0.05, -45.0, 90.0])
def test_a_circle_of_a_quarter_turn_is_half_of_the_earth(lat: float) -> None:
    half_km2 = 510_065_622 / 2
    assert area_km2(circle(LonLat(20, lat), 10_001_966)) == pytest.approx(half_km2, rel=0.005)


def test_a_circle_that_holds_both_poles_leaves_out_the_other_side() -> None:
    ground, _ = seam.split(circle(LonLat(20, 0), 10_001_966))
    assert all(ground.intersects(Point(lon, lat)) for lon in (-180, 20, 100) for lat in (-90, 90))
    assert ground.intersects(Point(20, 0))
    assert not ground.intersects(Point(-160, 0))


def test_the_centre_nobody_filled_in_is_refused() -> None:
    with pytest.raises(InvalidShape) as caught:
        circle_ground(LonLat(0, 0), 1_000)
    assert caught.value.code == "null_island"


def test_a_centre_off_the_earth_is_refused() -> None:
    with pytest.raises(OutOfRange):
        circle(LonLat(41.88, -187.63), 1_000)


def test_most_of_the_world_is_refused() -> None:
    with pytest.raises(InvalidShape) as caught:
        circle_ground(CHICAGO, 9_000_000)
    assert caught.value.code == "whole_world"


def test_too_few_corners_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        circle(CHICAGO, 1_000, vertices=3)


@pytest.mark.parametrize("radius_m", [0.09, 1e-9, 1e-300])
def test_a_radius_that_is_no_ground_is_refused(radius_m: float) -> None:
    with pytest.raises(InvalidShape) as refused:
        circle_ground(LonLat(10, 50), radius_m)
    assert refused.value.code == "radius"
