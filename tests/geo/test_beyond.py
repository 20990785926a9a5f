"""How far a shape reaches beyond another: against circles whose answer is known."""

import pytest
from shapely.geometry import Polygon, box

from geo.beyond import beyond_m
from geo.circle import circle_ground
from geo.coordinates import LonLat


@pytest.mark.parametrize("lat", [0.0, 31.0, 47.0, 65.0])
@pytest.mark.parametrize("radius_m", [5_000.0, 40_000.0, 150_000.0])
def test_a_circle_on_a_border_reaches_beyond_it_by_its_radius(lat: float, radius_m: float) -> None:
    west_of = box(-20, lat - 10, 10, lat + 10)
    circle = circle_ground(LonLat(10, lat), radius_m)
    assert beyond_m(circle, west_of) == pytest.approx(radius_m, rel=0.02)


def test_what_lies_within_reaches_beyond_by_nothing() -> None:
    assert beyond_m(box(1, 1, 2, 2), box(0, 0, 3, 3)) == 0
    assert beyond_m(box(0, 0, 3, 3), box(0, 0, 3, 3)) == 0


def test_what_lies_elsewhere_reaches_as_far_as_its_farthest_corner() -> None:
    assert beyond_m(box(5, 0, 6, 0.001), box(0, -1, 3, 1)) == pytest.approx(334_000, rel=0.01)


def test_a_hole_of_the_other_shape_is_outside() -> None:
    ring = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    assert beyond_m(box(1.4, 1.4, 1.6, 1.6), ring) == pytest.approx(0.4 * 111_000, rel=0.45)
    assert beyond_m(box(1.4, 1.4, 1.6, 1.6), ring) > 40_000
