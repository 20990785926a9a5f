"""Every store of tokens keeps the same promises: in memory, in SQLite, in PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.token_store import Credentials, MemoryTokens, Token, TokenStore
from alerts.intake.poll.stored_tokens import StoredTokens, forget_token, seal_credentials
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.vault import Vault

pytest_plugins = ("tests.store.databases",)

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
CREDENTIALS = Credentials(client_id="demo-client", client_secret="demo-secret")
TOKEN = Token(text="first", refresh_at=NOW + timedelta(hours=21), expires_at=NOW + timedelta(1))

# looks at the same store anew, as another thread or process does
Look = Callable[[], TokenStore]


def put_feed(store: Store, vault: Vault) -> int:
    with store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.REVIEW, created_at=NOW)
        feed.url = "https://posterapi.example"
        feed.sealed_credentials = seal_credentials(vault, CREDENTIALS)
        session.add(feed)
        session.flush()
        return feed.id


@pytest.fixture
def in_memory() -> Look:
    tokens = MemoryTokens(CREDENTIALS)
    return lambda: tokens


@pytest.fixture
def in_a_row(store: Store, vault: Vault) -> Look:
    feed_id = put_feed(store, vault)
    return lambda: StoredTokens(store, vault, feed_id)


class Contract:
    """What a `TokenStore` promises; `look` is set by the classes below."""

    @pytest.fixture
    def look(self) -> Look:
        raise NotImplementedError

    def test_at_first_there_is_no_token_and_anybody_may_ask(self, look: Look) -> None:
        state = look().read()
        assert (state.token, state.retry_at) == (None, None)
        assert look().credentials() == CREDENTIALS

    def test_one_asks_and_the_others_wait(self, look: Look) -> None:
        assert look().claim(NOW, SOON)
        assert not look().claim(NOW, SOON)
        assert look().read().retry_at == SOON

    def test_whoever_asked_and_died_is_waited_for_no_longer_than_its_turn(self, look: Look) -> None:
        assert look().claim(NOW, SOON)
        assert look().claim(SOON, SOON + timedelta(minutes=1))

    def test_a_token_that_was_kept_is_everybodys_and_ends_the_turn(self, look: Look) -> None:
        look().claim(NOW, SOON)
        look().keep(TOKEN)
        state = look().read()
        assert (state.token, state.retry_at) == (TOKEN, None)
        assert look().claim(NOW, SOON)

    def test_what_was_put_off_is_asked_when_the_time_is_up(self, look: Look) -> None:
        look().keep(TOKEN)
        look().put_off(SOON)
        assert not look().claim(NOW, SOON)
        assert look().read().token == TOKEN
        assert look().claim(SOON, SOON + timedelta(minutes=1))
        look().put_off(None)
        assert look().claim(NOW, SOON)

    def test_another_secret_voids_the_token_and_the_wait(self, look: Look) -> None:
        look().keep(TOKEN)
        look().put_off(SOON)
        look().use_secret("another")
        assert look().credentials() == Credentials(
            client_id=CREDENTIALS.client_id, client_secret="another"
        )
        state = look().read()
        assert (state.token, state.retry_at) == (None, None)

    def test_of_many_at_once_one_gets_the_turn(self, look: Look) -> None:
        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(lambda _: look().claim(NOW, SOON), range(6)))
        assert sorted(got) == [False] * 5 + [True]


class TestInMemory(Contract):
    @pytest.fixture
    def look(self, in_memory: Look) -> Look:
        return in_memory


class TestInARow(Contract):
    @pytest.fixture
    def look(self, in_a_row: Look) -> Look:
        return in_a_row


def test_neither_token_nor_secret_lies_about_in_the_clear(store: Store, vault: Vault) -> None:
    feed_id = put_feed(store, vault)
    StoredTokens(store, vault, feed_id).keep(TOKEN)
    with store.read() as session:
        feed = session.get_one(Feed, feed_id)
        assert b"first" not in (feed.sealed_token or b"first")
        assert b"demo-secret" not in (feed.sealed_credentials or b"demo-secret")
    assert "first" not in repr(TOKEN)
    assert "demo-secret" not in repr(CREDENTIALS)


def test_a_token_is_never_sent_to_another_address(store: Store, vault: Vault) -> None:
    feed_id = put_feed(store, vault)
    tokens = StoredTokens(store, vault, feed_id)
    tokens.keep(TOKEN)
    with store.begin() as session:
        session.get_one(Feed, feed_id).url = "https://elsewhere.example"
    assert tokens.read().token is None


def test_a_feed_without_credentials_says_so(store: Store, vault: Vault) -> None:
    feed_id = put_feed(store, vault)
    with store.begin() as session:
        feed = session.get_one(Feed, feed_id)
        feed.sealed_credentials = None
        forget_token(feed)
    with pytest.raises(FeedUnavailable, match="porchlight feed add"):
        StoredTokens(store, vault, feed_id).credentials()
