"""Which moment does a CAP dateTime name? Aware UTC out, with a word on what was repaired."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_CAP_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)([T ])(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeReading:
    """A moment (aware UTC), or None; `repair` says what had to be assumed, "" if nothing."""

    value: datetime | None
    repair: str = ""


def read_time(text: str) -> TimeReading:
    """Read a CAP dateTime, `2003-06-11T22:39:00-07:00`.

    `-00:00` is how CAP writes UTC and is no repair; `Z`, a space for the `T`, missing seconds and
    a missing zone (read as UTC) are. Never raises. Source: CAP 1.2, 3.3.2 (DateTime data type).
    """
    match = _CAP_TIME.fullmatch(text.strip())
    if not match:
        return TimeReading(value=None)
    year, month, day, separator, hour, minute, second, zone = match.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            tzinfo=timezone(_offset(zone or "Z")),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return TimeReading(value=None)
    return TimeReading(value=moment, repair=_repair(separator, second, zone))


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    size = timedelta(hours=hours, minutes=minutes)
    return -size if zone[0] == "-" else size


def _repair(separator: str, second: str | None, zone: str | None) -> str:
    if zone is None:
        return "it has no time zone and was read as UTC"
    if zone in "Zz":
        return 'it says "Z" where CAP wants "-00:00"'
    if separator != "T" or second is None or ":" not in zone:
        return "it isn't written as 2003-06-11T22:39:00-07:00"
    return ""
