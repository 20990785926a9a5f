"""Has it been asked before, may it be asked now, and how long do we wait? A geocoder with manners.

Answers are remembered in the store: the question as a keyed hash, the answer sealed. What isn't
known is asked in turn with all processes, in a thread that nobody waits for longer than the
settings say. After a failure the service rests; and in any minute a process waits for it for
PATIENCE_S at most, so that a page full of unknown places holds up no alert beside them. What
couldn't be asked is asked later (`alerts.intake.geocode_again`).
"""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from alerts.area.geocoder.answer import FoundPlace, Geocoder, GeocoderFailed
from alerts.area.geocoder.asked import PlaceAsked
from alerts.clock import Clock
from alerts.errors import Sealed
from alerts.geocoding.turns import Pace, take_turn
from alerts.place_names import fold
from alerts.store.engine import Store
from alerts.store.geocode_answers import answer_kept, forget_answers, keep_answer
from alerts.store.vault import Vault

log = structlog.get_logger()

PATIENCE_S = 10.0  # of any minute; the fourth photo server in a row waits as long
RESTS = timedelta(minutes=1)  # after a failure, unless the service asks for longer
RESTS_IF_NOT_ALLOWED = timedelta(minutes=10)
RESTS_AT_MOST = timedelta(hours=1)

