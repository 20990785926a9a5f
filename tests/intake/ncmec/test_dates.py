"""Dates as sources write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.intake.ncmec.dates import read_moment

EARLIEST, LATEST = datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("9000-01-01")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05T14:30:00Z",
        "2026-03-05T14:30:00+00:00",
        "2026-03-05T09:30:00-05:00",
        "2026-03-05T14:30:00",
        "2026-03-05 14:30:00",
        "2026-03-05T14:30:00.000Z",
        "2026-03-05T14:30:00.0000000",
        "2026-03-05T14:30",
        " 2026-03-05T14:30:00Z ",
    ],
)
def test_iso_8601_is_read_as_utc(text: str) -> None:
    reading = read_moment(text)
    assert reading.moment == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    assert reading.note is None


@pytest.mark.parametrize(
    "text",
    ["Jan 12, 2016 12:00:00 AM", "January 12, 2016", "1/12/2016", "01/12/2016 12:00 AM"],
)
def test_american_spellings_are_understood_and_noted(text: str) -> None:
    reading = read_moment(text)
    assert reading.day == date(2016, 1, 12)
    assert reading.moment == datetime(2016, 1, 12, tzinfo=UTC)
    assert reading.note == "unusual"


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Jan 12, 2016 12:00:00 PM", 12),
        ("Jan 12, 2016 1:00:00 PM", 13),
        ("Jan 12, 2016 11:00:00 am", 11),
        ("1/12/2016 23:00", 23),
    ],
)
def test_halves_of_the_day_are_told_apart(text: str, hour: int) -> None:
    moment = read_moment(text).moment
    assert moment is not None
    assert moment.hour == hour


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.9999999",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_dates_that_stand_for_none_are_left_out(text: str) -> None:
    reading = read_moment(text)
    assert reading.moment is None
    assert reading.note == "placeholder"


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026", "20260305", "2026-13-01", "2026-02-30", "2026-W10-4"),
        *("13/40/2026", "Foo 12, 2016", "Jan 12, 2016 13:00 PM", "Jan 12, 2016 0:10 AM"),
        "\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0665",
    ],
)
def test_what_is_no_date_is_unreadable(text: str) -> None:
    reading = read_moment(text)
    assert reading.moment is None
    assert reading.day is None
    assert reading.note == "unreadable"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    moment = read_moment(text).moment
    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.timezones()))
def test_every_iso_moment_comes_back(moment: datetime) -> None:
    read = read_moment(moment.isoformat()).moment
    assert read is not None
    assert abs(read - moment) < timedelta(minutes=1)
