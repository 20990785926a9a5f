"""Is the box that each service draws around a place read as it is meant?"""

from typing import Any

import pytest

from alerts.geocoding.boxes import Box, reach_m
from geo.coordinates import LonLat
from geo.measure import distance_m

AT = LonLat(6.96, 50.94)
WEST, SOUTH, EAST, NORTH = 6.77, 50.83, 7.16, 51.08
REACH_M = max(distance_m(AT, LonLat(lon, lat)) for lon in (WEST, EAST) for lat in (SOUTH, NORTH))


@pytest.mark.parametrize(
    "raw",
    [
        {"boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)]},
        {"properties": {"extent": [WEST, NORTH, EAST, SOUTH]}},
        {"bbox": [WEST, SOUTH, EAST, NORTH]},
        {"bbox": [SOUTH, WEST, NORTH, EAST]},
        {"extent": {"xmin": WEST, "ymin": SOUTH, "xmax": EAST, "ymax": NORTH}},
        {"mapView": {"west": WEST, "south": SOUTH, "east": EAST, "north": NORTH}},
        {
            "bounds": {
                "southwest": {"lng": WEST, "lat": SOUTH},
                "northeast": {"lng": EAST, "lat": NORTH},
            }
        },
        {
            "geometry": {
                "viewport": {
                    "southwest": {"lng": WEST, "lat": SOUTH},
                    "northeast": {"lng": EAST, "lat": NORTH},
                }
            }
        },
        {
            "viewport": {
                "topLeftPoint": {"lat": NORTH, "lon": WEST},
                "btmRightPoint": {"lat": SOUTH, "lon": EAST},
            }
        },
    ],
    ids=[
        "nominatim",
        "photon",
        "geojson",
        "bing",
        "arcgis",
        "here",
        "opencage",
        "google",
        "tomtom",
    ],
)
def test_every_services_box_is_read(raw: dict[str, Any]) -> None:
    assert reach_m(raw, AT) == pytest.approx(REACH_M)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"boundingbox": None},
        {"boundingbox": ["a", "b", "c", "d"]},
        {"boundingbox": ["nan", "nan", "nan", "nan"]},
        {"boundingbox": [50.83, 51.08, 6.77]},
        {"boundingbox": [-1000, 1000, 6.77, 7.16]},
        {"properties": "none"},
        {"bbox": [170, 10, 175, 20]},
        {"geometry": {"viewport": {}}},
        {"viewport": []},
    ],
)
def test_a_box_that_cant_be_read_or_is_elsewhere_counts_for_nothing(raw: dict[str, Any]) -> None:
    assert reach_m(raw, AT) is None


def test_a_box_may_cross_the_antimeridian() -> None:
    box = Box(west=179.0, south=-17.0, east=-179.0, north=-16.0)
    assert box.holds(LonLat(179.9, -16.5))
    assert box.holds(LonLat(-179.9, -16.5))
    assert not box.holds(LonLat(0.0, -16.5))
    assert box.reach_m(LonLat(180.0, -16.5)) == pytest.approx(120_000, rel=0.02)
