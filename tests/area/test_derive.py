from datetime import UTC, datetime
from typing import Any

import pytest
from shapely.geometry import Point

from alerts.area.derive import AreaDerivation, AreaPolicy, derive_area
from alerts.area_of_interest import CONFIDENCE, AreaOfInterest, Provenance
from alerts.poster import CaseKey, Child, ExplicitCircle, Place, Poster, SourceArea
from geo.measure import area_km2
from tests.area.listed_places import FEW_PLACES, ListedPlaces

POLICY = AreaPolicy()
SQUARE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[-87.5, 46.4], [-87.3, 46.4], [-87.3, 46.6], [-87.5, 46.6], [-87.5, 46.4]]],
}
WORLD: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
}


def derive(
    *,
    children: tuple[Child, ...] = (),
    areas: tuple[SourceArea, ...] = (),
    places: ListedPlaces = FEW_PLACES,
) -> AreaDerivation:
    case = CaseKey(organization="EXMP", number="1")
    return derive_area(Poster(case=case, children=children, areas=areas), places, POLICY)


def missing_from(**place: str) -> Child:
    return Child(first_name="Wren", last_name="Example", missing_from=Place(**place))


def area_of(derivation: AreaDerivation) -> AreaOfInterest:
    assert derivation.area is not None
    return derivation.area


def codes(derivation: AreaDerivation) -> list[str]:
    return [problem.code for problem in derivation.problems]


def circle_km2(radius_km: float) -> float:
    return 3.14159265 * radius_km**2


# --- what the source drew


def test_a_polygon_of_the_source_wins_over_everything_else() -> None:
    area = SourceArea(geometry=SQUARE, geocodes=(("same", "048491"),))
    derivation = derive(areas=(area,), children=(missing_from(zip="78641"),))
    assert area_of(derivation).provenance is Provenance.EXPLICIT
    assert area_of(derivation).confidence == 1.0
    assert derivation.problems == ()


def test_polygons_and_circles_of_all_areas_are_united() -> None:
    circle = ExplicitCircle(lon=-80.0, lat=40.0, radius_m=5_000)
    derivation = derive(areas=(SourceArea(geometry=SQUARE), SourceArea(circles=(circle,))))
    shape = area_of(derivation).shape
    assert shape.contains(Point(-87.4, 46.5))
    assert shape.contains(Point(-80.0, 40.0))
    assert area_of(derivation).area_km2 == pytest.approx(area_km2(shape))


def test_a_repaired_shape_is_used_and_told() -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 1], [1, 2], [1, 1], [0, 2], [0, 1]]]}
    derivation = derive(areas=(SourceArea(geometry=bow_tie),))
    assert area_of(derivation).shape.is_valid
    assert codes(derivation) == ["shape_repaired"]
    assert derivation.problems[0].where == "/areas/0/geometry"


def test_a_broken_shape_beside_a_good_one_is_a_warning() -> None:
    areas = (SourceArea(geometry=SQUARE), SourceArea(geometry=WORLD))
    derivation = derive(areas=areas)
    assert area_of(derivation).provenance is Provenance.EXPLICIT
    assert area_of(derivation).confidence < 1.0
    assert [(p.code, p.severity) for p in derivation.problems] == [("whole_world", "warning")]


@pytest.mark.parametrize(
    "area",
    [
        SourceArea(geometry=WORLD),
        SourceArea(circles=(ExplicitCircle(lon=0, lat=0, radius_m=1_000),)),
        SourceArea(circles=(ExplicitCircle(lon=200, lat=0, radius_m=1_000),)),
        SourceArea(circles=(ExplicitCircle(lon=float("nan"), lat=1, radius_m=1_000),)),
        SourceArea(circles=(ExplicitCircle(lon=1, lat=1, radius_m=0),)),
        SourceArea(geometry={"type": "Polygon", "coordinates": []}),
        SourceArea(geometry={}),
    ],
)
def test_ground_that_cannot_be_meant_is_an_error_and_never_everyone(area: SourceArea) -> None:
    derivation = derive(areas=(area,))
    assert derivation.area is None
    assert derivation.problems[0].severity == "error"
    assert derivation.problems[0].where.startswith("/areas/0/")
    assert codes(derivation)[-1] == "no_area"


def test_a_broken_shape_is_a_warning_where_a_geocode_names_the_ground() -> None:
    derivation = derive(areas=(SourceArea(geometry=WORLD, geocodes=(("same", "026103"),)),))
    assert area_of(derivation).provenance is Provenance.GEOCODE
    assert {problem.severity for problem in derivation.problems} == {"warning"}


def test_a_circle_over_the_antimeridian_is_split() -> None:
    circle = ExplicitCircle(lon=179.99, lat=-17.0, radius_m=20_000)
    shape = area_of(derive(areas=(SourceArea(circles=(circle,)),))).shape
    assert shape.contains(Point(-179.95, -17.0))
    assert not shape.contains(Point(0.0, -17.0))


