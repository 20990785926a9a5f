"""Neighborhoods from before counties were known get theirs, and the audience index hears of it."""

from shapely.geometry import box
from sqlalchemy import select

from alerts.area.counties import Counties
from alerts.audience.fill_counties import any_countyless, fill_counties
from alerts.clock import utc_now
from alerts.places import PlaceRecord
from alerts.store.engine import Store
from alerts.store.people import NewNeighborhood, PeopleImport
from alerts.store.subscribers import Neighborhood, NeighborhoodChange
from geo.circle import circle_ground
from geo.coordinates import LonLat
from geo.packed import pack

MARQUETTE = Counties(
    [
        PlaceRecord(
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
    ],
    lambda _lon, _lat: "US",
)


def people_at(store: Store, *longitudes: float) -> None:
    """Add people, a neighborhood each, whose county nobody looked up."""
    rows = [
        NewNeighborhood(
            person=str(lon),
            packed=pack(circle_ground(LonLat(lon, 46.5), 900)),
            name="Home",
            radius_m=900,
            device=None,
            language="en",
            quiet_hours=None,
            weekly_cap=None,
            tester=False,
        )
        for lon in longitudes
    ]
    with store.begin() as session:
        PeopleImport().write(session, rows, utc_now())


def counties_in(store: Store) -> list[str | None]:
    with store.read() as session:
        return list(session.scalars(select(Neighborhood.county).order_by(Neighborhood.id)))


def changes_in(store: Store) -> list[tuple[int, int]]:
    with store.read() as session:
        found = session.scalars(select(NeighborhoodChange).order_by(NeighborhoodChange.seq))
        return [(change.neighborhood_id, change.subscriber_id) for change in found]


def fill(store: Store, most: int, *, notes_change: bool = True) -> int:
    with store.begin() as session:
        return fill_counties(session, MARQUETTE, most, notes_change=notes_change)


def test_they_are_filled_a_few_at_a_time_until_none_is_left(store: Store) -> None:
    people_at(store, -87.5, -87.6, -2.0)
    assert [fill(store, 2), fill(store, 2), fill(store, 2)] == [2, 1, 0]
    assert sorted(map(str, counties_in(store))) == ["", "26103", "26103"]
    with store.read() as session:
        assert not any_countyless(session)


def test_each_is_noted_as_a_change_so_that_the_index_sees_it(store: Store) -> None:
    people_at(store, -87.5, -87.6)
    before = changes_in(store)
    fill(store, 10)
    assert changes_in(store) == [*before, *before]


def test_all_of_an_instance_are_filled_without_a_change_each(store: Store) -> None:
    people_at(store, -87.5, -87.6)
    before = changes_in(store)
    assert fill(store, 10, notes_change=False) == 2
    assert counties_in(store) == ["26103", "26103"]
    assert changes_in(store) == before


def test_what_has_a_county_keeps_it(store: Store) -> None:
    people_at(store, -87.5)
    with store.begin() as session:
        drawn = session.scalars(select(Neighborhood)).one()
        drawn.county = ""
    assert fill(store, 10) == 0
    assert counties_in(store) == [""]


def test_of_nobody_there_is_nothing_to_fill(store: Store) -> None:
    with store.read() as session:
        assert not any_countyless(session)
    assert fill(store, 10) == 0
