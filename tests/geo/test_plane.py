"""The flat sheet: there and back, and how much too long a length is on it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coordinates import LonLat
from geo.plane import Plane
from tests.geo.oracles import at, metres
from tests.geo.shapes import positions

azimuths = st.floats(0, 360)


@settings(max_examples=40, deadline=None)
@given(positions, azimuths, st.floats(1, 150_000), azimuths, st.floats(1, 150_000))
def test_no_length_is_too_short_and_none_much_too_long(
    centre: LonLat, one: float, one_m: float, other: float, other_m: float
) -> None:
    plane = Plane(centre=centre)
    a, b = at(centre, one, one_m), at(centre, other, other_m)
    on_sheet = plane.to_xy(np.array([(a.x, a.y), (b.x, b.y)]))
    assert np.hypot(*on_sheet[0]) == pytest.approx(one_m, abs=1e-4)
    length_m = float(np.hypot(*(on_sheet[1] - on_sheet[0])))
    geodesic_m = metres((a.x, a.y), (b.x, b.y))
    assert geodesic_m - 1e-3 <= length_m <= geodesic_m * plane.longest(150_000) + 1e-3
    assert plane.longest(150_000) < 1.000_1


@settings(max_examples=40, deadline=None)
@given(positions, st.floats(-150_000, 150_000), st.floats(-150_000, 150_000))
def test_there_and_back_is_the_same_place(centre: LonLat, east_m: float, north_m: float) -> None:
    plane = Plane(centre=centre)
    xy = np.array([(east_m, north_m)])
    assert np.allclose(plane.to_xy(plane.to_lonlat(xy)), xy, atol=1e-4)


def test_a_parallel_is_laid_flat_with_as_many_corners_as_it_needs() -> None:
    plane = Plane(centre=LonLat(10, 60))
    edge = np.array([(9.5, 60.0), (10.5, 60.0)])
    rough, fine = plane.laid_flat(edge, 500), plane.laid_flat(edge, 0.5)
    assert len(rough) == 2
    assert len(fine) > 10
    assert fine[:, 1].min() == pytest.approx(0, abs=1)  # the middle is the centre
    assert np.allclose(rough[[0, -1]], fine[[0, -1]])


@pytest.mark.parametrize("lat", [0.0, 60.0, 89.999, 90.0])
def test_a_ring_is_lifted_with_as_many_corners_as_it_needs(lat: float) -> None:
    plane = Plane(centre=LonLat(10, lat))
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * 50_000.0
    ring = plane.lifted(square, 5)
    assert np.array_equal(ring[0], ring[-1])
    middles = []
    for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(ring):
        turn = (lon_b - lon_a + 180) % 360 - 180
        middles.append((lon_a + turn / 2, (lat_a + lat_b) / 2))
    on_sheet = np.abs(plane.to_xy(np.array(middles))).max(axis=1)
    assert np.abs(on_sheet - 50_000).max() <= 5 * math.sqrt(2)
