"""Is the time told in the zone of the place, also when many ask at once?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from alerts.area.local_time import largest_part, time_zone_of
from geo.circle import circle, circle_ground
from geo.coordinates import LonLat

PLACES = {
    (-87.4, 46.54): "America/Detroit",
    (-87.65, 41.85): "America/Chicago",
    (-74.0, 40.71): "America/New_York",
    (179.9, -16.5): "Pacific/Fiji",
}


@pytest.mark.parametrize(("at", "zone"), PLACES.items())
def test_a_place_has_the_clock_of_its_zone(at: tuple[float, float], zone: str) -> None:
    assert time_zone_of(circle_ground(LonLat(*at), 5_000)) == zone


def test_the_larger_part_of_split_ground_counts() -> None:
    ground = circle_ground(LonLat(179.9, -16.5), 60_000)
    assert largest_part(ground).area == max(part.area for part in getattr(ground, "geoms", []))


def test_many_may_ask_at_once() -> None:
    shapes = [circle(LonLat(*at), 5_000) for at in PLACES] * 200
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(time_zone_of, shapes)) == list(PLACES.values()) * 200
