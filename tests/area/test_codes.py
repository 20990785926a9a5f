import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.area.codes import WHOLE_COUNTRY, PlaceKey, place_key


@pytest.mark.parametrize(
    ("scheme", "code", "fips"),
    [
        ("same", "006037", "06037"),
        ("fips6", "006037", "06037"),
        ("fips5", "06037", "06037"),
        ("ugc", "CAC037", "06037"),
        ("ugc", "txc453", "48453"),
        ("same", " 048491 ", "48491"),
    ],
)
def test_same_fips6_and_ugc_lead_to_the_county(scheme: str, code: str, fips: str) -> None:
    assert place_key(scheme, code) == PlaceKey(scheme="county", code=fips)


def test_the_leading_digit_says_that_a_part_was_meant() -> None:
    assert place_key("same", "306037") == PlaceKey(scheme="county", code="06037", part_of=True)


@pytest.mark.parametrize(
    ("scheme", "code"),
    [("same", "048000"), ("ugc", "TXC000"), ("ugc", "TXCALL"), ("iso3166-2", "US-TX")],
)
def test_a_county_of_zeros_is_the_whole_state(scheme: str, code: str) -> None:
    assert place_key(scheme, code) == PlaceKey(scheme="state", code="TX")


def test_zeros_are_the_whole_country() -> None:
    assert place_key("same", "000000") == WHOLE_COUNTRY


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("same", "057750"),  # a marine zone: no state has 57
        ("same", "6037"),
        ("same", "0060371"),
        ("same", ""),
        ("same", "CAC037"),
        ("ugc", "TXZ192"),  # a forecast zone
        ("ugc", "ZZC001"),
        ("ugc", "TXC1"),
        ("iso3166-2", "CA-ON"),
        ("same", "٠٠٦٠٣٧"),
    ],
)
def test_what_is_no_county_or_state_is_none(scheme: str, code: str) -> None:
    assert place_key(scheme, code) is None


@given(st.sampled_from(["same", "ugc", "fips6", "iso3166-2"]), st.text(max_size=10))
def test_any_text_is_answered(scheme: str, code: str) -> None:
    place_key(scheme, code)
