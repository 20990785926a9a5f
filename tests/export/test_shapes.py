"""Areas as rings without holes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from alerts.export.shapes import MOST_POLYGONS, rings_of_area
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.parts import Shape, from_polygons, polygons_of
from tests.export.exports import square
from tests.geo.shapes import stars


def drawn(shape: Shape) -> Shape:
    """Return the ground that the rings cover."""
    parts = [Polygon(ring) for ring in rings_of_area(shape)]
    return from_polygons(polygons_of(shapely.union_all(parts)))


def difference(a: Shape, b: Shape) -> float:
    return float(shapely.symmetric_difference(a, b).area / b.area)


def test_a_plain_outline_stays_one_ring() -> None:
    circle = circle_ground(LonLat(-87.4, 46.54), 16_000)
    [ring] = rings_of_area(circle)
    assert (ring[0] == ring[-1]).all()
    assert difference(drawn(circle), circle) < 1e-5
    assert Polygon(ring).exterior.is_ccw


@pytest.mark.parametrize("holes", [1, 2, 7])
def test_ground_in_a_hole_is_not_alerted(holes: int) -> None:
    inner = [square(0.5 + n, 0.5, 0.4).exterior for n in range(holes)]
    lake = Polygon(square(0, 0, 10).exterior, inner)
    rings = rings_of_area(lake)
    assert 2 <= len(rings) <= 1 + holes * 2
    assert difference(drawn(lake), lake) < 1e-9
    for hole in inner:
        assert not drawn(lake).contains(Polygon(hole).centroid)


def test_a_lake_in_an_island_in_a_lake() -> None:
    island = Polygon(square(3, 3, 4).exterior, [square(4, 4, 1).exterior])
    lake = MultiPolygon([Polygon(square(0, 0, 10).exterior, [square(2, 2, 6).exterior]), island])
    assert difference(drawn(lake), lake) < 1e-9


def test_both_sides_of_the_180th_meridian() -> None:
    ground = circle_ground(LonLat(179.99, 52), 20_000)
    rings = rings_of_area(ground)
    assert len(rings) == 2
    assert all(np.abs(ring[:, 0]).max() <= 180 for ring in rings)
    assert difference(drawn(ground), ground) < 1e-5


def test_a_thousand_islands_are_drawn_together() -> None:
    islands = MultiPolygon(
        [square(-80 + n % 40 * 0.02, 40 + n // 40 * 0.02, 0.01) for n in range(1_000)]
    )
    rings = rings_of_area(islands)
    assert len(rings) <= MOST_POLYGONS
    assert shapely.covers(shapely.buffer(drawn(islands), 1e-6), islands)
    assert drawn(islands).area < 0.9 * 0.6  # not the whole sea


def test_a_colander_is_not_cut_into_a_thousand_pieces() -> None:
    holes = [square(0.05 + n % 30 * 0.1, 0.05 + n // 30 * 0.1, 0.04).exterior for n in range(900)]
    colander = Polygon(square(0, 0, 3.1).exterior, holes)
    assert len(rings_of_area(colander)) <= MOST_POLYGONS
    assert drawn(colander).covers(shapely.buffer(colander, -1e-5))


def test_a_garden_is_too_small_to_be_rounded_away() -> None:
    garden = square(-87.4, 46.54, 2e-7)
    assert len(rings_of_area(garden)) == 1


@settings(max_examples=60)
@given(stars, st.floats(0.2, 0.8))
def test_any_outline_with_a_hole_covers_the_same_ground(star: Polygon, inner: float) -> None:
    hole = shapely.affinity.scale(star, inner, inner, origin=star.representative_point())
    mended = shapely.make_valid(star.difference(hole), method="structure")
    ground = from_polygons(polygons_of(mended))
    if ground.area < 1e-6:
        return
    # what rounding may move: half of the last digit, all along the outline
    moved = shapely.symmetric_difference(drawn(ground), ground).area
    assert moved <= ground.length * 1e-6
