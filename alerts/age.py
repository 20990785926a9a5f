"""How old is a child on a poster? In whole years, when last seen or as the poster says."""

import re
from datetime import date, datetime

from alerts.poster import Child

# "8", "8 years", "8-10"; not "8 months", "8 weeks", "8 days"
_YEARS = re.compile(r"\s*([0-9]{1,3})(?![0-9])\s*(?!\s*(?:m|w|d))")


def age_years(child: Child, now: datetime) -> int | None:
    """Return the age when last seen, or as the poster gives it; None if it can't be known."""
    if child.date_of_birth:
        seen = child.missing_since or now
        return _years_between(child.date_of_birth, min(seen, now).date())
    match = _YEARS.match((child.age_now or child.approximate_age or "").lower())
    return int(match[1]) if match else None


def _years_between(birth: date, day: date) -> int:
    is_before_birthday = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - is_before_birthday
