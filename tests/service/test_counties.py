"""When does a neighborhood get its county? When it is drawn, else at set-up or by the scheduler."""

import time

import pytest
from shapely.geometry import box
from sqlalchemy import select

from alerts.places import PlaceRecord
from alerts.store.places import replace_places
from alerts.store.subscribers import Neighborhood, newest_change
from service import counties, scheduler
from service.counties import fill_all_counties, fill_some_counties
from service.process import running
from service.wiring import Runtime
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

COUNTY = PlaceRecord(
    scheme="county",
    code="26103",
    name="Marquette County",
    region="MI",
    country="US",
    lon=-87.5,
    lat=46.5,
    shape=box(-88, 46, -87, 47),
    population=None,
)


@pytest.fixture
def lived_in(house: Runtime) -> Runtime:
    """An instance with three people, from before places were loaded."""
    town = Town(store=house.store, vault=house.vault)
    for _ in range(3):
        town.person()
    with house.store.begin() as session:
        for neighborhood in session.scalars(select(Neighborhood)):
            neighborhood.county = None
    return house


def load(house: Runtime) -> None:
    with house.store.begin() as session:
        replace_places(session, [COUNTY])


def counties_in(house: Runtime) -> set[str | None]:
    with house.store.read() as session:
        return set(session.scalars(select(Neighborhood.county)))


def newest(house: Runtime) -> int:
    with house.store.read() as session:
        return newest_change(session)


def test_without_places_nothing_is_looked_up(lived_in: Runtime) -> None:
    assert fill_all_counties(lived_in.store, lived_in.counties) == 0
    assert fill_some_counties(lived_in.store, lived_in.counties) == 0
    assert counties_in(lived_in) == {None}


def test_at_set_up_all_are_looked_up_in_short_transactions(
    lived_in: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counties, "ALL_AT_ONCE", 1)
    load(lived_in)
    before = newest(lived_in)
    assert fill_all_counties(lived_in.store, lived_in.counties) == 3
    assert None not in counties_in(lived_in)
    assert newest(lived_in) == before


def test_later_a_few_at_a_time_and_the_index_is_told(
    lived_in: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counties, "A_PASS", 2)
    load(lived_in)
    before = newest(lived_in)
    passes = [fill_some_counties(lived_in.store, lived_in.counties) for _ in range(3)]
    assert passes == [2, 1, 0]
    assert newest(lived_in) == before + 3


def test_the_scheduler_does_it(lived_in: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "COUNTIES_LOOKS_EVERY_S", 0.1)
    load(lived_in)
    with running(lived_in, works=False, schedules=True):
        until = time.monotonic() + 20
        while None in counties_in(lived_in):
            assert time.monotonic() < until, "no county was looked up"
            time.sleep(0.02)
