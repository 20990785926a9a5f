"""How many connections are worth it? `rate x round trip / 100`, as far as more of them helps.

HTTP/2 carries 100 streams a connection at once, so that many are needed to carry the rate. But the
round trip that is measured also grows when FCM or this machine can't keep up, and then another
connection only costs. So the count is doubled while pushes wait for a stream, kept if more of them
are answered a second, and taken back if not.
"""

import math

STREAMS = 100  # of one connection at once: what FCM allows, and the least that RFC 9113 advises
MOST_LANES = 16  # 1,600 pushes at once: what 16 threads with a chunk of 100 each have in hand
HEADROOM = 1.25  # round trips vary: without it, the rate would only be reached on their average
REST_S = 10.0  # after more connections didn't help
_WEIGHT = 0.05  # of the newest round trip in the average: the last twenty or so count
_SHORTEST_WINDOW_S = 0.2
_ROUND_TRIPS_A_WINDOW = 3  # a new connection takes as many until its first answer
_TRIED_OUT = 2.0  # growth by less than that isn't: noise would decide
_PART_OF_GAIN = 0.6  # of what the growth promises must be seen


class LaneCount:
    """Counts answers, and says how many connections to use.

    Parameters
    ----------
    rate_per_s: pushes a second that shall be possible.
    """

    def __init__(self, rate_per_s: float) -> None:
        self.count = 1
        self.round_trip_s = 0.0  # 0: not known yet
        self._rate_per_s = rate_per_s
        self._began_s = -math.inf
        self._answers = 0
        self._is_full = False
        self._skips = 0  # windows that aren't looked at
        self._trial: tuple[int, float] | None = None  # the count and answers a second before it
        self._rests_until_s = -math.inf

    @property
    def wanted(self) -> int:
        """The connections that the rate needs, as far as the round trip is known."""
        lanes = math.ceil(self._rate_per_s * self.round_trip_s * HEADROOM / STREAMS)
        return min(max(lanes, 1), MOST_LANES)

    def hear(self, now_s: float, took_s: float, *, waits: bool) -> None:
        """Take in one answer.

        Parameters
        ----------
        now_s: monotonic.
        took_s: from sending the push to the end of its answer.
        waits: whether another push waits for a stream.
        """
        weight = _WEIGHT if self.round_trip_s else 1.0
        self.round_trip_s += weight * (took_s - self.round_trip_s)
        self._answers += 1
        self._is_full = self._is_full and waits
        passed_s = now_s - self._began_s
        if passed_s < max(_SHORTEST_WINDOW_S, _ROUND_TRIPS_A_WINDOW * self.round_trip_s):
            return
        per_s, was_full = self._answers / passed_s, self._is_full
        self._began_s, self._answers, self._is_full = now_s, 0, waits
        if self._skips:
            self._skips -= 1
        elif was_full:
            self._judge(per_s, now_s)
        else:
            self._trial = None

    def _judge(self, per_s: float, now_s: float) -> None:
        """Look at a window in which every stream was in use."""
        if self._trial is not None:
            before, before_per_s = self._trial
            self._trial = None
            needed = 1 + (self.count / before - 1) * _PART_OF_GAIN
            if per_s < before_per_s * needed:
                self.count, self._rests_until_s = before, now_s + REST_S
        grown = min(2 * self.count, self.wanted)
        if grown > self.count and now_s >= self._rests_until_s:
            if grown >= _TRIED_OUT * self.count:
                self._trial, self._skips = (self.count, per_s), 1  # one window to get connected
            self.count = grown
