"""One token for everybody: refreshed early by one of them, and not asked for when told to wait."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.ncmec.token import LEASE
from alerts.intake.ncmec.token_store import Credentials, MemoryTokens, TokenStore
from alerts.intake.ncmec.transport import BadAnswer
from alerts.intake.poll.stored_tokens import StoredTokens, seal_credentials
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.vault import Vault
from service.demo.poster_api import run_poster_api
from service.demo.poster_store import PosterApiStandIn

pytest_plugins = ("tests.store.databases",)

START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
TOKEN = "POST /Auth/Token"
CREDENTIALS = Credentials(client_id="demo-client", client_secret="demo-secret")


class SetClock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def stand_in(clock: SetClock) -> PosterApiStandIn:
    return PosterApiStandIn(clock=clock)


@pytest.fixture
def url(stand_in: PosterApiStandIn) -> Iterator[str]:
    with run_poster_api(stand_in) as running:
        yield running.url


@pytest.fixture
def tokens(store: Store, vault: Vault, url: str) -> TokenStore:
    """The tokens of a feed, as each of its clients has them: in the feed's row."""
    with store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.REVIEW, created_at=START)
        feed.url, feed.sealed_credentials = url, seal_credentials(vault, CREDENTIALS)
        session.add(feed)
        session.flush()
        return StoredTokens(store, vault, feed.id)


@pytest.fixture
def api(url: str, tokens: TokenStore, clock: SetClock) -> PosterApi:
    return PosterApi(url, tokens=tokens, clock=clock)


def read(api: PosterApi) -> int:
    return sum(len(page.items) for page in api.posters(None))


def wait_of(api: PosterApi) -> float | None:
    with pytest.raises(FeedUnavailable) as unavailable:
        read(api)
    return unavailable.value.retry_after_s


def test_a_token_is_refreshed_when_nine_tenths_of_its_life_are_over(
    api: PosterApi, stand_in: PosterApiStandIn, clock: SetClock
) -> None:
    for hours, asked in ((0, 1), (21.5, 1), (21.7, 2), (43.1, 2), (43.4, 3)):
        clock.now = START + timedelta(hours=hours)
        read(api)
        assert stand_in.requests.count(TOKEN) == asked


def test_a_short_life_is_believed(
    api: PosterApi, stand_in: PosterApiStandIn, clock: SetClock
) -> None:
    stand_in.token_life_s = 600
    for minutes, asked in ((0, 1), (8, 1), (9, 2)):
        clock.now = START + timedelta(minutes=minutes)
        read(api)
        assert stand_in.requests.count(TOKEN) == asked


