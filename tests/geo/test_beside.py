"""Ground beside a polyline on a sheet, against asking every point by itself."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from geo.beside import ground_beside


def nearest_m(point: NDArray[np.float64], xy: NDArray[np.float64]) -> float:
    """Measure the distance to every edge by itself."""
    nearest = math.inf
    for a, b in itertools.pairwise(xy):
        length2 = float(((b - a) ** 2).sum())
        share = min(1.0, max(0.0, float((point - a) @ (b - a)) / length2)) if length2 else 0.0
        nearest = min(nearest, float(np.hypot(*(point - a - share * (b - a)))))
    return nearest


# in whole millimetres: shapely warns of points beside edges of 1e-300
metres = st.integers(-300_000, 300_000).map(lambda millimetres: millimetres / 1000)
steps = st.lists(st.tuples(metres, metres), min_size=2, max_size=30)


@settings(max_examples=50, deadline=None)
@given(steps, st.sampled_from([10.0, 300.0, 5_000.0]), st.integers(0, 9))
def test_who_is_within_is_inside_and_who_is_beyond_is_not(
    walked: list[tuple[float, float]], distance_m: float, seed: int
) -> None:
    xy = np.cumsum(np.array(walked), axis=0)
    ground = MultiPolygon(ground_beside(xy, distance_m))
    low, high = xy.min(axis=0) - 1.2 * distance_m, xy.max(axis=0) + 1.2 * distance_m
    for point in np.random.default_rng(seed).uniform(low, high, (25, 2)):
        away_m = nearest_m(point, xy)
        if away_m <= distance_m or away_m > 1.0035 * distance_m:
            assert shapely.intersects_xy(ground, *point) == (away_m <= distance_m)


def winding(seed: int) -> NDArray[np.float64]:
    steps = np.random.default_rng(seed).normal(0, 100, (800, 2)) + np.array((100, 50))
    walked: NDArray[np.float64] = np.cumsum(steps, axis=0)
    return walked


@pytest.mark.parametrize("seed", range(8))
def test_no_hole_is_left_where_somebody_is_near(seed: int) -> None:
    xy = winding(seed)
    line = shapely.linestrings(xy)
    for outline in shapely.get_rings(ground_beside(xy, 5_000)):
        assert shapely.distance(line, outline) >= 5_000 * (1 - 1e-9)


def test_a_line_without_length_is_a_disc() -> None:
    (disc,) = ground_beside(np.array([(7.0, 7.0), (7.0, 7.0)]), 100)
    assert disc.area == pytest.approx(math.pi * 100**2, rel=0.01)
    assert disc.centroid.coords[0] == pytest.approx((7, 7))
