"""Is a channel left alone, until when, and who tries whether it works again?

Closed: pushes flow. Open: they wait until `retry_at`. Then one sender gets a probe of a few pushes
(half open) and the others wait for it: it closes the breaker, or doubles the pause. Nothing is
ever dropped; batches stay where they are.
"""

import math
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from alerts.delivery.pace.heard import Heard
from alerts.delivery.pace.policy import BreakerPolicy
from alerts.store.channel_states import LONGEST_WHY, Breaker

PROBE_PUSHES = 10
PROBE_S = 15.0  # then whoever had the probe is gone, and somebody else gets one
MENDED_S = 60.0  # between looks at a channel that somebody must mend
LONGEST_ASKED_S = 600.0  # a Retry-After beyond it is taken as a slip: children are missing
SHORTEST_ASKED_S = 1.0
SPREAD = 0.25  # on top of each pause, so that instances don't come back together
MOST_DOUBLINGS = 16


class Admission(Enum):
    """What may be sent now."""

    ALL = "all"
    PROBE = "probe"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class BreakerState:
    """The breaker of one channel; closed, as long as nothing else is said."""

    breaker: Breaker = Breaker.CLOSED
    failures: int = 0  # pauses in a row
    why: str | None = None
    opened_at: datetime | None = None  # since when it is left alone
    retry_at: datetime | None = None
    probe_until: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Pushes flow."""
        return self.breaker is Breaker.CLOSED


CLOSED = BreakerState()


def admission(state: BreakerState, policy: BreakerPolicy, now: datetime) -> Admission:
    """Say what may be sent now."""
    if state.is_closed:
        return Admission.ALL
    if state.breaker is Breaker.OPEN:
        return Admission.NOTHING if _is_paused(state, policy, now) else Admission.PROBE
    return Admission.NOTHING if _is_ahead(state.probe_until, now, PROBE_S) else Admission.PROBE


def probed(state: BreakerState, now: datetime) -> BreakerState:
    """Return the breaker while one sender tries."""
    until = now + timedelta(seconds=PROBE_S)
    return replace(state, breaker=Breaker.HALF_OPEN, probe_until=until)


def after_success(state: BreakerState) -> BreakerState:
    """Return the breaker once a probe was taken; an open one isn't closed by who is late."""
    return CLOSED if state.breaker is Breaker.HALF_OPEN else state


def after_failures(
    state: BreakerState,
    policy: BreakerPolicy,
    heard: Heard,
    now: datetime,
    rng: random.Random,
    *,
    was_probe: bool,
) -> BreakerState:
    """Return the breaker after enough chunks in a row, or a probe, of which nothing was taken.

    The pause doubles each time; it is never shorter than what the channel asked for, up to 600 s.
    What was sent before it opened changes nothing any more.
    """
    if not state.is_closed and not (was_probe and state.breaker is Breaker.HALF_OPEN):
        return state
    doubled_s = policy.first_pause_s * 2.0 ** min(state.failures, MOST_DOUBLINGS)
    step_s = min(doubled_s, policy.longest_pause_s)
    return _opened(state, heard.why, now, max(step_s, _within_reason_s(heard.asked_s)), rng)


def after_quota(
    state: BreakerState, policy: BreakerPolicy, heard: Heard, now: datetime, rng: random.Random
) -> BreakerState:
    """Return the breaker of a channel that asked to be left alone; the longest wish counts."""
    asked_s = max(SHORTEST_ASKED_S, _within_reason_s(heard.asked_s))
    paused = _opened(state, heard.why, now, asked_s, rng)
    if state.breaker is not Breaker.OPEN or not _is_paused(state, policy, now):
        return paused
    is_longer = now + timedelta(seconds=asked_s) > (state.retry_at or now)
    return replace(state, retry_at=paused.retry_at) if is_longer else state


def after_misconfigured(
    state: BreakerState, policy: BreakerPolicy, why: str, now: datetime, rng: random.Random
) -> BreakerState:
    """Return the breaker of a channel that somebody must mend: it is looked at once a minute."""
    said = _opened(state, why, now, MENDED_S, rng)
    is_known = state.breaker is Breaker.OPEN and state.why == said.why
    return state if is_known and _is_paused(state, policy, now) else said


def _opened(
    state: BreakerState, why: str, now: datetime, pause_s: float, rng: random.Random
) -> BreakerState:
    spread_s = pause_s * (1 + rng.uniform(0, SPREAD))
    return BreakerState(
        breaker=Breaker.OPEN,
        failures=state.failures + 1,
        why=why[:LONGEST_WHY],
        opened_at=min(state.opened_at or now, now),
        retry_at=now + timedelta(seconds=spread_s),
    )


def _within_reason_s(asked_s: float) -> float:
    return min(asked_s, LONGEST_ASKED_S) if math.isfinite(asked_s) else 0.0


def _is_paused(state: BreakerState, policy: BreakerPolicy, now: datetime) -> bool:
    most_s = max(policy.longest_pause_s, LONGEST_ASKED_S) * (1 + SPREAD)
    return _is_ahead(state.retry_at, now, most_s)


def _is_ahead(moment: datetime | None, now: datetime, most_s: float) -> bool:
    """Say whether a moment is still to come; one that is too far off was written by another clock.

    So a clock that goes back an hour doesn't close a channel for an hour.
    """
    return moment is not None and now < moment <= now + timedelta(seconds=most_s)
