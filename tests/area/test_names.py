import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.area.provinces import province_code, province_of_geonames
from alerts.area.us_states import fips_of_state, state_code, state_name, state_of_fips
from alerts.place_names import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Louis", "SAINT LOUIS"),
        ("Ft. Worth", "Fort Worth"),
        ("Cañon City", "canon city"),
        ("O'Fallon", "OFallon"),
        ("Winston-Salem", "winston salem"),
        ("Williamson County", "Williamson"),
        ("Williamson Co.", "WILLIAMSON"),
        ("Orleans Parish", "orleans"),
        ("Juneau City and Borough", "Juneau"),
        ("  Ann   Arbor ", "Ann Arbor"),
        ("Lake & Peninsula Borough", "Lake and Peninsula"),
    ],
)
def test_two_spellings_of_one_place_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Kansas City", "Kansas"), ("Fairfax city", "Fairfax"), ("Paris", "Perris")]
)
def test_different_places_fold_differently(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("name", ["", " ", "-", "''"])
def test_a_name_without_letters_folds_to_nothing(name: str) -> None:
    assert fold(name) == ""


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize("words", ["TX", "tx", " Tx. ", "Texas", "TEXAS", "US-TX"])
def test_a_state_is_known_by_code_and_name(words: str) -> None:
    assert state_code(words) == "TX"


@pytest.mark.parametrize("words", [None, "", "ZZ", "Ontario", "T"])
def test_what_is_no_state_is_none(words: str | None) -> None:
    assert state_code(words) is None


def test_the_capital_has_many_spellings() -> None:
    assert {state_code(w) for w in ("DC", "D.C.", "District of Columbia")} == {"DC"}


def test_fips_codes_and_names_of_states_agree() -> None:
    assert fips_of_state("TX") == "48"
    assert state_of_fips("48491") == state_of_fips("48") == "TX"
    assert state_of_fips("57") is None
    assert state_name("tx") == "Texas"
    assert state_name("nowhere") is None


def test_a_province_is_known_by_code_name_and_geonames_number() -> None:
    assert {province_code(w) for w in ("ON", "ontario", "CA-ON")} == {"ON"}
    assert province_code("Québec") == "QC"
    assert province_code("TX") is None
    assert province_code(None) is None
    assert province_of_geonames("08") == "ON"
