"""When may a person be disturbed: over midnight, when clocks change, and for which tiers?"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.alert import Tier
from alerts.audience.quiet import QuietHours

DETROIT = "America/Detroit"


def quiet(start: str, end: str, zone: str = DETROIT) -> QuietHours:
    return QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end), time_zone=zone)


def released(hours: QuietHours, local: str, *, fold: int = 0) -> str:
    """Return the local time of release, with its offset, for a push at that local time."""
    zone = ZoneInfo(hours.time_zone)
    now = datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold).astimezone(UTC)
    at = hours.release(Tier.MISSING, now)
    assert at.utcoffset() == timedelta(0)
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


@pytest.mark.parametrize(
    ("local", "release"),
    [
        ("2026-11-20 21:59", "2026-11-20 21:59 EST"),
        ("2026-11-20 22:00", "2026-11-21 07:00 EST"),
        ("2026-11-20 23:59", "2026-11-21 07:00 EST"),
        ("2026-11-21 00:00", "2026-11-21 07:00 EST"),
        ("2026-11-21 06:59", "2026-11-21 07:00 EST"),
        ("2026-11-21 07:00", "2026-11-21 07:00 EST"),
        ("2026-11-21 12:00", "2026-11-21 12:00 EST"),
    ],
)
def test_over_midnight_a_push_waits_until_the_morning(local: str, release: str) -> None:
    assert released(quiet("22:00", "07:00"), local) == release


def test_within_a_day_a_push_waits_until_the_end() -> None:
    nap = quiet("13:00", "15:00")
    assert released(nap, "2026-11-20 14:00") == "2026-11-20 15:00 EST"
    assert released(nap, "2026-11-20 02:00") == "2026-11-20 02:00 EST"


def test_from_a_time_to_the_same_time_is_no_quiet_hours() -> None:
    assert released(quiet("07:00", "07:00"), "2026-11-20 07:00") == "2026-11-20 07:00 EST"


def test_the_morning_is_local_when_clocks_go_forward_in_the_night() -> None:
    hours = quiet("22:00", "07:00")  # 2026-03-08: 02:00 EST is 03:00 EDT
    assert released(hours, "2026-03-07 23:00") == "2026-03-08 07:00 EDT"
    assert released(hours, "2026-03-08 06:30") == "2026-03-08 07:00 EDT"


def test_the_morning_is_local_when_clocks_go_back_in_the_night() -> None:
    hours = quiet("22:00", "07:00")  # 2026-11-01: 02:00 EDT is 01:00 EST
    assert released(hours, "2026-10-31 23:00") == "2026-11-01 07:00 EST"
    assert released(hours, "2026-11-01 01:30", fold=1) == "2026-11-01 07:00 EST"


def test_an_hour_that_comes_twice_ends_the_quiet_hours_once() -> None:
    hours = quiet("22:00", "01:30")
    assert released(hours, "2026-11-01 01:10") == "2026-11-01 01:30 EDT"
    assert released(hours, "2026-11-01 01:10", fold=1) == "2026-11-01 01:10 EST"


def test_an_hour_that_never_comes_still_ends_the_quiet_hours() -> None:
    hours = quiet("22:00", "02:30")
    assert released(hours, "2026-03-08 01:00") == "2026-03-08 03:30 EDT"
    assert released(hours, "2026-03-08 03:10") == "2026-03-08 03:30 EDT"
    assert released(hours, "2026-03-08 03:30") == "2026-03-08 03:30 EDT"


def test_amber_breaks_through_unless_the_person_says_otherwise() -> None:
    night = datetime(2026, 11, 21, 5, tzinfo=UTC)  # midnight in Detroit
    usual = quiet("22:00", "07:00")
    assert usual.release(Tier.AMBER, night) == night
    assert usual.release(Tier.ENDANGERED, night) > night
    strict = usual.model_copy(update={"tiers": tuple(Tier)})
    assert strict.release(Tier.AMBER, night) > night
    never = usual.model_copy(update={"tiers": ()})
    assert never.release(Tier.MISSING, night) == night


@given(
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from([DETROIT, "Europe/Dublin", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    now=st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2030, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_a_release_is_never_in_the_past_and_never_quiet_again(
    start: time, end: time, zone: str, now: datetime
) -> None:
    hours = QuietHours(start=start, end=end, time_zone=zone)
    at = hours.release(Tier.MISSING, now)
    assert now <= at <= now + timedelta(hours=26)
    assert hours.release(Tier.MISSING, at) == at


@pytest.mark.parametrize(
    "said",
    [
        {"start": "22:00", "end": "07:00", "time_zone": "Detroit"},
        {"start": "22:00", "end": "07:00", "time_zone": "../etc/passwd"},
        {"start": "22:00Z", "end": "07:00", "time_zone": DETROIT},
        {"start": "24:30", "end": "07:00", "time_zone": DETROIT},
        {"start": "22:00", "end": "07:00", "time_zone": DETROIT, "tiers": ["red"]},
        {"start": "22:00", "end": "07:00", "time_zone": DETROIT, "tier": []},
    ],
)
def test_what_cant_be_meant_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QuietHours.model_validate(said)
