"""Are places replaced whole, and found by code, by name and by where they are?"""

from collections.abc import Iterator

import pytest
from shapely.geometry import MultiPolygon, box

from alerts.places import PlaceBook, PlaceRecord
from alerts.store.base import Ground
from alerts.store.engine import Store
from alerts.store.places import ROWS_AT_ONCE, StoredPlaces, count_places, replace_places


def place(scheme: str, code: str, name: str = "", **more: object) -> PlaceRecord:
    known: dict[str, object] = {
        "region": None,
        "country": None,
        "lon": 0.0,
        "lat": 0.0,
        "shape": None,
        "population": None,
    }
    return PlaceRecord(scheme=scheme, code=code, name=name, **{**known, **more})  # type: ignore[arg-type]


def country(code: str, shape: Ground | None) -> PlaceRecord:
    return place("country", code, country=code, shape=shape)


PLACES = (
    place("city", "1", "Saint-Étienne", region="84", country="FR"),
    place("city", "2", "St. Paul", region="MN", country="US", population=300_000, lon=-93.1),
    place("city", "3", "Saint Paul", region="AK", country="US"),
    place("county", "26103", "Marquette", region="MI", country="US", shape=box(-88, 46, -87, 47)),
    place("state", "MI", "Michigan", country="US", fips="26"),
    country("US", box(-125, 25, -67, 49)),
    country("CA", box(-141, 49, -52, 83)),
    country("XK", None),
)


@pytest.fixture
def places(store: Store) -> StoredPlaces:
    with store.begin() as session:
        assert replace_places(session, PLACES) == len(PLACES)
    return StoredPlaces(store)


def test_a_place_comes_back_as_it_was_loaded(places: StoredPlaces) -> None:
    book: PlaceBook = places
    assert [book.by_code(p.scheme, p.code) for p in PLACES] == list(PLACES)
    assert book.by_code("county", "MI") is None
    assert book.by_code("nuts", "26103") is None


@pytest.mark.parametrize("name", ["saint paul", "ST PAUL", "St. Paul"])
def test_a_name_is_found_however_it_is_written(places: StoredPlaces, name: str) -> None:
    found = places.by_name("city", name, None, None)
    assert {p.code for p in found} == {"2", "3"}
    assert [p.code for p in places.by_name("city", name, "MN", "US")] == ["2"]
    assert not places.by_name("city", name, None, "FR")
    assert not places.by_name("county", name, None, None)


def test_a_name_without_its_accents_is_found(places: StoredPlaces) -> None:
    assert [p.code for p in places.by_name("city", "Saint Etienne", None, None)] == ["1"]


def test_the_counties_are_those_with_an_outline_as_they_were_loaded(store: Store) -> None:
    isles = MultiPolygon([box(-85, 45, -84, 46), box(-83, 45, -82, 46)])
    outlined = [
        place("county", "26033", "Chippewa", country="US", shape=isles, population=36_000),
        place("county", "26103", "Marquette", country="US", shape=box(-88, 46, -87, 47)),
    ]
    others = [
        place("county", "26001", "Alcona", country="US"),
        place("county", "CA35", "Algoma", country="CA", shape=box(-84, 46, -83, 47)),
        country("US", box(-125, 25, -67, 49)),
    ]
    book = StoredPlaces(store)
    assert book.counties() == ()
    with store.begin() as session:
        replace_places(session, [*outlined, *others])
    assert sorted(book.counties(), key=lambda county: county.code) == outlined


def test_a_point_is_in_its_country_or_at_sea(places: StoredPlaces) -> None:
    assert places.country_at(-87.4, 46.5) == "US"
    assert places.country_at(-80, 60) == "CA"
    assert places.country_at(0, 0) is None
    assert places.country_at(-100, 49) in ("US", "CA")  # on the border


def test_a_scheme_is_replaced_whole_and_others_stay(store: Store, places: StoredPlaces) -> None:
    with store.begin() as session:
        replace_places(session, [place("city", "9", "Elsewhere")])
        assert count_places(session) == len(PLACES) - 2
    assert places.by_code("city", "1") is None
    assert places.by_code("state", "MI") is not None


def test_nothing_to_load_replaces_nothing(store: Store, places: StoredPlaces) -> None:
    with store.begin() as session:
        assert replace_places(session, []) == 0
        assert count_places(session) == len(PLACES)


def test_a_scheme_larger_than_one_statement_is_kept_whole(store: Store) -> None:
    count = ROWS_AT_ONCE + 500

    def many() -> Iterator[PlaceRecord]:
        for number in range(count):
            yield place(("zip", "city")[number % 2], str(number))

    with store.begin() as session:
        assert replace_places(session, many()) == count
        assert replace_places(session, many()) == count
        assert count_places(session) == count
