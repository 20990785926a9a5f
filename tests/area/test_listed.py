"""The built-in places in memory answer what a `PlaceBook` is asked, and are read only then."""

from pathlib import Path

import pytest

from alerts.area.built import write_places
from alerts.area.listed import ListedPlaces
from tests.area.listed_places import place

FEW = (
    place("country", "US", "United States", (-98, 39), half_width_deg=20),
    place("county", "17167", "Orange County", (-89.6, 39.8), region="IL", half_width_deg=0.3),
    place("county", "36071", "Orange County", (-74.3, 41.4), region="NY", half_width_deg=0.3),
    place("zip", "49855", "Marquette", (-87.4545, 46.5786), region="MI"),
)


@pytest.fixture
def places(tmp_path: Path) -> ListedPlaces:
    path = tmp_path / "places.jsonl.gz"
    write_places(path, FEW)
    return ListedPlaces(lambda: path)


def test_a_place_is_found_by_its_code(places: ListedPlaces) -> None:
    found = places.by_code("zip", "49855")
    assert found is not None
    assert found.name == "Marquette"
    assert places.by_code("zip", "00000") is None
    assert places.by_code("county", "49855") is None


def test_a_name_is_found_folded_and_narrowed(places: ListedPlaces) -> None:
    both = places.by_name("county", "ORANGE county", None, None)
    assert {record.code for record in both} == {"17167", "36071"}
    assert [p.code for p in places.by_name("county", "Orange County", "NY", "US")] == ["36071"]
    assert places.by_name("county", "Orange County", None, "CA") == []


def test_a_country_is_found_at_a_point(places: ListedPlaces) -> None:
    assert places.country_at(-98, 39) == "US"
    assert places.country_at(0, -60) is None


def test_nothing_is_read_before_the_first_question() -> None:
    def never() -> Path:
        raise AssertionError("nobody asked yet")

    places = ListedPlaces(never)
    with pytest.raises(AssertionError, match="nobody asked"):
        places.by_code("zip", "49855")
