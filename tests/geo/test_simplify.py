"""Simplifying says by how much, against measuring bead by bead."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.errors import InvalidShape
from geo.measure import area_km2, vertex_count
from geo.parts import polygons_of
from geo.simplify import COARSEST_M, rounded_up_m, simplified, to_limit
from tests.geo.oracles import moved_m
from tests.geo.shapes import stars


def coast(count: int, wave: float = 0.002, lon: float = -80, lat: float = 40) -> Polygon:
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    reach = 1 + wave * np.sin(angle * 300)
    return Polygon(np.column_stack((lon + reach * np.cos(angle), lat + reach * np.sin(angle))))


@settings(max_examples=25, deadline=None)
@given(stars, st.floats(1, 5_000))
def test_no_point_moves_further_than_it_says(star: Polygon, max_error_m: float) -> None:
    simpler = simplified(star, max_error_m=max_error_m)
    assert simpler.shape.is_valid
    assert simpler.error_m <= max_error_m
    width, height = np.ptp(np.array(star.bounds).reshape(2, 2), axis=0)
    step_deg = max(width, height) / 200
    assert moved_m(star, simpler.shape, step_deg) <= simpler.error_m * 1.01 + 0.01
    assert moved_m(simpler.shape, star, step_deg) <= simpler.error_m * 1.01 + 0.01


@pytest.mark.parametrize("lat", [0, 40, 70, -80])
@pytest.mark.parametrize("limit", [40, 300, 2_000])
def test_a_vertex_limit_is_kept_with_the_error_measured(lat: float, limit: int) -> None:
    drawn = coast(6_000, lat=lat)
    simpler = simplified(drawn, max_vertices=limit, max_error_m=5_000)
    assert vertex_count(simpler.shape) <= limit
    moved = moved_m(drawn, simpler.shape, 0.01)
    assert simpler.error_m * 0.9 <= moved <= simpler.error_m * 1.01
    (note,) = simpler.notes
    assert note == (
        f"simplified from 6,000 to {vertex_count(simpler.shape):,} vertices (at most {limit:,}), "
        f"no point moved more than {rounded_up_m(simpler.error_m)} m"
    )


def test_more_vertices_allow_a_smaller_error() -> None:
    drawn = coast(20_000)
    errors = [
        simplified(drawn, max_vertices=n, max_error_m=5_000).error_m for n in (100, 1_000, 9_000)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 5


@pytest.mark.parametrize("limits", [{"max_vertices": 64}, {"max_error_m": 1e-6}])
def test_what_is_within_the_limit_is_left_alone(limits: dict[str, Any]) -> None:
    drawn = circle_ground(LonLat(10, 50), 5_000)
    simpler = simplified(drawn, **limits)
    assert simpler.shape is drawn
    assert (simpler.error_m, simpler.notes) == (0, ())


def test_an_island_smaller_than_the_error_keeps_its_shape() -> None:
    island = affinity.scale(coast(2_000, lon=-70), 1e-3, 1e-3)
    drawn = MultiPolygon([coast(4_000), island])
    simpler = simplified(drawn, max_error_m=5_000)
    small = min(polygons_of(simpler.shape), key=lambda part: part.area)
    assert len(polygons_of(simpler.shape)) == 2
    assert vertex_count(small) < 20
    assert area_km2(small) == pytest.approx(area_km2(island), rel=0.4)


def test_a_thin_straight_part_is_not_lost() -> None:
    road = box(-70, 40, -69, 40.0005)
    simpler = simplified(MultiPolygon([coast(4_000), road]), max_error_m=500)
    assert simpler.shape.intersects(Point(-69.5, 40.000_25))


def test_a_hole_narrower_than_the_error_is_filled_and_said() -> None:
    holes = [box(x, 40, x + 0.001, 40.001).exterior for x in (-80.2, -80.1)]
    drawn = Polygon(coast(4_000).exterior, [*holes, box(-79.8, 40, -79.7, 40.1).exterior])
    simpler = simplified(drawn, max_error_m=500)
    assert simpler.notes[1].startswith("2 holes narrower than ")
    assert simpler.notes[1].endswith(" m filled")
    assert simpler.shape.contains(Point(-80.1995, 40.0005))
    assert not simpler.shape.contains(Point(-79.75, 40.05))


def test_the_seam_and_the_poles_stay_where_they_are() -> None:
    drawn = circle_ground(LonLat(179.99, 89.5), 300_000)
    simpler = simplified(drawn, max_error_m=20_000)
    assert vertex_count(simpler.shape) < vertex_count(drawn)
    west, _, east, north = simpler.shape.bounds
    assert [west, east, north] == [-180, 180, 90]
    assert all(simpler.shape.intersects(Point(lon, 89.99)) for lon in (-180, 0, 180))


def test_what_crosses_itself_for_lack_of_vertices_is_mended() -> None:
    angle = np.linspace(0, math.pi, 400)
    outer = np.column_stack((np.cos(angle), np.sin(angle)))
    noise = 0.002 * np.random.default_rng(5).normal(size=(400, 1))
    ribbon = Polygon(np.vstack((outer * (1 + noise), outer[::-1] * (0.99 + noise[::-1]))))
    drawn = affinity.translate(ribbon, -80, 40)
    assert drawn.is_valid
    assert simplified(drawn, max_error_m=1_500).shape.is_valid


def test_a_limit_that_cannot_be_kept_is_refused() -> None:
    for drawn, limit in ((coast(6_000, wave=0.2), 100), (MultiPolygon([box(0, 0, 1, 1)] * 9), 20)):
        with pytest.raises(InvalidShape) as refused:
            to_limit(drawn, limit)
        assert refused.value.code == "too_many_vertices"


@pytest.mark.parametrize(
    "limits",
    [{"max_vertices": 2}, *({"max_error_m": m} for m in (0, -1, math.nan, math.inf))],
)
def test_a_limit_that_is_none_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(InvalidShape) as refused:
        simplified(box(0, 0, 1, 1), **limits)
    assert refused.value.code == "limit"


def test_nothing_is_refused() -> None:
    with pytest.raises(InvalidShape) as refused:
        simplified(MultiPolygon(), max_error_m=5)
    assert refused.value.code == "empty"


def test_no_limit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="max_vertices"):
        simplified(box(0, 0, 1, 1))


@pytest.mark.parametrize(
    ("metres", "written"), [(0.01, "0.1"), (9.91, "10.0"), (10.2, "11"), (COARSEST_M, "500")]
)
def test_an_error_is_never_understated(metres: float, written: str) -> None:
    assert rounded_up_m(metres) == written


def test_squares_with_nothing_to_drop_are_left_alone() -> None:
    corners = np.mgrid[-60:-10, 20:70].reshape(2, -1).T
    squares = MultiPolygon([box(x, y, x + 0.05, y + 0.05) for x, y in corners])
    assert simplified(squares, max_error_m=500).shape is squares
