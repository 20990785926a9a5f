"""The numbers of a channel: how fast it may be sent to, and when it is left alone."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many pushes a second, over all workers together.

    Source: FCM allows 600,000 messages a minute and project by default, and asks to ramp up over
    60 s (Firebase, "Best practices when sending FCM messages at scale").
    """

    per_s: int = 0  # 0: as many as there are
    ramp_s: float = 0.0  # seconds from a tenth of it to all of it; 0: all of it at once


@dataclass(frozen=True, kw_only=True)
class BreakerPolicy:
    """When a channel is left alone, and for how long."""

    failures: int = 3  # chunks in a row of which nothing was taken
    first_pause_s: float = 10.0  # FCM: wait at least 10 s after a 5xx
    longest_pause_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class ChannelPolicy:
    """All numbers of one channel."""

    pace: Pace = Pace()
    breaker: BreakerPolicy = BreakerPolicy()
    # Its answers come from one service, so they tell how the channel is. Where each device may
    # have a service of its own (Web Push), only wrong settings close it.
    is_one_service: bool = False
