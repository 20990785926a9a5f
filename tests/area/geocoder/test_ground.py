"""When is the geocoder asked, and what does its answer make of the area?"""

from typing import Any

import pytest

from alerts.area.derive import AreaDerivation, AreaPolicy, derive_area
from alerts.area.geocoder.answer import FoundPlace, GeocoderFailed
from alerts.area_of_interest import AreaOfInterest, Provenance
from alerts.poster import CaseKey, Child, ExplicitCircle, Place, Poster, SourceArea
from geo.measure import area_km2
from tests.area.geocoder.german_places import GERMANY
from tests.fakes.geocoder import FakeGeocoder

KOELN = FoundPlace(
    name="Köln, North Rhine-Westphalia, Germany", lon=7.0, lat=50.9, reach_m=31_000, country="DE"
)
SLOW = GeocoderFailed("too_slow", "it took too long")


def child(**place: str) -> Child:
    return Child(first_name="Wren", last_name="Example", missing_from=Place(**place))


def derive(
    geocoder: FakeGeocoder | None, *children: Child, policy: AreaPolicy | None = None, **more: Any
) -> AreaDerivation:
    case = CaseKey(organization="EXMP", number="1")
    poster = Poster(case=case, children=children, **more)
    policy = policy or AreaPolicy(geocoder_country="US")
    return derive_area(poster, GERMANY, policy, geocoder=geocoder)


def area_of(derivation: AreaDerivation) -> AreaOfInterest:
    assert derivation.area is not None
    return derivation.area


def codes(derivation: AreaDerivation) -> list[str]:
    return [problem.code for problem in derivation.problems]


def test_a_city_abroad_that_we_dont_know_is_the_geocoders_to_find() -> None:
    derived = derive(FakeGeocoder(KOELN), child(city="Köln", country="Germany"))
    area = area_of(derived)
    assert (area.provenance, area.confidence) == (Provenance.GEOCODER, 0.5)
    assert area.source == (
        "31 km around Köln, North Rhine-Westphalia, Germany, by Gazetteer, "
        "© the Example contributors"
    )
    assert area.area_km2 == pytest.approx(3.14159 * 31**2, rel=0.01)
    assert area.places == ("geocoder:7.0000,50.9000",)
    assert codes(derived) == ["unknown_city"]
    assert derived.doubts == ()


def test_without_a_geocoder_everything_is_as_it_was() -> None:
    derived = derive(None, child(city="Köln", country="Germany"))
    assert derived.area is None
    assert codes(derived) == ["unknown_city", "no_area"]
    assert derived.doubts == ()


def test_a_better_level_is_never_asked_for() -> None:
    geocoder = FakeGeocoder(KOELN)
    circle = SourceArea(circles=(ExplicitCircle(lon=-87.4, lat=46.5, radius_m=5000),))
    derive(geocoder, child(city="Köln", country="DE"), areas=(circle,))
    derive(
        geocoder,
        child(city="Köln", country="DE"),
        areas=(SourceArea(geocodes=(("same", "026103"),)),),
    )
    derive(geocoder, child(city="Austin", state="TX"))
    derive(geocoder, child(city="Nowhere", county="Marquette", state="MI"))
    derive(geocoder, child(city="Nowhere", state="MI"))
    assert geocoder.asked == []


def test_a_name_that_our_own_places_know_twice_is_not_the_geocoders_to_guess() -> None:
    geocoder = FakeGeocoder(FoundPlace(name="Oakland, Texas", lon=-98, lat=30, country="US"))
    derived = derive(geocoder, child(city="Oakland", country="US"))
    assert derived.area is None
    assert geocoder.asked == []


def test_a_place_that_names_nothing_smaller_than_a_state_isnt_asked() -> None:
    geocoder = FakeGeocoder()
    derive(geocoder, child(state="Bavaria", country="Germany"))
    derive(geocoder, child())
    assert geocoder.asked == []


# --- the state is known, the city isn't


NOWHERE = FoundPlace(name="Nowhere, Michigan, United States", lon=-85, lat=44, country="US")
REFINING = AreaPolicy(geocoder_country="US", geocoder_refines_states=True)


def test_the_operator_may_let_it_name_the_city_in_a_state() -> None:
    derived = derive(FakeGeocoder(NOWHERE), child(city="Nowhere", state="MI"), policy=REFINING)
    assert area_of(derived).provenance is Provenance.GEOCODER
    assert area_of(derived).area_km2 < 2_000


def test_a_city_in_another_state_leaves_the_state_as_it_was() -> None:
    ohio = FoundPlace(name="Nowhere, Ohio, United States", lon=-83, lat=40, country="US")
    derived = derive(FakeGeocoder(ohio), child(city="Nowhere", state="MI"), policy=REFINING)
    assert area_of(derived).provenance is Provenance.STATE
    assert codes(derived) == ["unknown_city", "geocoder_elsewhere"]
    assert derived.doubts == ()


