"""The curve visits every cell once, and from each goes on to one beside it."""

import numpy as np
import pytest

from geo import hilbert
from geo.hilbert import hilbert_distance, hilbert_order


def test_the_curve_goes_from_cell_to_cell_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hilbert, "LEVELS", 5)
    side = 32
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    middles = (np.column_stack((x, y)) + 0.5) / (side - 1) * (360, 180) - (180, 90)
    far = hilbert_distance(np.minimum(middles, (180, 90)))
    assert sorted(far.tolist()) == list(range(side * side))
    order = np.argsort(far)
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert set(steps.tolist()) == {1}


def test_neighbours_on_the_ground_are_neighbours_in_the_order() -> None:
    chance = np.random.default_rng(5)
    towns = np.array([(-87.4, 46.5), (-97.7, 30.3), (2.3, 48.9), (151.2, -33.9)])
    of = chance.integers(0, 4, 400)
    order = hilbert_order(towns[of] + chance.normal(0, 0.001, (400, 2)))
    moves = (np.diff(of[order]) != 0).sum()
    assert sorted(order.tolist()) == list(range(400))
    assert moves < 40  # some towns lie astride two quarters


def test_the_corners_of_the_earth_have_a_place_and_no_points_no_order() -> None:
    corners = np.array([(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)])
    assert len(set(hilbert_distance(corners).tolist())) == 4
    assert hilbert_order(np.empty((0, 2))).tolist() == []