_MINUTE_S = 60.0
_NO_FAILURE = frozenset({"busy", "used_up"})  # ours, not the service's


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a service may be asked, and how long its answers are believed."""

    service: str  # geopy's name: its answers are its own
    pace: Pace
    timeout_s: float = 3.0  # for waiting and asking together
    keep_found: timedelta = timedelta(days=30)
    keep_unknown: timedelta = timedelta(days=1)


class RememberingGeocoder:
    """A `Geocoder` that asks another one, as seldom as it can."""

    def __init__(
        self,
        behind: Geocoder,
        store: Store,
        vault: Vault,
        clock: Clock,
        manners: Manners,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name, self.credit, self.manners = behind.name, behind.credit, manners
        self._behind, self._store, self._vault = behind, store, vault
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._rests_until: datetime | None = None
        self._waited: deque[tuple[float, float]] = deque()  # when, and for how long

    def find(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Return what is remembered, or ask if that takes no patience that is used up."""
        remembered = self._recall(asked)
        if remembered is not None:
            return remembered
        if self._patience_left_s() < self.manners.timeout_s:
            raise GeocoderFailed("busy", "it was waited for long enough within this minute")
        started = time.monotonic()
        try:
            return self._ask(asked, self.manners.timeout_s)
        finally:
            with self._lock:
                self._waited.append((started, time.monotonic() - started))

    def find_patiently(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Do the same, for somebody whom no alert waits for."""
        remembered = self._recall(asked)
        if remembered is not None:
            return remembered
        return self._ask(asked, self.manners.timeout_s + 4 * self.manners.pace.min_delay_s)

    def forget_old(self) -> None:
        """Forget answers that aren't believed any more."""
        now = self._clock()
        with self._store.begin() as session:
            forget_answers(
                session,
                found_before=now - self.manners.keep_found,
                unknown_before=now - self.manners.keep_unknown,
            )

    def _ask(self, asked: PlaceAsked, within_s: float) -> Sequence[FoundPlace]:
        until = time.monotonic() + within_s
        self._wait_for_turn(within_s / 2)
        remembered = self._recall(asked)  # somebody asked the same while we waited
        if remembered is not None:
            return remembered
        try:
            found = self._answer(asked, max(until - time.monotonic(), 0.0))
        except GeocoderFailed as e:
            self._rest(e)
            raise
        self._remember(asked, found)
        return found

    def _answer(self, asked: PlaceAsked, within_s: float) -> Sequence[FoundPlace]:
        try:
            return _in_thread(lambda: self._behind.find(asked)).result(within_s)
        except TookTooLong:
            raise GeocoderFailed("too_slow", "it took too long") from None
        except GeocoderFailed:
            raise
        except Exception as e:  # a bug of ours or of an adapter: the alert goes on without
            log.error("geocoder_broke", service=self.manners.service, error=type(e).__name__)  # noqa: TRY400
            raise GeocoderFailed("unreadable", "its answer can't be read") from None

    def _wait_for_turn(self, within_s: float) -> None:
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            raise GeocoderFailed("resting", "it failed just now, and is left alone for a while")
        with self._store.begin() as session:
            at = take_turn(session, self.manners.service, self.manners.pace, now, within_s)
        self._sleep((at - now).total_seconds())

    def _rest(self, e: GeocoderFailed) -> None:
        if e.code in _NO_FAILURE:
            return
        rests = RESTS_IF_NOT_ALLOWED if e.code == "not_allowed" else RESTS
        asked_for = timedelta(seconds=max(e.retry_after_s or 0.0, 0.0))
        self._rests_until = self._clock() + min(max(rests, asked_for), RESTS_AT_MOST)
        log.warning("geocoder_failed", service=self.manners.service, why=e.code)

    def _patience_left_s(self) -> float:
        long_ago = time.monotonic() - _MINUTE_S
        with self._lock:
            while self._waited and self._waited[0][0] < long_ago:
                self._waited.popleft()
            return PATIENCE_S - sum(seconds for _, seconds in self._waited)

    def _name_of(self, asked: PlaceAsked) -> bytes:
        """Return the keyed hash of a question; the order of its levels is always the same."""
        levels = (f"{level}={fold(name) or name.casefold()}" for level, name in asked.parts)
        return self._vault.lookup("geocode", *levels, f"in={asked.country_code or ''}")

    def _recall(self, asked: PlaceAsked) -> Sequence[FoundPlace] | None:
        name = self._name_of(asked)
        with self._store.read() as session:
            kept = answer_kept(session, self.manners.service, name)
        if kept is None:
            return None
        believed = self.manners.keep_found if kept.sealed else self.manners.keep_unknown
        if kept.asked_at < self._clock() - believed:
            return None
        return () if kept.sealed is None else self._opened(name, kept.sealed)

    def _remember(self, asked: PlaceAsked, found: Sequence[FoundPlace]) -> None:
        name = self._name_of(asked)
        plain = json.dumps([asdict(place) for place in found]).encode()
        sealed = base64.b64encode(self._vault.seal_own(_purpose(name), plain)).decode()
        with self._store.begin() as session:
            keep_answer(
                session, self.manners.service, name, sealed if found else None, self._clock()
            )

    def _opened(self, name: bytes, sealed: str) -> Sequence[FoundPlace] | None:
        try:
            plain = self._vault.open_own(_purpose(name), base64.b64decode(sealed))
            return tuple(FoundPlace(**place) for place in json.loads(plain))
        except (Sealed, ValueError, TypeError):  # of another keyring, or an older shape
            return None


@dataclass(frozen=True)
class Patient:
    """The same `Geocoder` for work that no alert waits for."""

    behind: RememberingGeocoder

    @property
    def name(self) -> str:
        """What people call it."""
        return self.behind.name

    @property
    def credit(self) -> str:
        """Whose the data is."""
        return self.behind.credit

    def find(self, asked: PlaceAsked) -> Sequence[FoundPlace]:
        """Ask with patience."""
        return self.behind.find_patiently(asked)


def _in_thread(ask: Callable[[], Sequence[FoundPlace]]) -> Future[Sequence[FoundPlace]]:
    """Ask in a thread that neither we nor the end of the process wait for: it may hang in DNS."""
    answer: Future[Sequence[FoundPlace]] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as e:
            answer.set_exception(e)

    threading.Thread(target=run, name="geocoder", daemon=True).start()
    return answer


def _purpose(name: bytes) -> str:
    return f"geocode:{name.hex()}"
