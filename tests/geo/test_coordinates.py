"""Positions: range, finiteness, axis order."""

import math

import pytest
from hypothesis import given

from geo.coordinates import LonLat, check_lonlat, from_lat_lon, parse_cap_point
from geo.errors import GeoError, InvalidShape, OutOfRange
from tests.geo.shapes import latitudes, longitudes


@given(longitudes, latitudes)
def test_every_position_on_earth_is_taken(lon: float, lat: float) -> None:
    assert check_lonlat(lon, lat) == LonLat(lon, lat)
    assert from_lat_lon(lat, lon) == LonLat(lon, lat)


@pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180, -90), (180, -90), (0, 0)])
def test_the_rim_of_the_range_is_on_earth(lon: float, lat: float) -> None:
    assert check_lonlat(lon, lat) == (lon, lat)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_an_invalid_shape(bad: float) -> None:
    for lon, lat in ((bad, 0.0), (0.0, bad)):
        with pytest.raises(InvalidShape) as caught:
            check_lonlat(lon, lat, "/centre")
        assert (caught.value.code, caught.value.where) == ("not_finite", "/centre")


def test_a_latitude_beyond_the_pole_is_named() -> None:
    with pytest.raises(OutOfRange, match="latitude 95 is not between -90 and 90") as caught:
        check_lonlat(10, 95, "/coordinates/0/3")
    assert caught.value.where == "/coordinates/0/3"


def test_a_longitude_beyond_the_seam_is_named() -> None:
    with pytest.raises(OutOfRange, match=r"longitude -180\.5 is not between -180 and 180"):
        check_lonlat(-180.5, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("38.47,-120.14", LonLat(-120.14, 38.47)),
        (" +38.47 , -120. ", LonLat(-120, 38.47)),
        ("-90,180", LonLat(180, -90)),
        (".5,-.5", LonLat(-0.5, 0.5)),
    ],
)
def test_a_cap_point_is_latitude_first(text: str, expected: LonLat) -> None:
    assert parse_cap_point(text) == expected


@pytest.mark.parametrize(
    "text", ["", "38.47", "38.47 -120.14", "1,2,3", "nan,0", "inf,0", "1_0,2", "a,b", "1,", "٣,٤"]
)
def test_what_is_no_pair_of_decimals_is_no_cap_point(text: str) -> None:
    with pytest.raises(InvalidShape) as caught:
        parse_cap_point(text, "/circle")
    assert (caught.value.code, caught.value.where) == ("not_a_point", "/circle")


def test_swapped_cap_axes_are_pointed_out() -> None:
    with pytest.raises(OutOfRange, match="CAP order is latitude, longitude"):
        parse_cap_point("-120.14,38.47")


def test_a_cap_point_far_off_gets_no_hint_that_would_not_help() -> None:
    with pytest.raises(GeoError) as caught:
        parse_cap_point("500,38")
    assert "order" not in str(caught.value)
