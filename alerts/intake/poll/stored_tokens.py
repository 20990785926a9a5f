"""Keeps a Poster API's secret and token in the feed's row: one for all threads and processes.

Both are sealed under the instance's key. Whose turn it is to ask is a conditional UPDATE of
`token_retry_at`; no transaction is open while anybody asks.
"""

import json
from datetime import datetime

from sqlalchemy import or_, update

from alerts.errors import FeedUnavailable, Sealed
from alerts.intake.ncmec.token_store import Credentials, Token, TokenState
from alerts.store.engine import Store
from alerts.store.feeds import Feed
from alerts.store.vault import Vault

CREDENTIALS_PURPOSE = "feed/credentials"


class StoredTokens:
    """A `TokenStore` over the table of feeds."""

    def __init__(self, store: Store, vault: Vault, feed_id: int) -> None:
        self._store, self._vault, self._feed_id = store, vault, feed_id

    def credentials(self) -> Credentials:
        """Return with what to ask now; FeedUnavailable if there is nothing."""
        with self._store.read() as session:
            return open_credentials(self._vault, session.get_one(Feed, self._feed_id))

    def read(self) -> TokenState:
        """Return the token, and before when nobody asks for another."""
        with self._store.read() as session:
            feed = session.get_one(Feed, self._feed_id)
            return TokenState(token=self._token_of(feed), retry_at=feed.token_retry_at)

    def claim(self, now: datetime, until: datetime) -> bool:
        """Become the one who asks, until that moment; False if nobody may ask now."""
        nobody = or_(Feed.token_retry_at.is_(None), Feed.token_retry_at <= now)
        with self._store.begin() as session:
            result = session.execute(
                update(Feed).where(Feed.id == self._feed_id, nobody).values(token_retry_at=until)
            )
            return getattr(result, "rowcount", 0) == 1

    def keep(self, token: Token) -> None:
        """Keep a new token, and let others ask again when its time has come."""
        said = {"text": token.text, "refresh_at": token.refresh_at.isoformat()}
        with self._store.begin() as session:
            feed = session.get_one(Feed, self._feed_id)
            purpose = self._token_purpose(feed)
            feed.sealed_token = self._vault.seal_own(purpose, json.dumps(said).encode())
            feed.token_expires_at, feed.token_retry_at = token.expires_at, None

    def put_off(self, until: datetime | None) -> None:
        """Let nobody ask before `until`; None: anybody may."""
        with self._store.begin() as session:
            session.get_one(Feed, self._feed_id).token_retry_at = until

    def use_secret(self, client_secret: str) -> None:
        """Keep another secret at once; the token of the old one is forgotten."""
        with self._store.begin() as session:
            feed = session.get_one(Feed, self._feed_id)
            client_id = open_credentials(self._vault, feed).client_id
            fresh = Credentials(client_id=client_id, client_secret=client_secret)
            feed.sealed_credentials = seal_credentials(self._vault, fresh)
            forget_token(feed)

    def _token_of(self, feed: Feed) -> Token | None:
        if feed.sealed_token is None or feed.token_expires_at is None:
            return None
        try:
            said = json.loads(self._vault.open_own(self._token_purpose(feed), feed.sealed_token))
        except Sealed:
            return None
        return Token(
            text=said["text"],
            refresh_at=datetime.fromisoformat(said["refresh_at"]),
            expires_at=feed.token_expires_at,
        )

    def _token_purpose(self, feed: Feed) -> str:
        """Bind a token to where it came from: pointed elsewhere, the feed sends it to nobody."""
        return f"feed/token/{feed.url}/{open_credentials(self._vault, feed).client_id}"


def open_credentials(vault: Vault, feed: Feed) -> Credentials:
    """Return with what we ask a feed's source; FeedUnavailable if it has nothing."""
    if feed.sealed_credentials is None:
        raise FeedUnavailable("The feed has no credentials: porchlight feed add")
    said = json.loads(vault.open_own(CREDENTIALS_PURPOSE, feed.sealed_credentials))
    return Credentials(client_id=said["client_id"], client_secret=said["client_secret"])


def seal_credentials(vault: Vault, credentials: Credentials) -> bytes:
    """Return credentials as they are stored."""
    said = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    return vault.seal_own(CREDENTIALS_PURPOSE, json.dumps(said).encode())


def forget_token(feed: Feed) -> None:
    """Forget a feed's token and whatever kept others from asking for one."""
    feed.sealed_token = feed.token_expires_at = feed.token_retry_at = None
