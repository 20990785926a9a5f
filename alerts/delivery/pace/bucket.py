"""When may the next pushes of a channel go out? A token bucket as one moment (GCRA), and a ramp.

`free_at` is the moment up to which room is spoken for: whoever takes room for n pushes gets the
time from there on and moves it by n / rate. So any number of workers share one bucket by sharing
that moment. Room is given only for the near future: nobody holds pushes long before they may go
out, and an urgent batch that comes meanwhile is at most AHEAD_S + LONGEST_S behind.

Source: generic cell rate algorithm, ITU-T I.371, as virtual scheduling.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.delivery.pace.policy import Pace

AHEAD_S = 0.25  # room beyond that isn't given yet
LONGEST_S = 0.5  # what one may take at once
LATE_S = 0.25  # room of the past that may still be used: workers are never quite in time
BURST_S = AHEAD_S + LONGEST_S + LATE_S  # of any window, beyond rate × window
FLOOR = 0.1  # where the ramp begins
IDLE_S = 60.0  # after so long without a push the ramp begins anew (FCM: ramp up over 60 s)
# No clock of ours books so far ahead: the clock went back. Until then machines may disagree.
ABSURD_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """What is known of a channel's room; as nobody took any yet, if empty."""

    free_at: datetime | None = None
    ramp_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Room:
    """Room that was taken, and the bucket afterwards."""

    starts_at: datetime
    per_s: float
    pushes: int
    left: Bucket


def take_room(bucket: Bucket, pace: Pace, pushes: int, now: datetime) -> Room | None:
    """Take room for `pushes`, or for fewer; at least for one, at most for LONGEST_S.

    Returns: None if all room up to now + AHEAD_S is spoken for.

    Parameters
    ----------
    pace: with a limit.
    now: aware. Where it went back by more than a minute, what was spoken for is forgotten; where
        it went ahead, no more than LATE_S of the time in between can be used.
    """
    starts_at = _start(bucket, now)
    if starts_at > now + timedelta(seconds=AHEAD_S):
        return None
    ramp_from = _ramp_from(bucket, now)
    per_s = _rate(ramp_from, pace, now)
    given = max(1, min(pushes, math.floor(per_s * LONGEST_S)))
    took = timedelta(microseconds=math.ceil(given / per_s * 1e6))
    left = Bucket(free_at=starts_at + took, ramp_from=ramp_from)
    return Room(starts_at=starts_at, per_s=per_s, pushes=given, left=left)


def rate_now(bucket: Bucket, pace: Pace, now: datetime) -> float:
    """Return how many pushes a second go out if somebody asks now."""
    return _rate(_ramp_from(bucket, now), pace, now)


def ramping_anew(now: datetime) -> Bucket:
    """Return the bucket of a channel that was left alone, and works again."""
    return Bucket(free_at=now, ramp_from=now)


def _start(bucket: Bucket, now: datetime) -> datetime:
    earliest = now - timedelta(seconds=LATE_S)
    if bucket.free_at is None or bucket.free_at > now + timedelta(seconds=ABSURD_S):
        return now
    return max(bucket.free_at, earliest)


def _ramp_from(bucket: Bucket, now: datetime) -> datetime:
    if bucket.free_at is None or bucket.ramp_from is None:
        return now
    is_idle = now - bucket.free_at > timedelta(seconds=IDLE_S)
    return now if is_idle else min(bucket.ramp_from, now)


def _rate(ramp_from: datetime, pace: Pace, now: datetime) -> float:
    """Return pushes a second; at least one, so that nobody waits for longer than a second."""
    if not pace.ramp_s:
        return float(pace.per_s)
    grown = min(1.0, (now - ramp_from).total_seconds() / pace.ramp_s)
    return max(1.0, pace.per_s * (FLOOR + (1 - FLOOR) * grown))
