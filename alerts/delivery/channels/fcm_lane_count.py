"""How many connections are worth it? `rate x round trip / 100`: as many as carry the rate.

HTTP/2 carries 100 streams a connection at once. The round trip is the shortest of the last minute:
what is longer is waiting, at FCM or on this machine, and more connections would only lengthen it.
"""

import math

STREAMS = 100  # of one connection at once: what FCM allows, and the least that RFC 9113 advises
MOST_LANES = 16  # 1,600 pushes at once, of 2,000 in the hands of 8 threads with 250 each
HEADROOM = 1.25  # round trips vary: without it, the rate would only be reached on their average
WINDOW_S = 30.0  # the shortest round trip of this window and of the one before counts


class LaneCount:
    """Hears round trips, and says how many connections to use.

    Parameters
    ----------
    rate_per_s: pushes a second that shall be possible.
    """

    def __init__(self, rate_per_s: float) -> None:
        self.count = 1
        self._rate_per_s = rate_per_s
        self._ends_s = -math.inf
        self._shortest_s = math.inf  # of this window
        self._before_s = math.inf  # of the window before

    @property
    def round_trip_s(self) -> float:
        """The shortest round trip of the last minute; 0: not known yet."""
        shortest_s = min(self._shortest_s, self._before_s)
        return shortest_s if math.isfinite(shortest_s) else 0.0

    def hear(self, now_s: float, took_s: float) -> None:
        """Take in one answer.

        Parameters
        ----------
        now_s: monotonic.
        took_s: from sending the push to the end of its answer.
        """
        if now_s >= self._ends_s:
            self._ends_s = now_s + WINDOW_S
            self._before_s, self._shortest_s = self._shortest_s, took_s
        elif took_s < self._shortest_s:
            self._shortest_s = took_s
        else:
            return
        lanes = math.ceil(self._rate_per_s * self.round_trip_s * HEADROOM / STREAMS)
        self.count = min(max(lanes, 1), MOST_LANES)
