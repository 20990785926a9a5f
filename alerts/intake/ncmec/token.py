"""Which token opens the Poster API now? One for all threads and processes, fetched by one of them.

The API limits how often a token may be asked for (429, "... after N hour(s)"). So it is shared
through a `TokenStore`; another is asked for when nine tenths of its life are over, by whoever
claims the turn; the others go on with the old one while it lives. After a 429 nobody asks before
the time is up.
"""

import json
import time
from datetime import datetime, timedelta

from alerts.clock import Clock
from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.token_store import Token, TokenState, TokenStore
from alerts.intake.ncmec.transport import Answer, Transport

_PATH = "Auth/Token"
_UNSUPPORTED_MEDIA_TYPE = 415
# ASP.NET's API explorer lists this type first, and some of the API's deployments take no other.
_CONTENT_TYPES = ("application/json", "application/json-patch+json")

_LIFE = timedelta(hours=24)  # when expiresIn says nothing; and never longer than this
_MARGIN = timedelta(seconds=60)  # a token isn't used in its last minute
_REFRESHED_AFTER = 0.9  # of its life: of a day 2.4 hours are left to be told "after 2 hour(s)"

# A turn to ask: longer than two requests of 10 s to connect and 30 s of silence (`ApiLimits`).
# Whoever dies meanwhile holds others up for so long, and only if there is no token that lives.
LEASE = timedelta(seconds=90)
_REFUSED_WAIT_S = 900.0  # wrong credentials don't mend themselves; another secret ends the wait
_EARLY_AGAIN_S = 60.0  # a refresh before its time failed: the old token still has hours
_WAIT_S = 20.0  # for the one who is asking
_LOOKS_EVERY_S = 0.1


class TokenKeeper:
    """Hands out the one token; safe for many threads and processes."""

    def __init__(self, transport: Transport, tokens: TokenStore, clock: Clock) -> None:
        self._transport = transport
        self._tokens = tokens
        self._clock = clock

    def token(self) -> str:
        """Return a token that is good now.

        Raises
        ------
        FeedUnavailable: the API refuses the credentials, is busy, or can't be reached.
        """
        return self._get(None)

    def renew(self, stale: str) -> str:
        """Return another token than `stale`; only the first to ask fetches one."""
        return self._get(stale)

    def take_turn(self) -> None:
        """Keep everybody else from asking for a token, for as long as LEASE.

        Raises
        ------
        FeedUnavailable: somebody is asking, or the API said not to ask before some time.
        """
        now = self._clock()
        if not self._tokens.claim(now, now + LEASE):
            wait_s = _seconds_until(self._tokens.read().retry_at, now)
            raise FeedUnavailable(_busy(wait_s), retry_after_s=wait_s)

    def _get(self, stale: str | None) -> str:
        gives_up_at = time.monotonic() + _WAIT_S
        while True:
            state, now = self._tokens.read(), self._clock()
            old = _usable(state, now, stale)
            if old is not None and now < old.refresh_at:
                return old.text
            if self._tokens.claim(now, now + LEASE):
                return self._refresh(stale).text
            if old is not None:
                return old.text
            wait_s = _seconds_until(state.retry_at, now)
            if wait_s > LEASE.total_seconds() or time.monotonic() > gives_up_at:
                raise FeedUnavailable(_busy(wait_s), retry_after_s=wait_s)
            time.sleep(_LOOKS_EVERY_S)

    def _refresh(self, stale: str | None) -> Token:
        """Ask, since it is our turn; unless somebody did just before it was."""
        now = self._clock()
        old = _usable(self._tokens.read(), now, stale)
        if old is not None and now < old.refresh_at:
            self._tokens.put_off(None)
            return old
        try:
            fresh = self._fetch(now)
        except FeedUnavailable as e:
            self._tokens.put_off(_next_try(e, now, has_token=old is not None))
            if old is not None:
                return old
            raise
        self._tokens.keep(fresh)
        return fresh

    def _fetch(self, now: datetime) -> Token:
        answer = self._ask()
        if not answer.ok:
            raise FeedUnavailable(
                "The Poster API refuses the credentials; check the client id and secret.",
                retry_after_s=_REFUSED_WAIT_S,
            )
        return _read_token(answer, now)

    def _ask(self) -> Answer:
        given = self._tokens.credentials()
        said = {"clientId": given.client_id, "clientSecret": given.client_secret}
        body = json.dumps(said).encode()
        answer = self._transport.send("POST", _PATH, body=body, content_type=_CONTENT_TYPES[0])
        if answer.status == _UNSUPPORTED_MEDIA_TYPE:
            answer = self._transport.send("POST", _PATH, body=body, content_type=_CONTENT_TYPES[1])
        return answer


def _usable(state: TokenState, now: datetime, stale: str | None) -> Token | None:
    token = state.token
    if token is None or now >= token.expires_at or token.text == stale:
        return None
    return token


def _next_try(e: FeedUnavailable, now: datetime, *, has_token: bool) -> datetime | None:
    """Return before when nobody asks again: as told; else soon, if there is no hurry."""
    wait_s = e.retry_after_s
    if wait_s is None:
        wait_s = _EARLY_AGAIN_S if has_token else 0.0
    return now + timedelta(seconds=wait_s) if wait_s else None


def _seconds_until(moment: datetime | None, now: datetime) -> float:
    return max((moment - now).total_seconds(), 0.0) if moment else 0.0


def _busy(wait_s: float) -> str:
    return f"Nobody may ask the Poster API for a token now; again in {wait_s:.0f} s."


def _read_token(answer: Answer, now: datetime) -> Token:
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError) as e:
        raise FeedUnavailable("The Poster API's token isn't JSON.") from e
    text = value.get("accessToken") if isinstance(value, dict) else None
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        raise FeedUnavailable("The Poster API's answer holds no access token.")
    life = _life(value.get("expiresIn"))
    expires_at = now + life - _MARGIN
    refresh_at = min(now + life * _REFRESHED_AFTER, expires_at)
    return Token(text=text, refresh_at=refresh_at, expires_at=expires_at)


def _life(expires_in: object) -> timedelta:
    """Read seconds, as a number or as text; 24 h if it is neither, or nothing that can be."""
    try:
        life = timedelta(seconds=float(expires_in))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return _LIFE
    return min(max(life, 2 * _MARGIN), _LIFE)
