"""Does the index find exactly what shapely finds, and is it as fresh as the last commit?"""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from alerts.audience.choose import audience_index
from alerts.audience.index import AudienceIndex
from alerts.store.base import Ground
from alerts.store.engine import Store
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack, unpack
from geo.polygon import ground
from tests.audience.town import Town

ROUNDS, STEPS = 8, 12


def reached(store: Store, index: AudienceIndex, area: Ground) -> list[tuple[int, int]]:
    with store.read() as session:
        index.refresh(session)
        found = index.reach(session, area)
    return list(zip(found.neighborhood_ids.tolist(), found.subscriber_ids.tolist(), strict=True))


def some_ground(rng: random.Random) -> Ground:
    """Draw anything that a person or a feed may draw: around one town, and over the seam."""
    lon, lat = rng.choice([(-87.4, 46.5), (179.95, -17.0), (10.0, 89.5)])
    centre = LonLat(lon + rng.uniform(-0.3, 0.04), lat + rng.uniform(-0.3, 0.3))
    radius_m = 10 ** rng.uniform(2, 4.5)
    shape: BaseGeometry = circle_ground(centre, radius_m)
    kind = rng.choice(["circle", "holed", "many", "slanted"])
    if kind == "holed":
        shape = shape.difference(circle_ground(centre, radius_m / 2))
    elif kind == "many":
        shape = shape.union(circle_ground(LonLat(centre.lon - 0.3, centre.lat), radius_m / 3))
    elif kind == "slanted" and isinstance(shape, Polygon) and shape.bounds[3] < 80:
        shape = affinity.skew(affinity.scale(shape, 1, 0.2), xs=40)
        shape = shape.intersection(box(-180, -90, 180, 90))
    return ground(shape).shape


def test_whatever_is_drawn_moved_or_removed_it_finds_what_shapely_finds(town: Town) -> None:
    rng = random.Random(6)  # noqa: S311 - geometry, no secret
    truth: dict[int, tuple[int, Ground]] = {}
    people = [town.person(at=None) for _ in range(4)]
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            change(rng, town, people, truth)
        area = some_ground(rng)
        expected = sorted(
            (home, person) for home, (person, shape) in truth.items() if shape.intersects(area)
        )
        assert reached(town.store, town.index, area) == expected
        assert reached(town.store, audience_index(town.store), area) == expected


def change(
    rng: random.Random, town: Town, people: list[int], truth: dict[int, tuple[int, Ground]]
) -> None:
    """Do one thing that changes neighborhoods, in the town and in the truth."""
    shape = unpack(pack(some_ground(rng)))  # as the store rounds it
    act = rng.choice(["draw", "draw", "move", "leave"])
    if act == "draw" or not truth:
        person = rng.choice(people)
        truth[town.draw(person, shape)] = person, shape
        return
    home = rng.choice(list(truth))
    if act == "move":
        town.move(home, shape)
        truth[home] = truth[home][0], shape
    else:
        town.leave(home)
        del truth[home]


SQUARE = box(10, 10, 20, 20)


@pytest.mark.parametrize(
    ("name", "area", "is_reached"),
    [
        ("inside", box(12, 12, 13, 13), True),
        ("around", box(0, 0, 30, 30), True),
        ("across", box(0, 14, 30, 15), True),
        ("a shared edge", box(20, 10, 30, 20), True),
        ("a shared corner", box(20, 20, 30, 30), True),
        ("a box that meets, a shape that doesn't", Polygon([(0, 25), (25, 25), (0, 50)]), False),
        ("in the hole", Polygon(box(0, 0, 30, 30).exterior, [box(5, 5, 25, 25).exterior]), False),
        (
            "in a hole that it just fills",
            Polygon(box(0, 0, 30, 30).exterior, [SQUARE.exterior]),
            True,
        ),
        ("the second part only", MultiPolygon([box(50, 50, 51, 51), box(19, 19, 40, 40)]), True),
        ("both parts", MultiPolygon([box(0, 12, 11, 13), box(19, 12, 40, 13)]), True),
        ("neither part", MultiPolygon([box(0, 0, 5, 5), box(30, 30, 40, 40)]), False),
        ("beyond the seam", box(-180, 10, -170, 20), False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_touching_in_a_point_is_enough_and_nothing_less(
    town: Town, name: str, area: Ground, is_reached: bool
) -> None:
    person = town.person(at=None)
    home = town.draw(person, SQUARE)
    assert reached(town.store, town.index, area) == ([(home, person)] if is_reached else [])


def test_a_neighborhood_over_the_antimeridian_is_found_from_both_sides(town: Town) -> None:
    person = town.person(at=LonLat(180, -17))
    home = town.home_of(person)
    for lon in (179.99, -179.99):
        area = circle_ground(LonLat(lon, -17), 100)
        assert reached(town.store, town.index, area) == [(home, person)]
    assert reached(town.store, town.index, circle_ground(LonLat(1, -17), 50_000)) == []


def test_nobody_is_found_in_an_empty_town(town: Town) -> None:
    assert reached(town.store, town.index, SQUARE) == []


def test_what_was_committed_is_found_at_the_next_refresh_and_what_went_isnt(town: Town) -> None:
    person = town.person(at=None)
    assert reached(town.store, town.index, SQUARE) == []
    home = town.draw(person, SQUARE)
    assert reached(town.store, town.index, SQUARE) == [(home, person)]
    town.move(home, box(50, 50, 51, 51))
    assert reached(town.store, town.index, SQUARE) == []
    town.leave(home)
    assert reached(town.store, town.index, box(0, 0, 60, 60)) == []


def test_refreshing_says_how_far_it_knows_and_may_be_repeated(town: Town) -> None:
    town.person()
    with town.store.read() as session:
        assert town.index.refresh(session) == town.index.refresh(session) == 1
    town.person()
    with town.store.read() as session:
        assert town.index.refresh(session) == 2


def test_ids_come_sorted_also_after_old_ones_moved(town: Town) -> None:
    person = town.person(at=None)
    homes = [town.draw(person, SQUARE) for _ in range(5)]
    assert [home for home, _ in reached(town.store, town.index, SQUARE)] == homes
    town.move(homes[0], SQUARE)
    with town.store.read() as session:
        town.index.refresh(session)
        found = town.index.reach(session, SQUARE)
    assert found.neighborhood_ids.tolist() == homes
    assert found.neighborhood_ids.dtype == found.subscriber_ids.dtype == np.int64


def test_many_may_refresh_and_ask_while_neighborhoods_change(town: Town) -> None:
    person = town.person(at=None)
    stays = town.draw(person, SQUARE)
    moves = town.draw(person, SQUARE)

    def ask(number: int) -> bool:
        if number % 3 == 0:
            town.move(moves, SQUARE)
        return (stays, person) in reached(town.store, town.index, SQUARE)

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(ask, range(60)))
    assert [n for n, _ in reached(town.store, town.index, SQUARE)] == [stays, moves]


def test_the_area_is_left_as_it_was(town: Town) -> None:
    town.person()
    area = circle_ground(LonLat(-87.4, 46.54), 5_000)
    before = shapely.to_wkb(area)
    reached(town.store, town.index, area)
    assert shapely.to_wkb(area) == before
