"""Corridors: nobody within the half-width is missed, nobody far without is told."""

import itertools
import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry

from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.corridor import MAX_HALF_WIDTH_M, MIN_HALF_WIDTH_M, corridor, corridor_ground
from geo.errors import GeoError, InvalidShape, OutOfRange
from geo.measure import area_km2, vertex_count
from geo.polygon import MAX_VERTICES
from tests.geo.oracles import along, at, metres, to_line_m
from tests.geo.shapes import is_filled_in
from tests.patience import BLOW_UP_S

I_35 = LineString([(-98.49, 29.42), (-97.74, 30.27), (-97.15, 31.55), (-96.80, 32.78)])

azimuths = st.floats(0, 360)
shares = st.floats(0, 1)
half_widths = st.floats(0, 5).map(lambda exponent: 10.0**exponent)


@st.composite
def drawn_ways(draw: st.DrawFn) -> tuple[LineString, float]:
    """Draw a short line anywhere, the poles and the seam more often, and a half-width."""
    lon = draw(st.sampled_from([180.0, -179.99]) | st.floats(-180, 180))
    lat = draw(st.sampled_from([90.0, -90.0, 89.99, -89.9]) | st.floats(-90, 90))
    half_width_m = draw(half_widths)
    longest_m = min(30 * half_width_m, 400_000)
    count = draw(st.integers(2, 4))
    legs = draw(st.lists(st.tuples(azimuths, st.floats(0.05, 1)), min_size=count, max_size=count))
    return LineString([at((lon, lat), a, s * longest_m) for a, s in legs]), half_width_m


def has_length(way: tuple[LineString, float]) -> bool:
    return all(metres(a, b) > 0.01 for a, b in itertools.pairwise(way[0].coords))


ways = drawn_ways().filter(has_length).filter(lambda way: is_filled_in(way[0]))


@settings(max_examples=40, deadline=None)
@given(ways, st.lists(st.tuples(shares, azimuths), min_size=5, max_size=5))
def test_who_is_within_the_half_width_is_inside(
    way: tuple[LineString, float], directions: list[tuple[float, float]]
) -> None:
    line, half_width_m = way
    ground = corridor(line, half_width_m)
    assert ground.is_valid
    ends = list(line.coords)
    for share, azimuth in directions:
        for a, b in itertools.pairwise(ends):
            place = along(a, b, share)
            assert ground.intersects(at(place, azimuth, half_width_m * 0.999_999))
            assert ground.intersects(at(place, azimuth, half_width_m * 0.3))


