import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from geo.coordinates import LonLat
from geo.measure import distance_m
from geo.nearest import nearest_m


def test_of_nothing_there_is_no_distance() -> None:
    assert nearest_m(LonLat(1, 2), []).tolist() == []


def test_inside_it_is_0() -> None:
    assert nearest_m(LonLat(-97, 30), [box(-98, 29, -96, 31)]).tolist() == [0]


def test_each_shape_has_its_own() -> None:
    road, county = LineString([(-98, 30), (-98, 31)]), box(-96, 29, -95, 31)
    found = nearest_m(LonLat(-97, 30), [road, county])
    expected = [distance_m(LonLat(-97, 30), LonLat(lon, 30)) for lon in (-98, -96)]
    assert found == pytest.approx(expected, rel=1e-3)


def test_over_the_180th_meridian_it_is_the_short_way() -> None:
    found = nearest_m(
        LonLat(179.9, 52), [box(-180, 51, -179.5, 53), LineString([(-179, 52), (-178, 52)])]
    )
    assert found[0] == pytest.approx(distance_m(LonLat(179.9, 52), LonLat(180, 52)), rel=1e-3)
    assert found[1] == pytest.approx(distance_m(LonLat(179.9, 52), LonLat(-179, 52)), rel=1e-3)


@given(
    st.floats(-170, 170), st.floats(-75, 75), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.01, 1)
)
def test_never_shorter_than_the_way_to_any_corner_nor_much_longer(
    lon: float, lat: float, east: float, north: float, size: float
) -> None:
    here = LonLat(lon, lat)
    shape = box(lon + east, lat + north, lon + east + size, lat + north + size)
    (found,) = nearest_m(here, [shape])
    steps = np.linspace(0, 4, 401)
    outline = [shape.exterior.interpolate(t / 4, normalized=True) for t in steps]
    nearest = min(distance_m(here, LonLat(p.x, p.y)) for p in outline)
    if shape.covers(Point(lon, lat)):
        assert found == 0
    else:
        assert found <= nearest * 1.02 + 1
        assert found >= nearest - size * 111_320 / 100 - 1
