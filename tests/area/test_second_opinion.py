"""The states in which a poster is distributed, beside the area that was derived without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from alerts.area.derive import AreaDerivation, AreaPolicy, derive_area
from alerts.area_of_interest import CONFIDENCE, AreaOfInterest, Provenance
from alerts.place_words import place_words
from alerts.poster import CaseKey, Child, ExplicitCircle, Place, Poster, SourceArea
from tests.area.listed_places import FEW_PLACES

POLICY = AreaPolicy()
ZIP = Place(zip="78641", state="TX")  # Leander


def poster(*states: str, place: Place | None = None, areas: tuple[SourceArea, ...] = ()) -> Poster:
    return Poster(
        case=CaseKey(organization="EXMP", number="1"),
        children=(Child(first_name="Wren", last_name="Example", missing_from=place or Place()),),
        areas=areas,
        distribution_states=states,
    )


def derive(
    *states: str, place: Place | None = None, **more: tuple[SourceArea, ...]
) -> AreaDerivation:
    return derive_area(poster(*states, place=place, **more), FEW_PLACES, POLICY)


def area_of(derivation: AreaDerivation) -> AreaOfInterest:
    assert derivation.area is not None
    return derivation.area


def codes(derivation: AreaDerivation) -> list[str]:
    return [problem.code for problem in derivation.problems]


@pytest.mark.parametrize("states", [("TX",), ("Michigan", "Texas"), ("us-tx", "Ontario")])
def test_an_area_in_one_of_the_states_is_a_bit_surer(states: tuple[str, ...]) -> None:
    alone, agreed = area_of(derive(place=ZIP)), area_of(derive(*states, place=ZIP))
    assert agreed.confidence == pytest.approx(alone.confidence + POLICY.agreed_bonus)
    assert agreed.shape.equals(alone.shape)
    assert agreed.provenance is Provenance.ZIP
    assert agreed.source == f"{alone.source}; the poster is distributed there"
    assert derive(*states, place=ZIP).doubts == ()


def test_agreeing_makes_nothing_certain() -> None:
    circle = SourceArea(circles=(ExplicitCircle(lon=-98.0, lat=30.5, radius_m=5_000),))
    assert area_of(derive("TX", areas=(circle,))).confidence == 1.0
    codes_only = SourceArea(geocodes=(("same", "048491"),))
    assert area_of(derive("TX", areas=(codes_only,))).confidence == POLICY.agreed_at_most


def test_a_circle_that_touches_a_state_agrees_with_it() -> None:
    border = SourceArea(circles=(ExplicitCircle(lon=-85.0, lat=46.1, radius_m=20_000),))
    assert derive("MI", areas=(border,)).doubts == ()  # 0.1° north of the listed outline


def test_an_area_in_none_of_the_states_is_doubtful() -> None:
    alone, doubted = area_of(derive(place=ZIP)), derive("MI", "Virginia", place=ZIP)
    assert codes(doubted) == ["distribution_elsewhere"]
    assert doubted.doubts == doubted.problems
    assert "Michigan and Virginia" in doubted.problems[0].message
    area = area_of(doubted)
    assert area.confidence == pytest.approx(alone.confidence * POLICY.elsewhere_penalty)
    assert area.shape.equals(alone.shape)
    assert area.source == f"{alone.source}; but the poster is distributed in Michigan and Virginia"


def test_a_state_that_isnt_known_keeps_the_rest_from_being_elsewhere() -> None:
    doubted = derive("MI", "Atlantis", place=ZIP)
    assert codes(doubted) == ["unknown_state"]
    assert area_of(doubted).confidence == area_of(derive(place=ZIP)).confidence
    assert codes(derive("MI", "Ontario", place=ZIP)) == []  # a province has no outline here


def test_without_a_place_the_states_are_the_area_and_the_desk_looks() -> None:
    derivation = derive("MI", "VA")
    area = area_of(derivation)
    assert area.provenance is Provenance.STATE
    assert area.confidence == pytest.approx(
        CONFIDENCE[Provenance.STATE] * POLICY.distribution_penalty
    )
    assert area.shape.covers(Point(-85, 44))
    assert area.shape.covers(Point(-78, 37.5))
    assert not area.shape.covers(Point(-99, 31))
    assert area.places == ("state:MI", "state:VA")
    assert "distributed" in area.source
    assert [p.code for p in derivation.doubts] == ["area_from_distribution"]


def test_a_place_that_cant_be_used_falls_back_on_the_states_too() -> None:
    derivation = derive("MI", place=Place(city="Nowhere", country="US"))
    assert area_of(derivation).provenance is Provenance.STATE
    assert codes(derivation) == ["unknown_city", "area_from_distribution"]


def test_a_poster_that_is_distributed_everywhere_names_no_ground_and_agrees_with_nothing() -> None:
    states = ("MI", "CT", "TX", "VA")
    few = POLICY.model_copy(update={"most_distribution_states": 3})
    nowhere = derive_area(poster(*states), FEW_PLACES, few)
    assert nowhere.area is None
    assert codes(nowhere) == ["no_area"]
    somewhere = derive_area(poster(*states, place=ZIP), FEW_PLACES, few)
    alone = area_of(derive(place=ZIP))
    assert area_of(somewhere).model_dump(exclude={"shape"}) == alone.model_dump(exclude={"shape"})


def test_the_words_for_the_place_stay_the_place() -> None:
    zip_only = Place(zip="78641")
    for states in ((), ("MI",), ("TX",)):
        source = area_of(derive(*states, place=zip_only)).source
        assert place_words(poster(*states, place=zip_only), source) == "Leander, TX"
    assert place_words(poster("MI", "VA"), area_of(derive("MI", "VA")).source) == (
        "Michigan and Virginia"
    )


@given(states=st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["MI", "tx.", "ON"]))))
def test_no_words_break_it(states: list[str]) -> None:
    for place in (None, ZIP):
        derivation = derive(*states, place=place)
        if derivation.area is not None:
            assert 0 < derivation.area.confidence <= 1
        assert {doubt.severity for doubt in derivation.doubts} <= {"warning"}
