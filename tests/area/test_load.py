import pytest
from shapely.geometry import Point

from alerts.area.derive import AreaPolicy, derive_area
from alerts.area_of_interest import Provenance
from alerts.places import PlaceRecord
from alerts.poster import CaseKey, Child, Place, Poster, SourceArea
from geo.measure import area_km2
from tests.area.listed_places import ListedPlaces


def known(places: ListedPlaces, scheme: str, code: str) -> PlaceRecord:
    record = places.by_code(scheme, code)
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("code", "km2"),
    # Census Bureau gazetteer, land and water together; the atlas cuts counties at the coast.
    [("06037", 10_550), ("48491", 2_940)],
)
def test_counties_have_the_area_that_the_census_knows(
    real_places: ListedPlaces, code: str, km2: float
) -> None:
    shape = known(real_places, "county", code).shape
    assert shape is not None
    assert area_km2(shape) == pytest.approx(km2, rel=0.05)


def test_leander_is_in_williamson_county(real_places: ListedPlaces) -> None:
    shape = known(real_places, "county", "48491").shape
    leander = known(real_places, "zip", "78641")
    assert shape is not None
    assert shape.contains(Point(leander.lon, leander.lat))


@pytest.mark.parametrize("scheme", ["state", "country", "county"])
def test_no_outline_goes_the_long_way_round_the_world(
    real_places: ListedPlaces, scheme: str
) -> None:
    greenwich_and_paris = (Point(-175.0, 5.0), Point(0.0, 30.0 if scheme != "country" else 0.0))
    for record in real_places.all_of(scheme):
        assert record.shape is None or record.shape.is_valid
        assert record.shape is None or not any(
            record.shape.intersects(point) for point in greenwich_and_paris
        )


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (-97.85, 30.58, "US"),
        (-176.65, 51.85, "US"),  # Aleutians
        (173.2, 52.9, "US"),  # Attu, beyond the antimeridian
        (-79.4, 43.7, "CA"),
        (-99.1, 19.4, "MX"),
        (177.0, 66.0, "RU"),
        (-175.0, 67.0, "RU"),  # Chukotka, beyond the antimeridian
        (2.35, 48.85, "FR"),
        (20.9, 42.6, "XK"),
        (-30.0, 40.0, None),
    ],
)
def test_the_country_of_a_point_is_known(
    real_places: ListedPlaces, lon: float, lat: float, country: str | None
) -> None:
    assert real_places.country_at(lon, lat) == country


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("New York", "NY"),
        ("LOS ANGELES", "CA"),
        ("St. Louis", "MO"),
        ("Washington", "DC"),
        ("Indianapolis", "IN"),
        ("Bronx", "NY"),
        ("Marquette", "Michigan"),
        ("San Juan", "PR"),
    ],
)
def test_well_known_cities_are_found(real_places: ListedPlaces, name: str, state: str) -> None:
    child = Child(missing_from=Place(city=name, state=state))
    poster = Poster(case=CaseKey(organization="EXMP", number="1"), children=(child,))
    derivation = derive_area(poster, real_places, AreaPolicy())
    assert derivation.area is not None
    assert derivation.area.provenance is Provenance.CITY


@pytest.mark.parametrize("geocode", [("same", "006037"), ("ugc", "CAC037"), ("fips6", "006037")])
def test_los_angeles_county_has_three_codes(
    real_places: ListedPlaces, geocode: tuple[str, str]
) -> None:
    area = SourceArea(geocodes=(geocode,))
    poster = Poster(case=CaseKey(organization="EXMP", number="1"), areas=(area,))
    derivation = derive_area(poster, real_places, AreaPolicy())
    assert derivation.area is not None
    assert derivation.area.places == ("fips:06037",)
    assert derivation.area.area_km2 == pytest.approx(10_550, rel=0.05)


def test_all_states_and_no_more_places_than_planned(real_places: ListedPlaces) -> None:
    sizes = {s: len(real_places.all_of(s)) for s in ("country", "state", "county", "zip", "city")}
    assert sizes["state"] == 56
    assert sizes["county"] > 3_200
    assert sum(sizes.values()) < 62_000


def test_every_state_knows_its_fips_code_and_its_counties(real_places: ListedPlaces) -> None:
    regions = {record.region for record in real_places.all_of("county")}
    for record in real_places.all_of("state"):
        assert record.fips is not None
        assert record.code in regions
