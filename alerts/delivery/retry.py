"""When is a failed push tried again? Never sooner than the channel asks, never all at once."""

import math
import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_RETRY_S = 10.0  # FCM, "Scaling to millions": wait at least 10 s before the first retry
LONGEST_RETRY_S = 300.0  # an alert lives for hours; five minutes of delay is the most we add
LONGEST_ASKED_S = 600.0  # a Retry-After beyond it isn't waited for: children are missing
QUOTA_RETRY_S = 60.0  # FCM: a 429 without Retry-After means 60 s

_SECONDS = re.compile(r"\d{1,9}")


def next_try_after_s(attempts: int, retry_after_s: float | None, rng: random.Random) -> float:
    """Say how many seconds to wait before the next try.

    The step doubles from 10 s; the wait is spread over [step, 2 step], at most 300 s, so that a
    million devices that failed together don't come back together. A longer wait that the channel
    asked for is the floor, and the same spread is added on top of it.

    Parameters
    ----------
    attempts: how many tries have failed, 1 after the first; less counts as 1.
    retry_after_s: what the channel asked for; None, negative or not finite means nothing.
    rng: the source of the jitter.

    Returns
    -------
    Seconds, >= 10 and >= `retry_after_s`, of which 600 count at most; <= 300 unless the channel
    asked for more than 150.

    Source: FCM "Best practices when sending FCM messages at scale" (exponential, with jitter).
    """
    doublings = min(max(attempts, 1) - 1, 16)
    step_s = min(FIRST_RETRY_S * 2.0**doublings, LONGEST_RETRY_S / 2)
    asked_s = retry_after_s if retry_after_s is not None and math.isfinite(retry_after_s) else 0.0
    return max(min(asked_s, LONGEST_ASKED_S), step_s) + rng.uniform(0.0, step_s)


def read_retry_after_s(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110 10.2.3).

    Parameters
    ----------
    header: the field's value as received.
    now: aware; a date is turned into the seconds from here, 0 if it has passed.

    Returns
    -------
    Seconds >= 0, or None if there is no header or it can't be read.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return None
    if moment.tzinfo is None:  # "-0000" is how e-mail says "UTC, zone unknown"
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
