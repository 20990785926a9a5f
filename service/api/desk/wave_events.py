"""What a viewer of waves is sent, and when: the events of one stream (WHATWG HTML, 9.2)."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from alerts.errors import NotFound
from service.api.desk.wave_watch import COUNTS_EVERY_S, Look, WaveWatch

log = structlog.get_logger()

# Also how soon it is noticed that a viewer went away: the second write into nothing fails.
KEEP_ALIVE_S = 5.0
MAY_STILL_S = 5.0  # between looks whether the token still works
LONGEST_S = 300.0
AGAIN_AFTER_MS = 2_000  # a browser connects again after so long


@dataclass(frozen=True, kw_only=True)
class Following:
    """One viewer."""

    alert_id: UUID
    seen: str  # the number of the last event that they have
    may_go_on: Callable[[], bool]
    ends: threading.Event  # the process is told to end


def events(watch: WaveWatch, following: Following) -> Iterator[str]:
    """Yield events until nothing is on its way, the viewer may not, or it was long enough."""
    yield f"retry: {AGAIN_AFTER_MS}\n\n"
    try:
        with watch.watching(following.alert_id) as look:
            yield from _events(look, following)
    except (NotFound, SQLAlchemyError) as problem:  # the viewer connects again
        log.warning("stream_ended", error=type(problem).__name__)


def _events(look: Callable[[], Look], following: Following) -> Iterator[str]:
    seen, began = following.seen, time.monotonic()
    wrote = checked = began
    while True:
        found, now = look(), time.monotonic()
        if found.number != seen:
            yield _event("progress", found)
            seen, wrote = found.number, now
        if found.is_over:
            yield _event("done", found)
            return
        if now - wrote >= KEEP_ALIVE_S:
            yield ": keep-alive\n\n"
            wrote = now
        if now - checked >= MAY_STILL_S:
            if not following.may_go_on():
                return
            checked = now
        if following.ends.wait(COUNTS_EVERY_S) or now - began >= LONGEST_S:
            return


def _event(name: str, look: Look) -> str:
    return f"id: {look.number}\nevent: {name}\ndata: {look.document}\n\n"
