"""Which county does a neighborhood lie in? On land, on a border, on a pier, at sea, abroad."""

from collections.abc import Hashable, Sequence

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box

from alerts.area import counties as module
from alerts.area.counties import Counties, CountyBook
from alerts.places import PlaceRecord
from tests.area.listed_places import ListedPlaces


def county(code: str, name: str, shape: Polygon | MultiPolygon | None) -> PlaceRecord:
    return PlaceRecord(
        scheme="county",
        code=code,
        name=name,
        region="MI",
        country="US",
        lon=0,
        lat=0,
        shape=shape,
        population=None,
    )


WEST = county("26002", "West County", box(-88, 46, -87, 47))
EAST = county("26001", "East County", box(-87, 46, -86, 47))
ISLANDS = county("26003", "Isles", MultiPolygon([box(179, 51, 180, 52), box(-180, 51, -179, 52)]))
POINT_ONLY = county("26004", "Nowhere County", None)
ABROAD = box(-88, 47.005, -86, 48)  # a border, 550 m from what the simplified counties say


def country_at(lon: float, lat: float) -> str | None:
    return "CA" if ABROAD.intersects(Point(lon, lat)) else None


@pytest.fixture
def known() -> Counties:
    return Counties([WEST, EAST, ISLANDS, POINT_ONLY], country_at)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (-87.5, 46.5, "26002"),
        (-86.5, 46.5, "26001"),
        (-87, 46.5, "26001"),
        (180, 51.5, "26003"),
        (-179.5, 51.5, "26003"),
        (-88.03, 46.5, "26002"),
        (-88.05, 46.5, ""),
        (-87.001, 45.98, "26002"),
        (-87.5, 47.003, "26002"),
        (-87.5, 47.01, ""),
        (0, 0, ""),
    ],
    ids=[
        "inside",
        "inside another",
        "on the border: the lower code",
        "on the 180th meridian",
        "beyond it",
        "2.3 km off the coast",
        "3.8 km off the coast",
        "off a corner: the nearer",
        "between the outline and the border",
        "abroad",
        "far away",
    ],
)
def test_a_point_lies_in_a_county_or_in_none(
    known: Counties, lon: float, lat: float, code: str
) -> None:
    assert known.at(np.array([(lon, lat)])) == [code]


def test_many_points_are_answered_as_one_by_one(known: Counties) -> None:
    chance = np.random.default_rng(7)
    points = np.column_stack((chance.uniform(-88.1, -85.9, 500), chance.uniform(45.9, 47.1, 500)))
    together = known.at(points)
    assert together == [known.at(point[None])[0] for point in points]
    assert set(together) == {"26001", "26002", ""}
    assert known.at(np.empty((0, 2))) == []


def test_near_the_pole_a_degree_of_longitude_is_short() -> None:
    north = Counties([county("02185", "North", box(-150, 70, -149, 71))], country_at)
    off_km = np.array(
        [(-150 - km / (111.32 * np.cos(np.radians(70.5))), 70.5) for km in (2.5, 3.5)]
    )
    assert north.at(off_km) == ["02185", ""]


def test_a_neighborhood_lies_where_its_middle_does(known: Counties) -> None:
    horseshoe = box(-87.3, 46.4, -86.3, 46.6).difference(box(-87.2, 46.45, -86.2, 46.6))
    homes = [box(-87.2, 46.4, -86.9, 46.5), horseshoe, box(179.9, 51.1, 180, 51.2)]
    codes = known.of_shapes(homes)
    assert codes == ["26002", known.of_shapes([horseshoe])[0], "26003"]
    assert all(shapely.intersects(home, shapely.point_on_surface(home)) for home in homes)


def test_names_are_what_people_say(known: Counties) -> None:
    codes = ["26001", "26003", "", "99999"]
    assert known.names(codes) == {"26001": "East County, MI", "26003": "Isles, MI"}


class Loaded:
    """Counties that can be loaded anew, and that count how often they are read."""

    def __init__(self, *records: PlaceRecord) -> None:
        self.records, self.read = records, 0

    def counties(self) -> Sequence[PlaceRecord]:
        self.read += 1
        return self.records

    def counties_stamp(self) -> Hashable:
        return tuple(record.code for record in self.records)

    def country_at(self, lon: float, lat: float) -> str | None:
        return country_at(lon, lat)


def test_before_any_place_is_loaded_no_county_is_known() -> None:
    book = CountyBook(Loaded())
    assert book.now() is None
    assert book.of_shape(box(-87.5, 46.4, -87.4, 46.5)) is None
    assert book.names(["26001"]) == {}


def test_counties_are_read_once_and_again_when_they_were_loaded_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOKS_AGAIN_S", 0.0)
    places = Loaded(WEST)
    book = CountyBook(places)
    home = box(-86.6, 46.4, -86.5, 46.5)
    assert book.of_shape(home) == ""
    assert book.of_shape(home) == ""
    assert places.read == 1
    places.records = (WEST, EAST)
    assert book.of_shape(home) == "26001"
    assert book.names(["26001"]) == {"26001": "East County, MI"}
    assert places.read == 2


def test_it_does_not_ask_the_database_each_time() -> None:
    places = Loaded(WEST)
    book = CountyBook(places)
    first = book.now()
    places.records = (WEST, EAST)
    assert book.now() is first


def test_real_homes_lie_in_real_counties(real_places: ListedPlaces) -> None:
    known = Counties(real_places.all_of("county"), real_places.country_at)
    where = {
        (-97.743, 30.267): "Travis County, TX",
        (-73.986, 40.748): "New York County, NY",
        (-66.106, 18.466): "San Juan Municipio, PR",
        (-106.485, 31.762): "El Paso County, TX",
        (-80.13, 25.77): "Miami-Dade County, FL",
        (-106.424, 31.690): None,  # Ciudad Juárez
        (-83.02, 42.30): None,  # Windsor, Ontario
        (-87.0, 43.5): None,  # Lake Michigan
    }
    codes = known.at(np.array(list(where)))
    names = known.names(codes)
    assert [names.get(code) for code in codes] == list(where.values())
