"""Did the wall clock jump? An operator should know: leases, expiry and quiet hours go by it.

NTP steps it, a machine sleeps, somebody sets it. Its advance is held against that of a clock which
never jumps. Nothing depends on a jump being seen: what stands too far ahead is found as such, by
the sweep (alerts.delivery.sweep) and by the scheduler (`keep_time`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from alerts.clock import Clock

log = structlog.get_logger()

LOOKS_EVERY_S = 0.5
JUMP_S = 2.0  # NTP slews what is less; above it a person, a hypervisor or a suspend was at work
AT_ONCE_S = 0.1  # both clocks are read within it, or again: a thread may be held up in between
READS = 10  # then a busy machine's reading must do


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """The same moment on both clocks."""

    wall: datetime
    steady_s: float


class ClockWatch:
    """Compares two clocks; `look` is to be called again and again, from one thread.

    Parameters
    ----------
    clock: the wall clock.
    when_jumped: is called with the seconds of a jump: below 0, the clock went back.
    steady_s: seconds that never jump; they may stand still while the machine is suspended.
    """

    def __init__(
        self,
        clock: Clock,
        when_jumped: Callable[[float], None],
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._steady_s, self._when_jumped = clock, steady_s, when_jumped
        self._last = self._read()

    def look(self) -> None:
        """Say so if the clock jumped since the last look."""
        last, self._last = self._last, self._read()
        wall_s = (self._last.wall - last.wall).total_seconds()
        jump_s = wall_s - (self._last.steady_s - last.steady_s)
        if abs(jump_s) > JUMP_S:
            log.warning("clock_jumped", by_s=round(jump_s, 1))
            self._when_jumped(jump_s)

    def _read(self) -> _Moment:
        for _ in range(READS):
            before_s, wall, after_s = self._steady_s(), self._clock(), self._steady_s()
            if after_s - before_s < AT_ONCE_S:
                break
        return _Moment(wall=wall, steady_s=after_s)
