"""Moments as CAP writes them, and as senders do."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.cap.times import read_time

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00-00:00",
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T07:00:00-05:00",
        "2026-03-01T17:45:00+05:45",
        " 2026-03-01T12:00:00.000-00:00\n",
    ],
)
def test_cap_times_become_utc_without_a_remark(text: str) -> None:
    reading = read_time(text)
    assert (reading.value, reading.repair) == (NOON, "")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00",
        "2026-03-01T12:00:00Z",
        "2026-03-01 12:00:00-00:00",
        "2026-03-01T12:00-00:00",
        "2026-03-01T12:00:00+0000",
        "2026-03-01t12:00:00z",
    ],
)
def test_odd_times_are_read_with_a_remark(text: str) -> None:
    reading = read_time(text)
    assert reading.value == NOON
    assert reading.repair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01T12:00:00-00:00",
        "2026-02-30T12:00:00-00:00",
        "2026-03-01T25:00:00-00:00",
        "2026-03-01T12:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-01",
        "٢٠٢٦-03-01T12:00:00Z",
    ],
)
def test_what_names_no_moment_gives_none(text: str) -> None:
    assert read_time(text).value is None


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9.5))])))
def test_any_moment_survives(moment: datetime) -> None:
    text = moment.isoformat(timespec="seconds")
    reading = read_time(text)
    if reading.value is not None:
        assert reading.value == datetime.fromisoformat(text)


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    read_time(text)