# --- geocodes


@pytest.mark.parametrize(
    "geocode", [("same", "026103"), ("fips6", "026103"), ("ugc", "MIC103"), ("fips5", "26103")]
)
def test_every_way_to_write_a_county_names_its_outline(geocode: tuple[str, str]) -> None:
    derivation = derive(areas=(SourceArea(geocodes=(geocode,)),))
    area = area_of(derivation)
    assert area.places == ("fips:26103",)
    assert area.provenance is Provenance.GEOCODE
    assert area.confidence == CONFIDENCE[Provenance.GEOCODE]
    assert "Marquette County, MI" in area.source
    assert derivation.problems == ()


def test_a_part_of_a_county_is_widened_and_told() -> None:
    derivation = derive(areas=(SourceArea(geocodes=(("same", "326103"),)),))
    assert area_of(derivation).places == ("fips:26103",)
    assert codes(derivation) == ["geocode_part_widened"]


def test_a_state_level_code_is_the_whole_state() -> None:
    area = area_of(derive(areas=(SourceArea(geocodes=(("same", "048000"),)),)))
    assert area.places == ("state:TX",)


def test_the_whole_country_is_refused() -> None:
    derivation = derive(areas=(SourceArea(geocodes=(("same", "000000"),)),))
    assert derivation.area is None
    assert codes(derivation) == ["area_too_large", "no_area"]


def test_an_unknown_code_is_named_and_lowers_the_confidence() -> None:
    geocodes = (("same", "026103"), ("same", "057750"))
    derivation = derive(areas=(SourceArea(geocodes=geocodes),))
    assert area_of(derivation).confidence < CONFIDENCE[Provenance.GEOCODE]
    (problem,) = derivation.problems
    assert problem.code == "unknown_geocode"
    assert problem.where == "/areas/0/geocodes/1"
    assert "057750" in problem.message


def test_a_second_scheme_that_is_unknown_costs_no_confidence() -> None:
    geocodes = (("ugc", "MIZ005"), ("fips6", "026103"))
    derivation = derive(areas=(SourceArea(geocodes=geocodes),))
    assert area_of(derivation).confidence == CONFIDENCE[Provenance.GEOCODE]
    assert codes(derivation) == ["unknown_geocode"]


def test_only_unknown_codes_hold_the_alert() -> None:
    derivation = derive(areas=(SourceArea(geocodes=(("emma_id", "DE001"),)),))
    assert derivation.area is None
    assert codes(derivation) == ["unknown_geocode", "no_area"]
    assert "geocodes" in derivation.problems[-1].message


def test_a_planning_region_is_approximated_by_the_old_counties() -> None:
    derivation = derive(areas=(SourceArea(geocodes=(("same", "009110"),)),))
    assert area_of(derivation).places == ("fips:09003", "fips:09013")
    assert area_of(derivation).confidence < CONFIDENCE[Provenance.GEOCODE]
    assert codes(derivation) == ["approximate_geocode"]


def test_a_county_without_an_outline_is_a_circle() -> None:
    area = area_of(derive(areas=(SourceArea(geocodes=(("same", "051610"),)),)))
    assert area.area_km2 == pytest.approx(circle_km2(8), rel=0.01)


# --- the place where a child is missing from


def test_a_zip_code_is_a_circle_of_16_km() -> None:
    area = area_of(derive(children=(missing_from(zip="49855-1234", city="Marquette", state="MI"),)))
    assert area.provenance is Provenance.ZIP
    assert area.source == "16 km around ZIP 49855 (Marquette, MI)"
    assert area.places == ("zip:49855",)
    assert area.area_km2 == pytest.approx(circle_km2(16), rel=0.01)


def test_a_city_is_a_circle_by_its_size() -> None:
    small = area_of(derive(children=(missing_from(city="MARQUETTE", state="Michigan"),)))
    large = area_of(derive(children=(missing_from(city="Austin", state="TX"),)))
    assert small.provenance is large.provenance is Provenance.CITY
    assert small.area_km2 == pytest.approx(circle_km2(24), rel=0.01)
    assert large.area_km2 == pytest.approx(circle_km2(40), rel=0.01)


def test_a_small_town_is_known_by_its_post_office() -> None:
    area = area_of(derive(children=(missing_from(city="Gwinn", state="MI"),)))
    assert area.provenance is Provenance.CITY
    assert area.shape.contains(Point(-87.44, 46.28))


def test_a_county_is_its_outline() -> None:
    area = area_of(derive(children=(missing_from(county="Williamson Co.", state="TX"),)))
    assert area.provenance is Provenance.COUNTY
    assert area.places == ("fips:48491",)


def test_a_state_is_the_last_resort() -> None:
    area = area_of(derive(children=(missing_from(state="TX"),)))
    assert area.provenance is Provenance.STATE
    assert area.confidence == CONFIDENCE[Provenance.STATE]


