"""When is a webhook tried again, and when is it given up? Numbers and chance only."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

# Seconds after the first, second, ... failure; then the last one again and again. The example
# schedule of Standard Webhooks 1.0.0 ("Deliverability"), with a second early try more.
WAITS_S = (5.0, 30.0, 120.0, 600.0, 3_600.0, 10_800.0, 21_600.0)
JITTER = 0.2  # share of a wait, to both sides: what failed together doesn't come back together
LONGEST_ASKED_S = 86_400.0  # of Retry-After: a receiver may ask for a day, not for ever


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Until when an event is tried; each is a setting."""

    give_up_after: timedelta
    disable_after_given_up: int  # events in a row
    disable_after: timedelta  # without one that was taken


def wait_s(tries: int, retry_after_s: float | None, chance: random.Random) -> float:
    """Return how many seconds to wait after the `tries`-th try failed.

    `retry_after_s`: what the receiver asked for (RFC 9110, 10.2.3); never sooner than that.
    """
    planned_s = WAITS_S[min(max(tries, 1), len(WAITS_S)) - 1]
    jittered_s = planned_s * chance.uniform(1 - JITTER, 1 + JITTER)
    return max(jittered_s, min(retry_after_s or 0.0, LONGEST_ASKED_S))


def is_given_up(made_at: datetime, next_try_at: datetime, policy: RetryPolicy) -> bool:
    """Say whether the next try would come too late to be of use."""
    return next_try_at - made_at > policy.give_up_after