def test_a_geocoder_that_fails_leaves_the_state_and_holds_nothing() -> None:
    geocoder = FakeGeocoder(NOWHERE)
    geocoder.fails = SLOW
    derived = derive(geocoder, child(city="Nowhere", state="MI"), policy=REFINING)
    assert area_of(derived).provenance is Provenance.STATE
    assert codes(derived) == ["unknown_city", "geocoder_unanswered"]
    assert derived.doubts == ()


# --- no answer, or a bad one


def test_a_geocoder_that_fails_leaves_the_alert_without_ground_and_says_so() -> None:
    geocoder = FakeGeocoder(KOELN)
    geocoder.fails = SLOW
    derived = derive(geocoder, child(city="Köln", country="DE"))
    assert derived.area is None
    assert codes(derived) == ["unknown_city", "geocoder_unanswered", "no_area"]
    assert [doubt.code for doubt in derived.doubts] == ["geocoder_unanswered"]
    assert "too long" in derived.doubts[0].message


def test_a_sibling_who_was_placed_is_never_held_for_one_who_couldnt_be() -> None:
    geocoder = FakeGeocoder()
    geocoder.fails = SLOW
    derived = derive(geocoder, child(zip="49855"), child(city="Köln", country="DE"))
    assert area_of(derived).provenance is Provenance.ZIP
    assert "child_without_area" in codes(derived)
    assert derived.doubts == ()


def test_siblings_are_asked_for_each_and_the_weakest_names_the_provenance() -> None:
    derived = derive(FakeGeocoder(KOELN), child(zip="49855"), child(city="Köln", country="DE"))
    area = area_of(derived)
    assert area.provenance is Provenance.GEOCODER
    assert area_km2(area.shape) == pytest.approx(3.14159 * (16**2 + 31**2), rel=0.01)


def test_a_whole_state_beside_it_is_known_worse() -> None:
    derived = derive(FakeGeocoder(KOELN), child(city="Köln", country="DE"), child(state="MI"))
    assert area_of(derived).provenance is Provenance.STATE


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ((), "geocoder_unknown_place"),
        ((FoundPlace(name="Köln", lon=0, lat=0, country="DE"),), "geocoder_unknown_place"),
        ((FoundPlace(name="Köln", lon=2, lat=47, country="DE"),), "geocoder_elsewhere"),
        (
            (FoundPlace(name="Köln", lon=7, lat=51, country="DE", reach_m=400_000),),
            "geocoder_too_wide",
        ),
        (
            (
                FoundPlace(name="Köln", lon=7, lat=51, country="DE"),
                FoundPlace(name="Köln", lon=9, lat=53, country="DE"),
            ),
            "ambiguous_place",
        ),
    ],
)
def test_what_is_no_answer_to_the_question_is_refused_with_a_warning(
    places: tuple[FoundPlace, ...], code: str
) -> None:
    derived = derive(FakeGeocoder(*places), child(city="Köln", country="DE"))
    assert derived.area is None
    assert codes(derived) == ["unknown_city", code, "no_area"]
    (said,) = (problem for problem in derived.problems if problem.code == code)
    assert (said.severity, said.where) == ("warning", "/children/0")
    assert "Gazetteer" in said.message
    assert derived.doubts == ()  # asking again won't help


def test_an_answer_that_cant_be_held_to_a_country_waits_for_the_desk() -> None:
    derived = derive(
        FakeGeocoder(KOELN), child(city="Köln"), policy=AreaPolicy(geocoder_country=None)
    )
    assert area_of(derived).provenance is Provenance.GEOCODER
    assert [doubt.code for doubt in derived.doubts] == ["geocoder_unsure"]
    assert codes(derived).count("geocoder_unsure") == 1


def test_a_poster_with_no_country_is_asked_in_the_default_one() -> None:
    geocoder = FakeGeocoder(KOELN)
    derived = derive(geocoder, child(city="Köln"))
    assert geocoder.asked[0].country_code == "US"
    assert derived.area is None


def test_only_names_of_places_are_asked_of_a_poster_full_of_everything() -> None:
    geocoder = FakeGeocoder(KOELN)
    whole = Child(
        first_name="Wren",
        last_name="Example",
        description="Scar on the chin",
        clothing="red coat",
        ncic_number="M123456789",
        missing_from=Place(city="Köln", zip="50667", state="NRW", country="Germany"),
    )
    area = SourceArea(description="around Wren Example's school")
    derive(geocoder, whole, areas=(area,), event="Wren Example is missing")
    (asked,) = geocoder.asked
    assert asked.words == "Köln, NRW, 50667, Germany"
