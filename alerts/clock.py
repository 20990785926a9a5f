"""The one reader of the clock: everything else takes `now` as an argument or a Clock.

A clock may jump: NTP steps it, a machine sleeps, somebody sets it. A stored time that lies further
ahead than anything would wait for was written by a clock that has gone back since.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

# The clocks of several machines are never quite the same: less ahead than this isn't the future.
CLOCKS_APART = timedelta(seconds=5)


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
