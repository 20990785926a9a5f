"""How many new subscribers may come from one address? A window that slides, in memory.

Each web process counts for itself: behind several, an address gets that many times as much. The
limit keeps a script from filling the disk; it is no bookkeeping.
"""

import ipaddress
import math
import threading
from bisect import bisect_right
from datetime import datetime

WINDOW_S = 3600.0
MOST_REMEMBERED = 50_000  # sign-ups, of all addresses together: about 10 MB
IPV6_HOME_BITS = 64  # what a provider gives one household (RFC 6177)


class SignupLimit:
    """Counts sign-ups per address; safe to use from several threads.

    Parameters
    ----------
    per_hour: sign-ups that an address may make in any 3,600 s.
    most_remembered: sign-ups kept in memory; beyond it the address seen longest ago is forgotten.
    """

    def __init__(self, per_hour: int, most_remembered: int = MOST_REMEMBERED) -> None:
        self._per_hour, self._most = per_hour, most_remembered
        self._seen: dict[str, list[float]] = {}  # the address seen longest ago is first
        self._total = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many sign-ups are remembered."""
        return self._total

    def retry_after_s(self, address: str, now: datetime) -> int:
        """Count a sign-up and return 0; or don't, and return the seconds until one is allowed."""
        key, moment = household(address), now.timestamp()
        with self._lock:
            times = self._seen.pop(key, [])
            gone = bisect_right(times, moment - WINDOW_S)
            del times[:gone]
            self._total -= gone
            allowed = len(times) < self._per_hour
            if allowed:
                times.append(moment)
                self._total += 1
            self._seen[key] = times
            self._forget()
        return 0 if allowed else max(1, math.ceil(times[0] + WINDOW_S - moment))

    def _forget(self) -> None:
        while self._total > self._most and len(self._seen) > 1:
            longest_ago = next(iter(self._seen))
            self._total -= len(self._seen.pop(longest_ago))


def household(address: str) -> str:
    """Return what counts as one address: an IPv4 address, an IPv6 network of one household."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((ip.packed, IPV6_HOME_BITS), strict=False))
