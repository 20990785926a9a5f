"""How far circles around a place grow with the time since a child was last seen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Tier
from alerts.area.derive import AreaDerivation, AreaPolicy, derive_area
from alerts.area.growth import Growing, GrowthPolicy, last_seen, span_words, ungrown
from alerts.area.means import Means
from alerts.area_of_interest import CONFIDENCE, AreaOfInterest, Provenance
from alerts.place_words import place_words
from alerts.poster import CaseKey, Child, Place, Poster, SourceArea, Vehicle
from tests.area.listed_places import FEW_PLACES, ListedPlaces, place

POLICY = AreaPolicy()
GROWTH = GrowthPolicy()
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
ZIP = Place(zip="49855")
CAR = (Vehicle(description="blue sedan"),)
HOURS = st.floats(-1_000, 100_000, allow_nan=False)


def missing(since: datetime | None, place: Place = ZIP, **more: object) -> Child:
    return Child(
        first_name="Wren",
        last_name="Example",
        missing_since=since,
        missing_from=place,
        **more,
    )


def poster(*children: Child, **more: object) -> Poster:
    case = CaseKey(organization="EXMP", number="1")
    return Poster(case=case, children=children, **more)


def derive(
    poster: Poster,
    tier: Tier = Tier.MISSING,
    at: datetime = NOW,
    places: ListedPlaces = FEW_PLACES,
) -> AreaDerivation:
    return derive_area(poster, places, POLICY, Growing(tier=tier, at=at, now=NOW))


def area_of(derivation: AreaDerivation) -> AreaOfInterest:
    assert derivation.area is not None
    return derivation.area


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


# --- the rule


@given(HOURS, HOURS, st.sampled_from(Tier), st.sampled_from(Means))
def test_distance_grows_with_time_and_stays_under_the_cap(
    one: float, other: float, tier: Tier, means: Means
) -> None:
    sooner, later = sorted((one, other))
    distances = [GROWTH.distance_m(tier, means, hours) for hours in (sooner, later)]
    assert 0 <= distances[0] <= distances[1] <= GROWTH.cap_m(tier, means)


@given(HOURS, st.sampled_from(Tier))
def test_a_car_gets_no_less_far_than_feet(hours: float, tier: Tier) -> None:
    foot, unknown, car = (GROWTH.distance_m(tier, means, hours) for means in Means)
    assert foot <= unknown <= car


@given(
    since=st.datetimes(datetime(1950, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it naive
    tier=st.sampled_from(Tier),
    at_home=st.sampled_from(
        [ZIP, Place(city="Austin", state="TX"), Place(city="Tijuana", country="MX")]
    ),
    vehicles=st.sampled_from([(), CAR]),
)
def test_an_area_is_never_smaller_than_without_time(
    since: datetime, tier: Tier, at_home: Place, vehicles: tuple[Vehicle, ...]
) -> None:
    told = poster(missing(since, at_home), vehicles=vehicles)
    grown, base = area_of(derive(told, tier)), area_of(derive_area(told, FEW_PLACES, POLICY))
    assert grown.shape.covers(base.shape)
    assert grown.confidence == base.confidence
    assert grown.places == base.places


# --- in words


def test_the_first_hours_on_foot_change_nothing() -> None:
    seven = missing(ago(hours=3), date_of_birth=date(2019, 6, 1))
    derivation = derive(poster(seven))
    assert area_of(derivation).source == "16 km around ZIP 49855 (Marquette, MI)"
    assert not derivation.is_grown


@pytest.mark.parametrize(
    ("child", "vehicles", "tier", "words"),
    [
        (
            missing(ago(hours=5), age_now="7"),
            (),
            Tier.ENDANGERED,
            "20 km {}, grown for 5 h on foot",
        ),
        (
            missing(ago(hours=6), age_now="7"),
            (),
            Tier.ENDANGERED,
            "24 km {}, grown for 6 h on foot, capped",
        ),
        (missing(ago(hours=2)), (), Tier.MISSING, "30 km {}, grown for 2 h by means unknown"),
        (missing(ago(minutes=45)), CAR, Tier.AMBER, "45 km {}, grown for 45 min by car"),
        (missing(ago(hours=2.5)), CAR, Tier.AMBER, "150 km {}, grown for 2 h by car"),
        (missing(ago(days=4)), CAR, Tier.AMBER, "160 km {}, grown for 4 days by car, capped"),
    ],
)
def test_the_source_says_by_how_much_and_why(
    child: Child, vehicles: tuple[Vehicle, ...], tier: Tier, words: str
) -> None:
    area = area_of(derive(poster(child, vehicles=vehicles), tier))
    assert area.source == words.format("around ZIP 49855 (Marquette, MI)")
    assert area.provenance is Provenance.ZIP
    assert area.confidence == CONFIDENCE[Provenance.ZIP]
    assert area.area_km2 == pytest.approx(3.14159 * float(words.split()[0]) ** 2, rel=0.02)
    assert place_words(poster(), area.source) == "Marquette, MI"


def test_a_city_grows_from_its_own_radius() -> None:
    austin = Place(city="Austin", state="TX")
    near = area_of(derive(poster(missing(ago(hours=2), austin))))
    assert near.source == "40 km around the centre of Austin, TX"
    far = area_of(derive(poster(missing(ago(hours=4), austin)), Tier.AMBER))
    assert far.source == "60 km around the centre of Austin, TX, grown for 4 h by means unknown"


def test_a_county_that_is_a_point_grows() -> None:
    falls_church = Place(county="Falls Church city", state="VA")
    base = area_of(derive(poster(missing(ago(minutes=5), falls_church))))
    assert base.source == "8 km around the middle of Falls Church city, VA"
    grown = area_of(derive(poster(missing(ago(hours=1), falls_church))))
    assert grown.source.startswith("15 km around the middle of Falls Church city, VA, grown")
    assert grown.provenance is Provenance.COUNTY


# --- what never grows


@pytest.mark.parametrize(
    "where",
    [Place(county="Williamson", state="TX"), Place(state="TX"), Place(city="x", state="TX")],
)
def test_counties_and_states_never_grow(where: Place) -> None:
    told = poster(missing(ago(days=2), where), vehicles=CAR)
    derivation = derive(told, Tier.AMBER)
    base = derive_area(told, FEW_PLACES, POLICY)
    assert area_of(derivation).shape.equals(area_of(base).shape)
    assert not derivation.is_grown


def test_geocodes_never_grow_not_even_to_a_county_that_is_a_point() -> None:
    areas = (SourceArea(geocodes=(("same", "051610"),)),)
    told = poster(missing(ago(days=2)), areas=areas, vehicles=CAR)
    assert not derive(told, Tier.AMBER).is_grown


def test_long_term_cases_never_grow() -> None:
    assert not derive(poster(missing(ago(days=900)), vehicles=CAR), Tier.LONG_TERM).is_grown


def test_without_a_clock_nothing_grows() -> None:
    told = poster(missing(ago(days=2)), vehicles=CAR)
    assert not derive_area(told, FEW_PLACES, POLICY).is_grown


def test_without_any_time_nothing_grows() -> None:
    assert not derive(poster(missing(None), vehicles=CAR)).is_grown


def test_it_is_measured_when_the_case_was_first_heard_of() -> None:
    told = poster(missing(ago(hours=10)))
    first, later = derive(told, at=ago(hours=8)), derive(told)
    assert area_of(first).source.startswith("30 km")
    assert area_of(later).source.startswith("32 km")


def test_ungrown_still_tells_what_is_odd() -> None:
    growing = ungrown(Growing(tier=Tier.AMBER, at=NOW, now=NOW))
    told = poster(missing(ago(days=2)), missing(NOW + timedelta(days=2)), vehicles=CAR)
    derivation = derive_area(told, FEW_PLACES, POLICY, growing)
    assert not derivation.is_grown
    assert [problem.code for problem in derivation.problems] == ["missing_since_future"]


# --- times


def test_without_a_date_the_child_was_missing_when_the_poster_was_issued() -> None:
    told = poster(missing(None), issued_at=ago(hours=2))
    assert area_of(derive(told)).source.endswith("grown for at least 2 h by means unknown")


def test_a_time_in_the_future_grows_nothing_and_is_told() -> None:
    derivation = derive(poster(missing(NOW + timedelta(hours=1)), vehicles=CAR), Tier.AMBER)
    assert not derivation.is_grown
    (problem,) = derivation.problems
    assert problem.code == "missing_since_future"
    assert problem.where == "/children/0/missingSince"


def test_today_as_a_day_is_no_future_and_grows_nothing_yet() -> None:
    today = datetime(2026, 11, 22, tzinfo=UTC)
    derivation = derive(poster(missing(today), vehicles=CAR), Tier.AMBER)
    assert derivation.problems == ()
    assert not derivation.is_grown


def test_tomorrow_as_a_day_is_in_the_future() -> None:
    derivation = derive(poster(missing(datetime(2026, 11, 24, tzinfo=UTC))))
    assert [problem.code for problem in derivation.problems] == ["missing_since_future"]


def test_years_ago_is_capped_and_told_in_days() -> None:
    area = area_of(derive(poster(missing(datetime(2019, 5, 1, tzinfo=UTC)))))
    assert area.source.startswith("32 km")
    assert area.source.endswith("for at least 2761 days by means unknown, capped")


@pytest.mark.parametrize(
    ("zone", "day", "ends"),
    [
        (None, date(2026, 11, 21), datetime(2026, 11, 22, tzinfo=UTC)),
        ("America/Detroit", date(2026, 11, 21), datetime(2026, 11, 22, 5, tzinfo=UTC)),
        ("America/Detroit", date(2026, 10, 31), datetime(2026, 11, 1, 4, tzinfo=UTC)),  # still EDT
        ("America/Detroit", date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # 25 hours
        ("America/Detroit", date(2026, 3, 8), datetime(2026, 3, 9, 4, tzinfo=UTC)),  # 23 hours
        ("Pacific/Kiritimati", date(2026, 11, 21), datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("Pacific/Honolulu", date(2026, 11, 21), datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 3, 28), datetime(2026, 3, 28, 22, tzinfo=UTC)),  # no midnight
    ],
)
def test_a_day_ends_by_the_clocks_of_the_place(zone: str | None, day: date, ends: datetime) -> None:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    seen = last_seen(missing(since), poster(), zone)
    assert seen is not None
    assert (seen.at, seen.is_exact) == (ends, False)


def test_hours_are_hours_even_when_the_clocks_change() -> None:
    since = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 1:30 in Detroit, the first one
    seen = last_seen(missing(since), poster(), "America/Detroit")
    assert seen is not None
    assert seen.hours(datetime(2026, 11, 1, 8, 30, tzinfo=UTC)) == 3
    assert seen.hours(datetime(2026, 10, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "0 min"), (0.76, "45 min"), (1, "1 h"), (71.9, "71 h"), (72, "3 days"), (300, "12 days")],
)
def test_spans_in_words(hours: float, words: str) -> None:
    assert span_words(hours) == words
    assert span_words(hours, is_exact=False) == f"at least {words}"


# --- siblings, and places far off


def test_siblings_at_one_place_and_time_are_told_once() -> None:
    since = ago(hours=2)
    area = area_of(derive(poster(missing(since), missing(since))))
    assert area.source.count("ZIP 49855") == 1


def test_of_siblings_each_has_an_own_time() -> None:
    derivation = derive(poster(missing(ago(minutes=5)), missing(ago(hours=2), Place(zip="78641"))))
    assert derivation.is_grown
    near, far = area_of(derivation).source.split("; ")
    assert near.startswith("16 km around ZIP 49855")
    assert far.startswith("30 km around ZIP 78641")


def test_a_circle_grows_over_the_antimeridian() -> None:
    adak = place("zip", "99546", "Adak", (-179.5, 51.9), region="AK")
    derivation = derive(
        poster(missing(ago(hours=3), Place(zip="99546")), vehicles=CAR),
        Tier.AMBER,
        places=ListedPlaces([adak]),
    )
    west, _, east, _ = area_of(derivation).shape.bounds
    assert (west, east) == (-180, 180)
    assert area_of(derivation).area_km2 == pytest.approx(3.14159 * 160**2, rel=0.01)


def test_real_places_grow_as_listed_ones(real_places: ListedPlaces) -> None:
    for where, words in (
        (Place(zip="96815"), "150 km around ZIP 96815 (Honolulu, HI)"),
        (Place(city="Utqiagvik", state="AK"), "150 km around the centre of Utqiagvik, AK"),
        (Place(city="Toulouse", country="FR"), "150 km around the centre of Toulouse, 76"),
    ):
        told = poster(missing(ago(hours=2.5), where), vehicles=CAR)
        source = area_of(derive(told, Tier.AMBER, places=real_places)).source
        assert source == f"{words}, grown for 2 h by car"
