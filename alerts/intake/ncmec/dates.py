"""Which moment does a source mean? ISO 8601 in several forms, and the spellings of older posters.

A time without a zone is read as UTC: NCMEC sends "2026-03-05T00:00:00" for a day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Note = Literal["placeholder", "unusual", "unreadable"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# "0001-01-01T00:00:00" is .NET's DateTime.MinValue: no date was entered. Nobody on a poster is
# older than the Gregorian calendar's first century of records.
_EARLIEST_YEAR = 1880
_LATEST_YEAR = 9998  # 9999-12-31 is .NET's DateTime.MaxValue: never

_STARTS_WITH_A_YEAR = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)

_CLOCK = r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]m)?)?"
_US_WORDS = re.compile(  # "Jan 12, 2016 12:00:00 AM", "January 12, 2016"
    rf"(?P<month>[a-z]{{3}})[a-z]*\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_CLOCK}",
    re.ASCII | re.IGNORECASE,
)
_US_NUMBERS = re.compile(  # "3/5/2026", "03/05/2026 02:30 PM"
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}){_CLOCK}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class MomentReading:
    """What a text says: `moment` in UTC or None, and what is odd about the text."""

    moment: datetime | None
    note: Note | None = None
    has_zone: bool = True

    @property
    def day(self) -> date | None:
        """The calendar day."""
        return self.moment.date() if self.moment else None


def read_moment(text: str) -> MomentReading:
    """Read a date or a moment; never raises.

    Returns: an aware UTC moment; `placeholder` for dates that stand for "none" (the years 1 and
    9999), `unusual` for what isn't ISO 8601 but was understood, `unreadable` for the rest.
    """
    text = text.strip()
    if found := _iso(text):
        return _checked(found, None)
    if found := _american(text):
        return _checked(found, "unusual")
    return MomentReading(moment=None, note="unreadable")


def _iso(text: str) -> datetime | None:
    if not _STARTS_WITH_A_YEAR.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _american(text: str) -> datetime | None:
    match = _US_WORDS.fullmatch(text) or _US_NUMBERS.fullmatch(text)
    try:
        return _moment_of(match) if match else None
    except ValueError:
        return None


def _moment_of(match: re.Match[str]) -> datetime:
    month = match["month"].lower()
    return datetime(
        int(match["year"]),
        int(month) if month.isdecimal() else _MONTHS.index(month) + 1,
        int(match["day"]),
        _hour(match["hour"], match["half"]),
        int(match["minute"] or 0),
        int(match["second"] or 0),
        tzinfo=UTC,  # these spellings have no zone
    )


def _hour(hour: str | None, half: str | None) -> int:
    if hour is None or half is None:
        return int(hour or 0)
    if not 1 <= int(hour) <= 12:
        raise ValueError(hour)
    return int(hour) % 12 + (12 if half.lower() == "pm" else 0)


def _checked(found: datetime, note: Note | None) -> MomentReading:
    if not _EARLIEST_YEAR <= found.year <= _LATEST_YEAR:
        return MomentReading(moment=None, note="placeholder")
    if found.tzinfo is None:
        return MomentReading(moment=found.replace(tzinfo=UTC), note=note, has_zone=False)
    return MomentReading(moment=found.astimezone(UTC), note=note)
