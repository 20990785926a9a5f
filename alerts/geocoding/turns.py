"""When may a geocoder be asked next? One turn at a time, for all processes of the instance.

Time is cut into turns of `min_delay_s`, counted since 1970 so that all processes agree. A turn
belongs to whoever counts it first in the database, and its request starts when the turn begins:
so two requests are never closer than that, whoever sends them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from alerts.area.geocoder.answer import GeocoderFailed
from alerts.store.tallies import count_of, count_up

_DAY = timedelta(days=1)
_MOST_LOOKED_AT = 60  # turns ahead


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often a service may be asked."""

    min_delay_s: float  # between two requests; 0: no matter
    per_day: int  # requests, by UTC days


def take_turn(
    session: Session, service: str, pace: Pace, now: datetime, within_s: float
) -> datetime:
    """Return when the next request may start; the turn is taken then.

    Raises
    ------
    GeocoderFailed: "busy" if no turn begins within `within_s` seconds, "used_up" for the day.
    """
    day = f"geocoder/{service}/{now.astimezone(UTC).date().isoformat()}"
    if count_of(session, day) >= pace.per_day:
        raise GeocoderFailed("used_up", "it was asked as often today as it may be")
    at = _free_turn(session, service, pace.min_delay_s, now, within_s)
    if at is None:
        raise GeocoderFailed("busy", "others are asking it")
    count_up(session, day, now + 2 * _DAY)
    return at


def _free_turn(
    session: Session, service: str, min_delay_s: float, now: datetime, within_s: float
) -> datetime | None:
    if min_delay_s <= 0:
        return now
    since_1970_s = now.timestamp()
    first = ceil(since_1970_s / min_delay_s)
    last = int((since_1970_s + within_s) / min_delay_s)
    for number in range(first, min(last, first + _MOST_LOOKED_AT) + 1):
        at = datetime.fromtimestamp(number * min_delay_s, UTC)
        if count_up(session, f"geocoder/{service}/turn/{number}", at + _DAY) == 1:
            return max(at, now)
    return None