def test_a_zip_code_of_another_state_is_not_used() -> None:
    derivation = derive(children=(missing_from(zip="49855", city="Leander", state="TX"),))
    assert area_of(derivation).provenance is Provenance.CITY
    assert area_of(derivation).shape.contains(Point(-97.85, 30.58))
    assert codes(derivation) == ["zip_contradicts_state"]
    assert derivation.problems[0].where == "/children/0/missingZip"


def test_two_cities_of_one_name_are_ambiguous_and_the_county_or_state_is_used() -> None:
    derivation = derive(children=(missing_from(city="Oakland", state="TX"),))
    assert area_of(derivation).provenance is Provenance.STATE
    assert codes(derivation) == ["ambiguous_place"]


def test_the_county_tells_which_of_two_cities_is_meant() -> None:
    child = missing_from(city="Leander", county="Williamson")
    derivation = derive(children=(child,))
    assert area_of(derivation).provenance is Provenance.CITY
    assert area_of(derivation).shape.contains(Point(-97.85, 30.58))
    assert derivation.problems == ()


def test_a_city_without_state_is_ambiguous_if_two_states_have_it() -> None:
    derivation = derive(children=(missing_from(city="Leander"),))
    assert derivation.area is None
    assert codes(derivation) == ["ambiguous_place", "no_area"]


def test_a_county_of_several_states_is_ambiguous() -> None:
    derivation = derive(children=(missing_from(county="Orange", country="USA"),))
    assert derivation.area is None
    assert codes(derivation) == ["ambiguous_place", "no_area"]


def test_a_city_and_a_county_of_one_name_are_both_meant_unless_it_says_which() -> None:
    both = area_of(derive(children=(missing_from(county="Fairfax", state="VA"),)))
    one = area_of(derive(children=(missing_from(county="FAIRFAX CITY", state="VA"),)))
    assert both.places == ("fips:51059", "fips:51600")
    assert one.places == ("fips:51600",)


def test_a_city_abroad_is_found_in_its_country() -> None:
    mexico = area_of(derive(children=(missing_from(city="Tijuana", country="Mexico"),)))
    canada = area_of(derive(children=(missing_from(city="Toronto", state="Ontario"),)))
    assert mexico.places == ("geonames:7",)
    assert canada.places == ("geonames:8",)


def test_a_country_alone_is_too_large() -> None:
    derivation = derive(children=(missing_from(country="Mexico"),))
    assert derivation.area is None
    assert codes(derivation) == ["no_area"]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"state": "Atlantis"}, "unknown_state"),
        ({"country": "Atlantis"}, "unknown_country"),
        ({"zip": "00000", "state": "TX"}, "unknown_zip"),
        ({"zip": "none", "state": "TX"}, "unknown_zip"),
        ({"city": "Nowhere", "state": "TX"}, "unknown_city"),
        ({"county": "Nowhere", "state": "TX"}, "unknown_county"),
    ],
)
def test_what_is_not_known_is_told(place: dict[str, str], code: str) -> None:
    assert code in codes(derive(children=(missing_from(**place),)))


def test_nothing_at_all_holds_the_alert_and_says_what_is_needed() -> None:
    derivation = derive(children=(missing_from(),))
    assert derivation.area is None
    (problem,) = derivation.problems
    assert problem.code == "no_area"
    assert "it has none" in problem.message


# --- siblings


def test_siblings_at_different_places_are_united_and_the_weakest_level_counts() -> None:
    children = (missing_from(zip="49855"), missing_from(county="Williamson", state="TX"))
    area = area_of(derive(children=children))
    assert area.provenance is Provenance.COUNTY
    assert area.shape.contains(Point(-87.45, 46.58))
    assert area.shape.contains(Point(-97.6, 30.6))
    assert area.places == ("zip:49855", "fips:48491")


def test_siblings_at_one_place_are_told_once() -> None:
    area = area_of(derive(children=(missing_from(zip="49855"), missing_from(zip="49855"))))
    assert area.source == "16 km around ZIP 49855 (Marquette, MI)"


def test_a_child_who_was_found_no_longer_counts() -> None:
    found = missing_from(zip="78641").model_copy(
        update={"date_found": datetime(2024, 1, 1, tzinfo=UTC)}
    )
    area = area_of(derive(children=(found, missing_from(zip="49855"))))
    assert area.places == ("zip:49855",)


def test_a_child_without_a_place_is_told() -> None:
    derivation = derive(children=(missing_from(zip="49855"), missing_from()))
    assert area_of(derivation).places == ("zip:49855",)
    assert codes(derivation) == ["child_without_area"]
    assert derivation.problems[0].where == "/children/1"


def test_problems_never_repeat_a_name() -> None:
    child = missing_from(city="Wrensville", county="Wrenshire", zip="12345", state="Wrenia")
    assert not any("Wren" in problem.message for problem in derive(children=(child,)).problems)
