"""When is a feed asked again? After its interval, later after each failure, never all at once."""

import random
from datetime import timedelta

# Longest wait after failures in a row: half an hour, so that a feed that is back is soon read.
LONGEST_BACK_OFF = timedelta(minutes=30)
# What a source may ask for with Retry-After: a day. Whatever it says, look again tomorrow.
LONGEST_ASKED_FOR = timedelta(days=1)
# Share of an interval by which polls are spread, so that many instances and feeds that started
# together don't knock together for ever.
JITTER = 0.1
_DOUBLINGS = 10  # 2**10 minutes is beyond any back-off; more would overflow some day


def wait_for(
    every: timedelta, failures: int, retry_after_s: float | None = None, chance: float | None = None
) -> timedelta:
    """Return how long to wait until the next poll.

    Parameters
    ----------
    every: the feed's interval.
    failures: how many polls failed in a row; 0 after a success.
    retry_after_s: what the source asked for (RFC 9110, 10.2.3), in seconds; never undercut.
    chance: 0 to 1, where in the spread; drawn if None.

    Returns: after a success the interval ± a tenth; after failures it doubles each time, up to
    half an hour (or the interval, if longer), and anything between the half and the whole of that
    is drawn ("equal jitter", Brooker, "Exponential Backoff And Jitter"), but never less than a
    success would wait.
    """
    drawn = random.random() if chance is None else chance  # noqa: S311 - no secret
    usual = every * (1 - JITTER + 2 * JITTER * drawn)
    if not failures:
        return max(usual, _asked_for(retry_after_s))
    doubled: timedelta = every * int(2 ** min(failures, _DOUBLINGS))
    longest = min(doubled, max(LONGEST_BACK_OFF, every))
    return max(longest * (0.5 + drawn / 2), usual, _asked_for(retry_after_s))


def _asked_for(retry_after_s: float | None) -> timedelta:
    return min(timedelta(seconds=max(retry_after_s or 0.0, 0.0)), LONGEST_ASKED_FOR)