@settings(max_examples=12, deadline=None)
@given(ways)
def test_the_outline_is_between_one_and_1_01_half_widths_away(
    way: tuple[LineString, float],
) -> None:
    line, half_width_m = way
    corners = shapely.get_coordinates(corridor(line, half_width_m))
    free = corners[(np.abs(corners[:, 0]) < 180) & (np.abs(corners[:, 1]) < 90)]
    for corner in free[:: max(1, len(free) // 4)]:
        assert half_width_m <= to_line_m(Point(corner), line) <= 1.01 * half_width_m


@settings(max_examples=12, deadline=None)
@given(ways, st.lists(st.tuples(shares, azimuths, st.floats(1.01, 6)), min_size=3, max_size=3))
def test_who_is_beyond_1_01_half_widths_is_not_inside(
    way: tuple[LineString, float], directions: list[tuple[float, float, float]]
) -> None:
    line, half_width_m = way
    ground = corridor(line, half_width_m)
    start, end, *_ = line.coords
    for share, azimuth, times in directions:
        place = at(along(start, end, share), azimuth, times * half_width_m)
        if to_line_m(place, line) > 1.01 * half_width_m:
            assert not ground.intersects(place)


def test_a_spiral_round_the_pole_leaves_the_gaps_out() -> None:
    angles = np.linspace(0, 3 * 360, 400)
    spiral = LineString(np.column_stack(((angles + 180) % 360 - 180, 89.9 - angles / 2_000)))
    ground = corridor(spiral, 3_000)
    assert all(ground.intersects(Point(corner)) for corner in spiral.coords)
    for angle in range(0, 720, 30):  # half way to the next turn, 10 km from either
        gap = Point((angle + 180) % 360 - 180, 89.9 - (angle + 180) / 2_000)
        assert not ground.intersects(gap)


def test_a_tight_bend_beside_the_pole_is_outlined() -> None:
    bend = LineString(
        [(65.227, 89.999942), (115.547, 89.997816), (1.4086, 89.999154), (69.5446, 89.999971)]
    )
    assert corridor(bend, 9.2).intersects(Point(0, 90))


def test_the_middle_of_every_edge_keeps_its_distance_too() -> None:
    line = LineString([(-10, 60), (10, 60)])
    ring = shapely.segmentize(corridor(line, 20_000), 0.05)
    for corner in shapely.get_coordinates(ring)[::20]:
        assert 20_000 <= to_line_m(Point(corner), line) <= 20_200


def test_an_edge_is_straight_in_longitude_and_latitude_not_a_geodesic() -> None:
    along_the_parallel = corridor(LineString([(-100, 45), (-90, 45)]), 1_000)
    assert along_the_parallel.intersects(Point(-95, 45))
    assert not along_the_parallel.intersects(Point(-95, 45.1))  # the geodesic runs at 45.11


def test_the_area_is_length_times_width_and_a_circle() -> None:
    line = LineString([(-100, 0.001), (-99, 0.001)])
    length_km = metres((-100, 0.001), (-99, 0.001)) / 1000
    expected_km2 = 2 * length_km + math.pi
    assert area_km2(corridor(line, 1_000)) == pytest.approx(expected_km2, rel=0.01)


def test_a_line_over_the_seam_has_a_part_on_each_side() -> None:
    ground = corridor(LineString([(179, 10), (-179, 11)]), 5_000)
    assert ground.geom_type == "MultiPolygon"
    assert ground.bounds[0] == -180
    assert ground.bounds[2] == 180
    assert ground.intersects(Point(179.5, 10.25))
    assert ground.intersects(Point(-179.5, 10.75))
    assert not ground.intersects(Point(0, 10.5))


def test_longitudes_beyond_the_seam_are_read() -> None:
    drawn = corridor(LineString([(179, 10), (181, 11)]), 5_000)
    assert drawn.equals(corridor(LineString([(179, 10), (-179, 11)]), 5_000))


@pytest.mark.parametrize("pole", [90, -90])
def test_a_line_to_the_pole_holds_the_pole(pole: int) -> None:
    ground = corridor(LineString([(30, pole * 0.99), (30, pole)]), 10_000)
    assert ground.is_valid
    assert all(ground.intersects(Point(lon, pole)) for lon in (-180, -60, 0, 180))
    assert all(ground.intersects(Point(lon, pole * 0.999_5)) for lon in (-150, -60, 0, 120))


def test_a_line_round_the_pole_leaves_the_pole_out() -> None:
    ring = LineString([(lon, 85) for lon in range(-180, 181, 60)])
    ground = corridor(ring, 20_000)
    assert all(ground.intersects(Point(lon, 85)) for lon in range(-180, 181, 7))
    assert not ground.intersects(Point(0, 89))
    assert not ground.intersects(Point(0, 84))


def test_a_ring_road_has_a_hole() -> None:
    ring = LineString([(-98, 29), (-97, 29), (-97, 30), (-98, 30), (-98, 29)])
    ground = corridor(ring, 5_000)
    assert not ground.intersects(Point(-97.5, 29.5))
    assert ground.intersects(Point(-97.5, 29.04))


def test_lines_that_cross_are_one_ground() -> None:
    crossing = MultiLineString([[(-1, 50), (1, 50)], [(0, 49), (0, 51)], [(5, 5), (5, 5)]])
    ground = corridor(crossing, 2_000)
    assert ground.intersects(Point(0, 50))
    assert ground.intersects(Point(5, 5.01))  # a part without length is a circle
    assert len(shapely.get_parts(ground)) == 2


def test_altitudes_and_repeated_positions_are_left_aside() -> None:
    plain = corridor(LineString([(1, 50), (2, 50)]), 2_000)
    noisy = corridor(LineString([(1, 50, 9), (1, 50, 8), (2, 50, 7), (2, 50, 7)]), 2_000)
    assert noisy.equals(plain)


def test_a_short_corridor_is_nearly_a_circle() -> None:
    ground = corridor(LineString([(10, 50), (10, 50 + 1e-6)]), 5_000)
    round_one = circle_ground(LonLat(10, 50), 5_000)
    assert ground.symmetric_difference(round_one).area < 0.02 * round_one.area


def winding(count: int, noise_deg: float, seed: int = 1) -> NDArray[np.float64]:
    """Draw 600 km of Texas, ever more winding."""
    steps = np.random.default_rng(seed).normal(0, noise_deg, (count, 2)).cumsum(axis=0)
    straight = np.linspace((-98.5, 29.4), (-96, 34.3), count)
    wound: NDArray[np.float64] = straight + steps
    return wound


@pytest.mark.parametrize("noise_deg", [0, 1e-4, 1e-3])
def test_thousands_of_vertices_miss_nobody(noise_deg: float) -> None:
    line = winding(5_000, noise_deg)
    ground = corridor(LineString(line), 5_000)
    assert ground.is_valid
    random = np.random.default_rng(2)
    for vertex in random.integers(0, len(line), 60):
        assert ground.intersects(at(tuple(line[vertex]), random.uniform(0, 360), 4_999.9))
    outline = shapely.segmentize(ground.boundary, 0.01)
    near_m = [
        metres(tuple(corner), tuple(line[np.abs(line - corner).sum(axis=1).argmin()]))
        for corner in shapely.get_coordinates(outline)[::50]
    ]
    assert min(near_m) >= 5_000


def test_a_highway_of_many_corners_is_outlined_without_a_blow_up() -> None:
    line = LineString(winding(5_000, 1e-4))
    started = time.process_time()
    corridor(line, 5_000)
    assert time.process_time() - started < BLOW_UP_S


def test_more_vertices_than_can_be_kept_are_simplified_and_said() -> None:
    read = corridor_ground(LineString(winding(10_000, 5e-4)), 700)
    (note,) = read.notes
    assert note.startswith("simplified from ")
    assert float(note.split()[-2]) <= 70
    assert vertex_count(read.shape) <= MAX_VERTICES


def test_a_corridor_too_winding_for_its_width_is_refused() -> None:
    with pytest.raises(InvalidShape) as refused:
        corridor_ground(LineString(winding(10_000, 1e-3)), 20)
    assert refused.value.code == "too_many_vertices"


def test_a_corridor_of_few_vertices_is_left_alone() -> None:
    read = corridor_ground(I_35, 5_000)
    assert read.notes == ()
    assert read.shape.equals(corridor(I_35, 5_000))


def refusal(line: BaseGeometry | None, half_width_m: float = 1_000) -> str:
    with pytest.raises(GeoError) as caught:
        corridor(line, half_width_m)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_position_that_is_not_finite_is_named(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        line = MultiLineString([[(0, 1), (1, 1)], [(0, 2), (1, bad)]])
    with pytest.raises(InvalidShape) as refused:
        corridor(line, 1_000)
    assert (refused.value.code, refused.value.where) == ("not_finite", "/coordinates/1/1")


def test_a_position_off_the_earth_is_named() -> None:
    with pytest.raises(OutOfRange, match="latitude") as refused:
        corridor(LineString([(0, 0), (40, -100)]), 1_000)
    assert refused.value.where == "/coordinates/1"


@pytest.mark.parametrize(
    "width", [0, -1, math.nan, math.inf, MIN_HALF_WIDTH_M / 2, MAX_HALF_WIDTH_M * 1.01]
)
def test_a_half_width_that_is_none_is_refused(width: float) -> None:
    assert refusal(I_35, width) == "half_width"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (None, "not_a_line"),
        (Point(1, 1), "not_a_line"),
        (LineString(), "empty"),
        (MultiLineString(), "empty"),
        (LineString([(0, 0), (0, 0)]), "null_island"),
        (LineString([(5, 5), (5, 5)]), "no_length"),
        (LineString([(0, 80), (90, -80), (180, 80), (-90, -80), (0, 80)]), "too_long"),
    ],
)
def test_what_is_no_corridor_is_refused(line: BaseGeometry | None, code: str) -> None:
    assert refusal(line) == code


def test_a_line_too_long_for_its_width_is_refused() -> None:
    with pytest.raises(InvalidShape, match="longer than 100 km") as refused:
        corridor(I_35, 1)
    assert refused.value.code == "too_long"


def test_lines_over_the_whole_world_are_refused() -> None:
    circles = MultiLineString([[(-180, lat), (0, lat), (180, lat)] for lat in (-0.5, 1.5)])
    meridians = [[(lon, -80), (lon, 80)] for lon in range(-180, 180, 90)]
    assert refusal(circles, 100_000) == "too_long"
    assert refusal(MultiLineString(meridians), 100_000) == "too_long"