def test_a_token_outlives_the_process_that_asked_for_it(
    url: str, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    for _ in range(3):
        read(PosterApi(url, tokens=tokens, clock=clock))
    assert stand_in.requests.count(TOKEN) == 1


def test_clients_at_the_same_moment_ask_for_one_token(
    url: str, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    apis = [PosterApi(url, tokens=tokens, clock=clock) for _ in range(6)]
    together = threading.Barrier(6)

    def go(api: PosterApi) -> int:
        together.wait()
        return read(api)

    with ThreadPoolExecutor(6) as pool:
        for asked in (1, 2):
            stand_in.delay_next(0.3, path="/Auth/Token")
            assert list(pool.map(go, apis)) == [0] * 6
            assert stand_in.requests.count(TOKEN) == asked
            stand_in.revoke_tokens()


def test_while_one_refreshes_the_others_go_on_with_the_old_token(
    url: str, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    slow, quick = (PosterApi(url, tokens=tokens, clock=clock) for _ in range(2))
    read(slow)
    clock.move_on(hours=22)
    asking = threading.Event()
    may_answer = threading.Event()

    def hold_up() -> None:
        asking.set()
        assert may_answer.wait(20)

    stand_in.before_next(hold_up, path="/Auth/Token")
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(read, slow)
        assert asking.wait(20)
        assert read(quick) == 0
        assert not refreshing.done()
        may_answer.set()
        assert refreshing.result(20) == 0
    assert stand_in.requests.count(TOKEN) == 2


def test_after_too_many_tokens_nobody_asks_until_the_time_is_up(
    url: str, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    stand_in.fail_next(429, path="/Auth/Token", message="Too many. Try again after 2 hour(s)")
    one, other = (PosterApi(url, tokens=tokens, clock=clock) for _ in range(2))
    assert wait_of(one) == 7200
    clock.move_on(minutes=20)
    assert wait_of(other) == 6000
    assert stand_in.requests.count(TOKEN) == 1
    clock.move_on(minutes=100)
    assert read(other) == 0
    assert stand_in.requests.count(TOKEN) == 2


def test_too_many_tokens_leave_the_old_one_in_use_as_long_as_it_lives(
    api: PosterApi, stand_in: PosterApiStandIn, clock: SetClock
) -> None:
    read(api)
    clock.move_on(hours=22)
    stand_in.fail_next(429, path="/Auth/Token", message="Try again after 4 hour(s)")
    assert read(api) == read(api) == 0
    assert stand_in.requests.count(TOKEN) == 2
    clock.move_on(hours=1.9)
    assert read(api) == 0
    clock.move_on(hours=0.2)  # a day is over: the token is dead, and nobody may ask
    assert wait_of(api) == pytest.approx(1.9 * 3600)
    assert stand_in.requests.count(TOKEN) == 2


@pytest.mark.parametrize("status", [401, 500])
def test_an_early_refresh_that_fails_costs_nothing_and_isnt_tried_at_once_again(
    api: PosterApi, stand_in: PosterApiStandIn, clock: SetClock, status: int
) -> None:
    read(api)
    clock.move_on(hours=22)
    stand_in.fail_next(status, path="/Auth/Token")
    assert read(api) == read(api) == 0
    assert stand_in.requests.count(TOKEN) == 2
    clock.move_on(minutes=15)
    assert read(api) == 0
    assert stand_in.requests.count(TOKEN) == 3


def test_whoever_died_while_asking_holds_others_up_for_a_turn_at_most(
    api: PosterApi, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    assert tokens.claim(clock(), clock() + LEASE)
    clock.move_on(seconds=LEASE.total_seconds())
    assert read(api) == 0
    assert stand_in.requests.count(TOKEN) == 1


def test_a_token_that_ends_at_the_source_too_soon_is_renewed(
    api: PosterApi, stand_in: PosterApiStandIn
) -> None:
    read(api)
    stand_in.revoke_tokens()
    assert read(api) == 0
    assert stand_in.requests.count(TOKEN) == 2


def test_a_rotated_secret_is_used_from_then_on_by_every_client(
    url: str, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    one, other = (PosterApi(url, tokens=tokens, clock=clock) for _ in range(2))
    read(other)
    kept: list[str] = []
    one.rotate_secret(kept.append)
    assert [stand_in.client_secret] == kept != [CREDENTIALS.client_secret]
    assert read(other) == read(one) == 0
    assert stand_in.requests.count(TOKEN) == 2
    one.prove_secret()
    assert stand_in.requests.count(TOKEN) == 3


def test_a_secret_is_kept_though_the_first_place_to_keep_it_fails(
    api: PosterApi, tokens: TokenStore, stand_in: PosterApiStandIn
) -> None:
    def fail(secret: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        api.rotate_secret(fail)
    assert tokens.credentials().client_secret == stand_in.client_secret
    assert read(api) == 0


def test_nobody_rotates_while_another_asks_for_a_token(
    api: PosterApi, tokens: TokenStore, clock: SetClock, stand_in: PosterApiStandIn
) -> None:
    read(api)
    assert tokens.claim(clock(), clock() + LEASE)
    with pytest.raises(FeedUnavailable, match="Nobody may ask"):
        api.rotate_secret()
    assert stand_in.client_secret == CREDENTIALS.client_secret


def test_a_rotation_that_was_refused_changes_nothing(
    api: PosterApi, tokens: TokenStore, stand_in: PosterApiStandIn
) -> None:
    for status in (404, 429):
        stand_in.fail_next(status, path="/Auth/RotateSecret")
        with pytest.raises(FeedUnavailable) as refused:
            api.rotate_secret()
        assert not isinstance(refused.value, BadAnswer)
    assert tokens.credentials() == CREDENTIALS
    assert read(api) == 0


@pytest.mark.parametrize("after", [False, True])
def test_whether_the_secret_still_works_is_found_out_when_the_answer_was_lost(
    api: PosterApi, stand_in: PosterApiStandIn, after: bool
) -> None:
    stand_in.fail_next(502, path="/Auth/RotateSecret", after=after)
    with pytest.raises(BadAnswer):
        api.rotate_secret()
    if not after:
        api.prove_secret()
        return
    with pytest.raises(FeedUnavailable, match="client id and secret"):
        api.prove_secret()


def test_in_memory_it_works_the_same(url: str, clock: SetClock, stand_in: PosterApiStandIn) -> None:
    api = PosterApi(url, tokens=MemoryTokens(CREDENTIALS), clock=clock)
    assert read(api) == read(api) == 0
    api.rotate_secret()
    assert read(api) == 0
    assert stand_in.requests.count(TOKEN) == 2
