"""Where do the links of an index lead? A few at once, so many a poll; the rest is left for next."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from alerts.clock import Clock
from alerts.intake.pull.ask_feed import Asking, ask_link
from alerts.outbound.errors import OutboundRefused

AT_ONCE = 4  # requests to one source at a time: a visitor, no flood
LINKS_PER_POLL = 100  # at 0.3 s each and four at once: eight seconds
LINK_S = 10.0  # of one document behind a link
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What a link led to: a document, or why there is none."""

    body: bytes | None = None
    why: OutboundRefused | None = None
    fault: Exception | None = None  # an error of ours


@dataclass(frozen=True, kw_only=True)
class Following:
    """What became of the links; those that aren't here are left for the next poll."""

    found: dict[str, Followed]
    retry_after_s: float | None = None  # the source asks us to wait

    @property
    def is_told_to_wait(self) -> bool:
        """The source has had enough for now."""
        return any(one.why is not None and one.why.status in _BUSY for one in self.found.values())


def follow(links: Sequence[str], asking: Asking, deadline: float, clock: Clock) -> Following:
    """Fetch what links lead to, in order, for as long as there is time.

    Parameters
    ----------
    links: absolute, no two the same.
    deadline: of `time.monotonic()`; nothing is asked for after it.

    Returns: at most LINKS_PER_POLL answers, and four times `asking.max_bytes`; fewer where the
    source says that it is busy.
    """
    found: dict[str, Followed] = {}
    budget, wait_s = 4 * asking.max_bytes, 0.0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="follow") as pool:
        for start in range(0, min(len(links), LINKS_PER_POLL), AT_ONCE):
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0 or budget <= 0 or Following(found=found).is_told_to_wait:
                break
            some = links[start : min(start + AT_ONCE, LINKS_PER_POLL)]
            total_s = min(LINK_S, remaining_s)
            answers = pool.map(lambda link, s=total_s: _ask(link, s, asking, clock), some)
            found |= dict(zip(some, answers, strict=True))
            budget -= sum(len(found[link].body or b"") for link in some)
    wait_s = max((one.why.retry_after_s or 0.0 for one in found.values() if one.why), default=0.0)
    return Following(found=found, retry_after_s=wait_s or None)


def _ask(link: str, total_s: float, asking: Asking, clock: Clock) -> Followed:
    try:
        return Followed(body=ask_link(link, total_s, asking, clock))
    except OutboundRefused as why:
        return Followed(why=why)
    except Exception as fault:  # one link's trouble is no other's; the poll logs and counts it
        return Followed(fault=fault)
