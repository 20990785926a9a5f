"""Do the coarse lines of the interstates run where the roads do?"""

from itertools import pairwise

import pytest

from alerts.area.interstates import Town, interstates, position_of, towns_of_interstates
from alerts.roads import THROUGH_ITS_TOWNS
from geo.coordinates import LonLat
from geo.measure import WGS84, distance_m
from tests.area.listed_places import ListedPlaces, place

LONGEST_LEG_M = 150_000
SHARPEST_TURN_DEG = 130  # over legs of 25 km and more: a road doesn't go back to where it came from
NO_LEG_M = 500  # two names for one place

# Miles of the whole road in the Federal Highway Administration's route log, rounded.
LENGTHS_MI = {
    "I-5": 1_381,
    "I-10": 2_460,
    "I-15": 1_434,
    "I-20": 1_539,
    "I-25": 1_062,
    "I-40": 2_555,
    "I-55": 964,
    "I-65": 887,
    "I-70": 2_153,
    "I-75": 1_786,
    "I-80": 2_900,
    "I-81": 855,
    "I-90": 3_020,
    "I-94": 1_585,
    "I-95": 1_920,
}

Part = list[tuple[Town, LonLat]]


@pytest.fixture(scope="session")
def parts(real_places: ListedPlaces) -> dict[str, list[Part]]:
    """Every part of every interstate, as towns that are somewhere."""
    return {
        code: [
            [(town, at) for town in part if (at := position_of(town, real_places))]
            for part in parts
        ]
        for code, parts in towns_of_interstates().items()
    }


def test_the_primary_interstates_are_there() -> None:
    numbers = {int(code.removeprefix("I-")) for code in towns_of_interstates()}
    assert len(numbers) >= 60
    assert numbers <= set(range(2, 100))
    assert {4, 5, 8, 10, 15, 20, 25, 30, 35, 40, 44, 45, 55, 65, 70, 75, 80, 90, 95} <= numbers


def test_every_town_is_among_the_places(real_places: ListedPlaces) -> None:
    built = interstates(real_places)
    assert built.unknown == ()
    assert {road.code for road in built.roads} == set(towns_of_interstates())
    assert all(road.line.is_valid and road.source == THROUGH_ITS_TOWNS for road in built.roads)


def test_no_leg_is_long_or_nothing(parts: dict[str, list[Part]]) -> None:
    legs = [
        (code, one.name, other.name, distance_m(here, there))
        for code, each in parts.items()
        for part in each
        for (one, here), (other, there) in pairwise(part)
    ]
    assert [leg for leg in legs if not NO_LEG_M < leg[3] <= LONGEST_LEG_M] == []


def test_no_leg_jumps_back(parts: dict[str, list[Part]]) -> None:
    sharp = [
        (code, town.name)
        for code, each in parts.items()
        for part in each
        for (_, a), (town, b), (_, c) in zip(part, part[1:], part[2:], strict=False)
        if _turn_deg(a, b, c) > SHARPEST_TURN_DEG and min(distance_m(a, b), distance_m(b, c)) > 25e3
    ]
    assert sharp == []


def _turn_deg(a: LonLat, b: LonLat, c: LonLat) -> float:
    came, _, _ = WGS84.inv(*a, *b)
    goes, _, _ = WGS84.inv(*b, *c)
    return float(abs((goes - came + 180) % 360 - 180))


@pytest.mark.parametrize(("code", "miles"), LENGTHS_MI.items())
def test_a_line_is_a_little_shorter_than_its_road(
    parts: dict[str, list[Part]], code: str, miles: float
) -> None:
    legs = [
        distance_m(here, there) for part in parts[code] for (_, here), (_, there) in pairwise(part)
    ]
    assert 0.9 < sum(legs) / 1609.344 / miles < 1.0


def test_a_town_that_is_unknown_is_left_out_and_told() -> None:
    few = ListedPlaces(
        [
            place("city", "1", "Lubbock", (-101.85, 33.58), region="TX", population=250_000),
            place("zip", "79350", "New Deal", (-101.84, 33.73), region="TX"),
            place("zip", "79360", "New Deal", (-101.82, 33.75), region="TX"),
        ]
    )
    built = interstates(few)
    (road,) = built.roads
    assert (road.code, road.name) == ("I-27", "Interstate 27")
    assert list(road.line.coords) == [(-101.85, 33.58), pytest.approx((-101.83, 33.74))]
    assert Town(name="Amarillo", state="TX") in built.unknown


def test_of_two_towns_of_one_name_the_larger_is_meant() -> None:
    two = ListedPlaces(
        [
            place("city", "1", "Oakland", (-98.0, 30.6), region="TX", population=900),
            place("city", "2", "Oakland", (-95.0, 29.6), region="TX", population=1_900),
        ]
    )
    assert position_of(Town(name="Oakland", state="TX"), two) == (-95.0, 29.6)
