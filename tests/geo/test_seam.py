"""The 180th meridian and the poles."""

import antimeridian
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geo.circle import circle, circle_ground
from geo.coordinates import LonLat
from geo.errors import InvalidShape
from geo.measure import area_km2
from geo.polygon import ground
from geo.seam import MOVED, SPLIT
from tests.geo.shapes import around, latitudes, longitudes, spokes


def wrapped(polygon: Polygon) -> Polygon:
    """Write the outline as most software does: every longitude within ±180."""
    ring = shapely.get_coordinates(polygon)
    ring[:, 0] = (ring[:, 0] + 180) % 360 - 180
    return Polygon(ring)


seam_stars = st.builds(
    around, st.floats(-4.9, 4.9), st.floats(-75, 75), st.just(5.0), st.floats(0.01, 5), spokes
)


@settings(max_examples=80, deadline=None)
@given(seam_stars)
def test_a_shape_on_the_seam_is_the_same_shape_at_greenwich(at_greenwich: Polygon) -> None:
    there = shapely.transform(at_greenwich, lambda lonlat: lonlat + np.array((180.0, 0)))
    split = ground(wrapped(there)).shape
    assert split.is_valid
    assert area_km2(split) == pytest.approx(area_km2(at_greenwich), rel=1e-9)
    inside = at_greenwich.representative_point()
    assert split.intersects(Point(inside.x - 180 if inside.x > 0 else inside.x + 180, inside.y))
    assert not split.intersects(inside)


@settings(max_examples=40, deadline=None)
@given(seam_stars)
def test_the_antimeridian_library_cuts_the_same(at_greenwich: Polygon) -> None:
    there = wrapped(shapely.transform(at_greenwich, lambda lonlat: lonlat + np.array((180.0, 0))))
    theirs = antimeridian.fix_polygon(there, great_circle=False)
    ours = ground(there).shape
    assert ours.symmetric_difference(theirs).area < 1e-5  # it rounds the cut to 7 decimals


@pytest.mark.parametrize("ring", [[179, -179, -179, 179], [179, 181, 181, 179]])
def test_a_ring_over_the_seam_is_cut_in_two(ring: list[float]) -> None:
    read = ground(Polygon(list(zip(ring, [0, 0, 1, 1], strict=True))))
    shape = read.shape
    assert len(shapely.get_parts(shape)) == 2
    assert area_km2(shape) == pytest.approx(2 * 12_308.8, rel=1e-4)
    assert not shape.intersects(Point(0, 0.5))
    assert read.notes == (SPLIT,)
    assert shape.bounds == (-180, 0, 180, 1)


def test_longitudes_that_went_round_come_home() -> None:
    read = ground(Polygon([(181, 0), (190, 0), (190, 1), (181, 1)]))
    assert read.notes == (MOVED,)
    assert read.shape.bounds == (-179, 0, -170, 1)


def test_longitudes_from_0_to_360_are_read() -> None:
    assert ground(Polygon([(350, 0), (10, 0), (10, 1), (350, 1)])).shape.bounds == (-10, 0, 10, 1)


def test_a_hole_on_the_other_side_of_the_seam_stays_a_hole() -> None:
    drawn = Polygon(
        [(170, 0), (-170, 0), (-170, 10), (170, 10)],
        [
            [(-179, 2), (-178, 2), (-178, 3), (-179, 3)],
            [(179, 5), (-179, 5), (-179, 6), (179, 6)],
        ],
    )
    shape = ground(drawn).shape
    assert not shape.intersects(Point(-178.5, 2.5))
    assert not shape.intersects(Point(179.5, 5.5))
    assert not shape.intersects(Point(-179.5, 5.5))
    assert shape.intersects(Point(175, 5))


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("lat", [80.0, -80.0])
def test_a_ring_round_a_pole_holds_the_pole(lat: float, turn: int) -> None:
    ring = [(lon, lat) for lon in (-120, 0, 120)][::turn]
    shape = ground(Polygon(ring)).shape
    pole = 90 if lat > 0 else -90
    assert shape.is_valid
    assert all(shape.intersects(Point(lon, pole)) for lon in (-180, -60, 0, 180))
    assert not shape.intersects(Point(0, 0))
    assert area_km2(shape) == pytest.approx(3_908_573, rel=1e-4)


@pytest.mark.parametrize("begin", range(0, 16, 5))
def test_an_outline_that_overhangs_beside_the_pole_leaves_the_gap_out(begin: int) -> None:
    arm = [(lon, 70) for lon in range(0, 90, 30)] + [(90, 71), (30, 80), (20, 81), (90, 82)]
    ring = [*arm, *((lon, 82) for lon in range(120, 360, 30))]
    wrapped_ring = [((lon + 180) % 360 - 180, lat) for lon, lat in ring]
    shape = ground(Polygon(wrapped_ring[begin:] + wrapped_ring[:begin])).shape
    assert shape.intersects(Point(60, 72))  # in the arm
    assert not shape.intersects(Point(88, 78))  # between the arm and the cap
    assert shape.intersects(Point(60, 85))  # in the cap
    assert not shape.intersects(Point(-90, 75))


def test_an_antarctica_that_is_already_cut_stays_as_it_is() -> None:
    ring = [(-180, -90), (180, -90), (180, -65), (0, -66), (-180, -65)]
    read = ground(Polygon(ring))
    assert read.notes == ()
    assert read.shape.equals(Polygon(ring))


def test_a_band_round_the_world_stays_a_band() -> None:
    read = ground(Polygon([(-180, 60), (0, 60), (180, 60), (180, 70), (-180, 70)]))
    assert read.notes == ()
    assert not read.shape.intersects(Point(0, 80))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(longitudes, latitudes), min_size=3, max_size=8))
def test_what_was_cut_is_not_cut_again(drawn: list[tuple[float, float]]) -> None:
    try:
        once = ground(Polygon(drawn)).shape
    except InvalidShape:
        return
    assert ground(once).shape.symmetric_difference(once).area < 1e-6


def test_a_circle_over_the_pole_reads_the_same_cut_or_uncut() -> None:
    centre = LonLat(30, 88)
    cut = circle_ground(centre, 500_000)
    assert ground(cut).shape.equals(cut)
    assert ground(circle(centre, 500_000)).shape.symmetric_difference(cut).area < 1e-9


def test_a_cut_that_was_joined_clumsily_is_cut_again() -> None:
    ring = [(170, 0), (180, 0), (-180, 0), (-170, 0), (-170, 9), (-180, 9), (180, 9), (170, 9)]
    shape = ground(Polygon(ring)).shape
    assert not shape.intersects(Point(0, 5))
    assert area_km2(shape) == pytest.approx(area_km2(shapely.box(0, 0, 20, 9)), rel=1e-9)


def test_a_ring_that_winds_for_ever_is_refused() -> None:
    winding = [(lon, lat) for lat in range(9) for lon in (0, 120, -120)]
    with pytest.raises(InvalidShape) as caught:
        ground(Polygon(winding))
    assert caught.value.code == "too_tangled"
