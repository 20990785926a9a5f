"""Which token opens the Poster API now? One for all threads, fetched by one of them.

The API limits how often a token may be asked for (429, "... after N hour(s)"), so it is kept until
shortly before it ends, and after a 429 nobody asks again before the time is up.
"""

import json
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.clock import Clock
from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.transport import Answer, Transport

_PATH = "Auth/Token"
_UNSUPPORTED_MEDIA_TYPE = 415
# ASP.NET's API explorer lists this type first, and some of the API's deployments take no other.
_CONTENT_TYPES = ("application/json", "application/json-patch+json")

_LIFE = timedelta(hours=24)  # when expiresIn says nothing; and never longer than this
_MARGIN = timedelta(seconds=60)  # a token isn't used in its last minute
_REFUSED_WAIT_S = 3600.0  # wrong credentials don't mend themselves


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token and the moment from which it isn't used any more."""

    text: str
    expires_at: datetime


class TokenKeeper:
    """Keeps the one token; safe for many threads."""

    def __init__(
        self, transport: Transport, *, client_id: str, client_secret: str, clock: Clock
    ) -> None:
        self._transport = transport
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._not_before: datetime | None = None

    def token(self) -> str:
        """Return a token that is good now.

        Raises
        ------
        FeedUnavailable: the API refuses the credentials, is busy, or can't be reached.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._token.expires_at:
                self._token = self._fetch()
            return self._token.text

    def renew(self, stale: str) -> str:
        """Return another token than `stale`; only the first thread to ask fetches one."""
        with self._lock:
            if self._token is None or self._token.text == stale:
                self._token = self._fetch()
            return self._token.text

    def use_secret(self, client_secret: str) -> None:
        """Use another secret from now on."""
        with self._lock:
            self._client_secret = client_secret
            self._token = None

    def _fetch(self) -> Token:
        now = self._clock()
        if self._not_before and now < self._not_before:
            wait_s = (self._not_before - now).total_seconds()
            raise FeedUnavailable("The Poster API asked to wait.", retry_after_s=wait_s)
        try:
            answer = self._ask()
        except FeedUnavailable as e:
            if e.retry_after_s is not None:
                self._not_before = now + timedelta(seconds=e.retry_after_s)
            raise
        self._not_before = None
        return _read_token(answer, now)

    def _ask(self) -> Answer:
        credentials = {"clientId": self._client_id, "clientSecret": self._client_secret}
        body = json.dumps(credentials).encode()
        answer = self._transport.send("POST", _PATH, body=body, content_type=_CONTENT_TYPES[0])
        if answer.status == _UNSUPPORTED_MEDIA_TYPE:
            answer = self._transport.send("POST", _PATH, body=body, content_type=_CONTENT_TYPES[1])
        if not answer.ok:
            raise FeedUnavailable(
                "The Poster API refuses the credentials; check the client id and secret.",
                retry_after_s=_REFUSED_WAIT_S,
            )
        return answer


def _read_token(answer: Answer, now: datetime) -> Token:
    try:
        value = json.loads(answer.content)
    except (ValueError, RecursionError) as e:
        raise FeedUnavailable("The Poster API's token isn't JSON.") from e
    text = value.get("accessToken") if isinstance(value, dict) else None
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        raise FeedUnavailable("The Poster API's answer holds no access token.")
    return Token(text=text, expires_at=now + _life(value.get("expiresIn")) - _MARGIN)


def _life(expires_in: object) -> timedelta:
    """Read seconds, as a number or as text; 24 h if it is neither, or nothing that can be."""
    try:
        life = timedelta(seconds=float(expires_in))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return _LIFE
    return min(max(life, 2 * _MARGIN), _LIFE)
