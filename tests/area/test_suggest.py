"""What the desk is shown: circles, counties and corridors, by means and hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from alerts.alert import Tier
from alerts.area.derive import AreaPolicy, derive_area
from alerts.area.growth import GrowthPolicy, LastSeen
from alerts.area.interstates import interstates
from alerts.area.means import Means
from alerts.area.sighting import Sighting, sighting_of
from alerts.area.suggest import suggest
from alerts.area.suggestion import Atlas, Kind, Suggestion, SuggestPolicy
from alerts.area.touched_counties import TouchedCounties
from alerts.poster import CaseKey, Child, Place, Poster, Vehicle
from alerts.roads import THROUGH_ITS_TOWNS, Highway
from geo.coordinates import LonLat
from geo.measure import area_km2, distance_m
from tests.area.atlas import ListedCounties, atlas_of
from tests.area.listed_places import FEW_PLACES, ListedPlaces, place

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
GROWTH, POLICY = GrowthPolicy(), SuggestPolicy()
LEANDER = LonLat(-97.8575, 30.5835)  # in Williamson County, TX
CAR = (Vehicle(description="blue sedan"),)

ROAD = Highway(code="I-35", name="", source="test", line=LineString([(-97.7, 26), (-97.7, 36)]))
COARSE = Highway(
    code="I-99", name="", source=THROUGH_ITS_TOWNS, line=LineString([(-99, 30.2), (-96, 30.2)])
)
FAR = Highway(code="I-1", name="", source="test", line=LineString([(-90, 20), (-90, 40)]))
ATLAS = atlas_of(FEW_PLACES, [FAR, COARSE, ROAD])


def sighting(
    hours: float = 4,
    means: Means = Means.BY_CAR,
    tier: Tier = Tier.AMBER,
    *points: LonLat,
    ground_m: float | None = None,
) -> Sighting:
    ground = Point(LEANDER).buffer(ground_m / 111_320) if ground_m else None
    return Sighting(
        points=points or (LEANDER,),
        seen=LastSeen(at=NOW - timedelta(hours=hours), is_exact=True),
        means=means,
        tier=tier,
        ground=ground,
    )


def suggested(
    seen: Sighting, atlas: Atlas = ATLAS, policy: SuggestPolicy = POLICY
) -> tuple[Suggestion, ...]:
    return suggest(seen, NOW, atlas, GROWTH, policy)


def at(hours_ahead: float) -> SuggestPolicy:
    return POLICY.model_copy(update={"hours_ahead": (hours_ahead,)})


def of(kind: Kind, found: tuple[Suggestion, ...]) -> list[Suggestion]:
    return [one for one in found if one.kind is kind]


# --- words, and what they count


def test_it_reads_as_the_desk_would_say_it() -> None:
    few = at(0).model_copy(update={"most_roads": 1})
    found = suggested(sighting(4, ground_m=16_000), policy=few)
    assert [one.words for one in found] == [
        "4 h after last seen, by car: within 160 km",
        "4 h after last seen, by car: 1 county",
        "4 h after last seen, by car: 1 county, I-35 corridor",
        "4 h after last seen, by car: I-35 corridor",
    ]
    together = found[2]
    assert [(c.fips, c.name) for c in together.counties] == [("48491", "Williamson County, TX")]
    assert together.states == ("TX",)
    assert together.roads == ("I-35",)
    assert (together.hours, together.means) == (4, Means.BY_CAR)


def test_several_roads_are_named_the_nearest_first() -> None:
    (together,) = of(Kind.CORRIDORS, suggested(sighting(4), policy=at(0)))
    assert together.words.endswith("1 county, I-35 and I-99 corridors")
    third = Highway(code="I-2", name="", source="test", line=LineString([(-98.5, 29), (-98.5, 32)]))
    three = atlas_of(FEW_PLACES, [ROAD, COARSE, third])
    (together,) = of(Kind.CORRIDORS, suggested(sighting(4), three, at(0)))
    assert together.words.endswith("1 county, I-35, I-99 and I-2 corridors")


def test_a_time_known_as_a_day_only_is_at_least() -> None:
    seen = LastSeen(at=NOW - timedelta(days=5), is_exact=False)
    vague = Sighting(
        points=(LEANDER,), seen=seen, means=Means.ON_FOOT, tier=Tier.MISSING, ground=None
    )
    first = suggested(vague)[0]
    assert first.words == "at least 5 days after last seen, on foot: within 24 km"
    assert not first.is_exact


# --- the shapes


def test_a_circle_is_speed_times_time() -> None:
    circles = of(Kind.CIRCLE, suggested(sighting(1)))
    assert [one.distance_m for one in circles] == [60_000, 120_000, 160_000]
    assert [one.hours for one in circles] == [1, 2, 3]
    assert circles[0].km2 == pytest.approx(3.14159 * 60**2, rel=0.01)


def test_growth_that_is_capped_is_told_once() -> None:
    assert [o.distance_m for o in of(Kind.CIRCLE, suggested(sighting(50)))] == [160_000]


def test_counties_are_whole_and_the_nearest_comes_first() -> None:
    east = place("county", "48001", "East County", (-96.2, 30.6), region="TX", half_width_deg=0.3)
    west = place("county", "48003", "West County", (-98.9, 30.6), region="TX", half_width_deg=0.3)
    three = ListedPlaces([east, west, *FEW_PLACES.all_of("county")])
    (whole,) = of(Kind.COUNTIES, suggested(sighting(4), atlas_of(three), at(0)))
    assert [c.name for c in whole.counties] == [
        "Williamson County, TX",
        "West County, TX",
        "East County, TX",
    ]
    assert whole.words.endswith("by car: 3 counties")
    shapes = [county.shape for county in three.all_of("county") if county.code[:2] == "48"]
    assert whole.km2 == pytest.approx(sum(area_km2(shape) for shape in shapes if shape))


def test_a_corridor_is_cut_where_the_car_may_have_got_to() -> None:
    alone = of(Kind.CORRIDOR, suggested(sighting(2), policy=at(0)))[0]
    assert alone.roads == ("I-35",)
    away_m = distance_m(LEANDER, LonLat(-97.7, LEANDER.lat))
    expected_m = away_m + (2 - away_m / 60_000) * 100_000
    assert alone.distance_m == pytest.approx(expected_m, abs=1_000)
    _, south, _, north = alone.shape.bounds
    for lat in (south, north):
        end_m = distance_m(LEANDER, LonLat(-97.7, lat))
        assert end_m == pytest.approx(alone.distance_m + POLICY.half_width_m, rel=0.02)


def test_a_coarse_road_has_a_wider_corridor() -> None:
    alone = {o.roads[0]: o for o in of(Kind.CORRIDOR, suggested(sighting(4), policy=at(0)))}
    west, _, east, most_north = alone["I-35"].shape.bounds  # a degree is shortest there
    _, south, _, north = alone["I-99"].shape.bounds
    assert distance_m(LonLat(west, most_north), LonLat(east, most_north)) == pytest.approx(
        10_000, rel=0.03
    )
    assert distance_m(LonLat(-97, south), LonLat(-97, north)) == pytest.approx(20_000, rel=0.03)


def test_a_corridor_is_capped() -> None:
    found = of(Kind.CORRIDOR, suggested(sighting(20), policy=at(0)))
    assert {one.distance_m for one in found} == {500_000}


def test_a_road_out_of_reach_is_no_suggestion() -> None:
    assert of(Kind.CORRIDOR, suggested(sighting(0.2), policy=at(0))) == []
    assert all("I-1" not in one.roads for one in suggested(sighting(50)))


def test_nobody_on_foot_is_looked_for_along_a_highway() -> None:
    assert {one.kind for one in suggested(sighting(6, Means.ON_FOOT))} == {
        Kind.CIRCLE,
        Kind.COUNTIES,
    }


def test_unknown_means_are_told_both_ways() -> None:
    assert {one.means for one in suggested(sighting(6, Means.UNKNOWN))} == {
        Means.ON_FOOT,
        Means.BY_CAR,
    }


def test_what_is_told_already_is_no_suggestion() -> None:
    walked_12_km = sighting(3, Means.ON_FOOT, ground_m=16_000)
    assert of(Kind.CIRCLE, suggested(walked_12_km, policy=at(0))) == []


@pytest.mark.parametrize("tier", [Tier.LONG_TERM])
def test_a_tier_that_is_pushed_to_nobody_has_no_suggestions(tier: Tier) -> None:
    assert suggested(sighting(4, tier=tier)) == ()


def test_where_no_place_is_known_there_is_nothing_to_suggest() -> None:
    nowhere = Sighting(
        points=(),
        seen=LastSeen(at=NOW, is_exact=True),
        means=Means.BY_CAR,
        tier=Tier.AMBER,
        ground=None,
    )
    assert suggested(nowhere) == ()


@settings(max_examples=25, deadline=None)
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(0.5, 85) | st.floats(-85, -0.5),
    hours=st.floats(0, 100),
    means=st.sampled_from(Means),
    tier=st.sampled_from(Tier),
)
def test_everything_suggested_is_valid_capped_and_grows(
    lon: float, lat: float, hours: float, means: Means, tier: Tier
) -> None:
    found = suggested(sighting(hours, means, tier, LonLat(lon, lat)))
    for one in found:
        assert one.shape.is_valid
        assert one.km2 > 0
        assert one.distance_m <= max(GROWTH.cap_m(tier, one.means), POLICY.corridor_cap_m)
    for each in Means:
        km2 = [o.km2 for o in of(Kind.CIRCLE, found) if o.means is each]
        assert km2 == sorted(km2)


# --- real places


def seen_from(
    where: Place, places: ListedPlaces, *, tier: Tier = Tier.AMBER, hours: float = 3
) -> tuple[Sighting, AreaPolicy]:
    policy = AreaPolicy()
    child = Child(
        first_name="Wren",
        last_name="Example",
        missing_from=where,
        missing_since=NOW - timedelta(hours=hours),
    )
    poster = Poster(case=CaseKey(organization="EXMP", number="1"), children=(child,), vehicles=CAR)
    area = derive_area(poster, places, policy).area
    seen = sighting_of(poster, area, tier, places, policy, received_at=NOW, now=NOW)
    return seen, policy


def test_from_a_town_on_the_highway(real_places: ListedPlaces) -> None:
    seen, _ = seen_from(Place(zip="76645"), real_places)  # Hillsboro, where I-35 divides
    atlas = atlas_of(real_places, interstates(real_places).roads)
    found = of(Kind.CORRIDORS, suggested(seen, atlas, at(1)))
    (together,) = found
    assert together.words.startswith("4 h after last seen, by car: ")
    assert together.roads[0] == "I-35"
    assert together.counties[0].name == "Hill County, TX"
    alone = of(Kind.CORRIDOR, suggested(seen, atlas, at(1)))[0]
    assert {"TX", "OK"} <= set(alone.states)
    for lon, lat in ((-97.74, 30.27), (-97.51, 35.47)):  # Austin, Oklahoma City
        assert alone.shape.contains(Point(lon, lat))


@pytest.mark.parametrize(
    ("where", "states"),
    [
        (Place(city="Honolulu", state="HI"), {"HI"}),
        (Place(city="Adak", state="AK"), {"AK"}),
        (Place(city="Toulouse", country="FR"), set()),
    ],
)
def test_where_there_are_no_interstates(
    real_places: ListedPlaces, where: Place, states: set[str]
) -> None:
    seen, _ = seen_from(where, real_places)
    atlas = atlas_of(real_places, interstates(real_places).roads)
    found = suggested(seen, atlas)
    assert {one.kind for one in found} == (
        {Kind.CIRCLE, Kind.COUNTIES} if states else {Kind.CIRCLE}
    )
    assert {state for one in found for state in one.states} == states


# --- what is known of a poster


def a_poster(*children: Child, **more: object) -> Poster:
    case = CaseKey(organization="EXMP", number="1")
    return Poster(case=case, children=children, **more)


def a_child(place: Place, since: datetime | None = None, age: int = 15) -> Child:
    return Child(
        first_name="Wren",
        last_name="Example",
        missing_from=place,
        missing_since=since,
        date_of_birth=date(2026 - age, 1, 1),
    )


def gathered(poster: Poster, received_at: datetime = NOW) -> Sighting:
    policy = AreaPolicy()
    area = derive_area(poster, FEW_PLACES, policy).area
    return sighting_of(
        poster, area, Tier.MISSING, FEW_PLACES, policy, received_at=received_at, now=NOW
    )


def test_a_child_was_missing_when_the_alert_was_received() -> None:
    nothing = gathered(a_poster(a_child(Place(zip="78641"))))
    today = gathered(a_poster(a_child(Place(zip="78641"), datetime(2026, 11, 22, tzinfo=UTC))))
    assert nothing.seen == today.seen == LastSeen(at=NOW, is_exact=False)


def test_of_siblings_all_places_count_and_the_latest_time() -> None:
    early, late = NOW - timedelta(hours=9), NOW - timedelta(hours=2)
    children = (a_child(Place(zip="78641"), early), a_child(Place(zip="49855"), late))
    found = gathered(a_poster(*children))
    assert found.points == (LEANDER, LonLat(-87.4545, 46.5786))
    assert found.seen == LastSeen(at=late, is_exact=True)


@pytest.mark.parametrize(
    ("ages", "means"), [((5, 7), Means.ON_FOOT), ((5, 15), Means.UNKNOWN), ((15,), Means.UNKNOWN)]
)
def test_siblings_are_on_foot_only_together(ages: tuple[int, ...], means: Means) -> None:
    children = [a_child(Place(zip="78641"), age=age) for age in ages]
    assert gathered(a_poster(*children)).means is means


def test_a_county_has_a_middle_and_a_state_has_none() -> None:
    county = gathered(a_poster(a_child(Place(county="Williamson", state="TX"))))
    assert county.points[0] == pytest.approx((-97.6, 30.6))
    assert gathered(a_poster(a_child(Place(state="TX")))).points == ()


# --- counties that were loaded anew


def test_counties_are_read_again_after_they_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.area.touched_counties.LOOKS_AGAIN_S", 0.0)
    listed = ListedCounties(ListedPlaces([]))
    counties = TouchedCounties(listed)
    here = Point(LEANDER).buffer(0.1)
    assert counties.touching(here) == []
    listed.places = FEW_PLACES
    assert counties.touching(here) == []
    listed.stamp = 2
    assert [county.code for county in counties.touching(here)] == ["48491"]
