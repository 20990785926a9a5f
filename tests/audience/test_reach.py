"""How many an area reaches, and what of it others may see."""

from pathlib import Path

import pytest

from alerts.audience.reach import hide_small, reach_of
from alerts.clock import utc_now
from alerts.store.engine import Store
from alerts.store.subscribers import Device
from geo.circle import circle_ground
from geo.coordinates import LonLat
from service import database
from service.wiring import Runtime
from tests.service.api_partner.documents import MARQUETTE, add_neighbours

ELSEWHERE = LonLat(-80.0, 40.0)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables without places: reach needs none."""
    path = tmp_path_factory.mktemp("prepared") / "porchlight.sqlite3"
    database.migrate(f"sqlite:///{path}")
    Store(f"sqlite:///{path}").close()
    return path


def test_reach_counts_what_the_area_touches_and_names_it_sorted(runtime: Runtime) -> None:
    add_neighbours(runtime, 3)
    add_neighbours(runtime, 2, ELSEWHERE)
    with runtime.store.read() as session:
        reach = reach_of(session, runtime.index, circle_ground(MARQUETTE, 5_000))
    assert (reach.neighborhoods, reach.subscribers, reach.devices) == (3, 3, 3)
    assert reach.neighborhood_ids.tolist() == [1, 2, 3]
    assert reach.took_ms > 0


def test_a_device_that_ended_is_not_reached(runtime: Runtime) -> None:
    add_neighbours(runtime, 2)
    with runtime.store.begin() as session:
        session.get_one(Device, 1).ended_at = utc_now()
    with runtime.store.read() as session:
        reach = reach_of(session, runtime.index, circle_ground(MARQUETTE, 5_000))
    assert (reach.subscribers, reach.devices) == (2, 1)


def test_nobody_is_reached_where_nobody_lives(runtime: Runtime) -> None:
    with runtime.store.read() as session:
        reach = reach_of(session, runtime.index, circle_ground(MARQUETTE, 5_000))
    assert (reach.neighborhoods, reach.devices, len(reach.neighborhood_ids)) == (0, 0, 0)


def test_an_exercise_reaches_testers_only(runtime: Runtime) -> None:
    add_neighbours(runtime, 2)
    add_neighbours(runtime, 1, tester=True)
    area = circle_ground(MARQUETTE, 5_000)
    with runtime.store.read() as session:
        reach = reach_of(session, runtime.index, area, testers_only=True)
    assert (reach.neighborhoods, reach.subscribers, reach.devices) == (1, 1, 1)
    assert reach.neighborhood_ids.tolist() == [3]


@pytest.mark.parametrize(("count", "shown"), [(0, "<10"), (9, "<10"), (10, 10), (1_000, 1_000)])
def test_counts_below_ten_are_hidden(count: int, shown: int | str) -> None:
    assert hide_small(count) == shown
