"""Where do the client's secret and the one token live, and whose turn is it to ask for another?

`MemoryTokens` is for one process (a test, a look at an API); `intake.poll.stored_tokens` keeps them
in the feed's row, for all processes. Both pass tests/intake/ncmec/token_contract.py.
"""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """With what a token is asked for; NCMEC issues them."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token, when to ask for the next one, and from when on it isn't used any more."""

    text: str = field(repr=False)
    refresh_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenState:
    """What is there now."""

    token: Token | None = None
    retry_at: datetime | None = None  # nobody asks before: somebody is asking, or we were told so


class TokenStore(Protocol):
    """Keeps secret and token for everybody who reads the feed; safe from any thread."""

    def credentials(self) -> Credentials:
        """Return with what to ask now; FeedUnavailable if there is nothing."""
        ...

    def read(self) -> TokenState:
        """Return the token, and before when nobody asks for another."""
        ...

    def claim(self, now: datetime, until: datetime) -> bool:
        """Become the one who asks, until that moment; False if nobody may ask now."""
        ...

    def keep(self, token: Token) -> None:
        """Keep a new token, and let others ask again when its time has come."""
        ...

    def put_off(self, until: datetime | None) -> None:
        """Let nobody ask before `until`; None: anybody may."""
        ...

    def use_secret(self, client_secret: str) -> None:
        """Keep another secret at once; the token of the old one is forgotten."""
        ...


class MemoryTokens:
    """A `TokenStore` of one process."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._state = TokenState()
        self._lock = threading.Lock()

    def credentials(self) -> Credentials:
        """Return with what to ask now."""
        return self._credentials

    def read(self) -> TokenState:
        """Return the token, and before when nobody asks for another."""
        return self._state

    def claim(self, now: datetime, until: datetime) -> bool:
        """Become the one who asks, until that moment; False if nobody may ask now."""
        with self._lock:
            if self._state.retry_at is not None and now < self._state.retry_at:
                return False
            self._state = replace(self._state, retry_at=until)
            return True

    def keep(self, token: Token) -> None:
        """Keep a new token, and let others ask again when its time has come."""
        with self._lock:
            self._state = TokenState(token=token)

    def put_off(self, until: datetime | None) -> None:
        """Let nobody ask before `until`; None: anybody may."""
        with self._lock:
            self._state = replace(self._state, retry_at=until)

    def use_secret(self, client_secret: str) -> None:
        """Keep another secret at once; the token of the old one is forgotten."""
        with self._lock:
            self._credentials = replace(self._credentials, client_secret=client_secret)
            self._state = TokenState()
