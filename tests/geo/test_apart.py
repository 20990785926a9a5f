"""The distance of two shapes, against all pairs of points on their borders."""

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import box

from geo.apart import apart_m
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.measure import distance_m, distances_m
from geo.parts import Shape, from_polygons

latitudes = st.floats(-85, 85)
longitudes = st.floats(-180, 180)
radii_m = st.floats(200, 20_000)


def slowly(one: Shape, other: Shape) -> float:
    """Measure every point of one border against every point of the other."""
    points = [LonLat(*p) for p in shapely.get_coordinates(shapely.segmentize(other, 0.05))]
    return min(float(distances_m(LonLat(*p), points).min()) for p in shapely.get_coordinates(one))


@given(longitudes, latitudes, longitudes, latitudes, radii_m, radii_m)
def test_it_is_what_all_pairs_of_points_say(
    lon: float, lat: float, far_lon: float, far_lat: float, radius_m: float, far_radius_m: float
) -> None:
    one = circle_ground(LonLat(lon or 1, lat), radius_m)
    other = circle_ground(LonLat(far_lon or 1, far_lat), far_radius_m)
    measured, expected = apart_m(one, other), slowly(one, other)
    assume(expected < 15_000_000)  # towards the other side of the Earth every way is as long
    if one.intersects(other):
        assert measured == 0
    else:
        assert measured == pytest.approx(expected, rel=0.01, abs=0.05 * min(radius_m, far_radius_m))


def test_shapes_that_touch_or_lie_within_each_other_are_not_apart() -> None:
    county = box(-88, 46, -87, 47)
    assert apart_m(box(-87, 46, -86.9, 46.1), county) == 0
    assert apart_m(box(-87.5, 46.5, -87.4, 46.6), county) == 0


def test_it_counts_the_short_way_over_the_seam() -> None:
    west, east = box(179.8, 51, 179.9, 51.1), box(-179.9, 51, -179.8, 51.1)
    expected = distance_m(LonLat(179.9, 51.1), LonLat(-179.9, 51.1))
    assert apart_m(west, east) == pytest.approx(expected, rel=0.001)
    both = from_polygons([east, box(0, 51, 0.1, 51.1)])
    assert apart_m(west, both) == pytest.approx(expected, rel=0.001)


def test_a_long_edge_is_near_in_its_middle() -> None:
    """A state's border of 600 km has two corners, both far from who lives at its middle."""
    state = box(-104, 41, -97, 43)
    home = circle_ground(LonLat(-100.5, 40.8), 1_000)
    expected = distance_m(LonLat(-100.5, 40.8), LonLat(-100.5, 41)) - 1_000
    assert apart_m(home, state) == pytest.approx(expected, rel=0.005)
