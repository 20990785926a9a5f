"""Brings the databases, a town whose alerts a feed hears of, and a receiver on this machine."""

import ssl
from collections.abc import Iterator
from datetime import timedelta

import pytest
import trustme

from alerts.clock import utc_now
from alerts.outbound.ask import AskLimits
from alerts.store.engine import Store
from alerts.store.vault import Vault
from alerts.webhooks.deliver import Deliverer
from alerts.webhooks.post import Post
from alerts.webhooks.retry import RetryPolicy
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.webhooks.receiver import Receiver, receiving

LIMITS = AskLimits(max_bytes=65_536, total_s=5, connect_s=5, read_s=5, max_redirects=0)
POLICY = RetryPolicy(
    give_up_after=timedelta(hours=72),
    disable_after_given_up=10,
    disable_after=timedelta(days=5),
)


def pytest_configure(config: pytest.Config) -> None:
    for plugin in ("tests.store.databases", "tests.audience.fixtures"):
        config.pluginmanager.import_plugin(plugin)


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    """An empty town, at this very hour: who checks a signature looks at the real clock."""
    return Town(store=store, vault=vault, clock=StandingClock(utc_now()))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who takes whatever is sent."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs the receiver's certificate."""
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """The receiver's certificate, for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def deliverer(town: Town) -> Deliverer:
    """What delivers the town's events, to this machine, too."""
    return Deliverer(
        store=town.store,
        vault=town.vault,
        clock=town.clock,
        post=Post(limits=LIMITS, allow_loopback=True),
        policy=POLICY,
        lease=timedelta(seconds=30),
    )
