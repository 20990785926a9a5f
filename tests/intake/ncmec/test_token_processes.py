"""Processes that read one feed at the same moment ask for one token between them."""

import subprocess
import sys
from pathlib import Path

from alerts.clock import utc_now
from alerts.intake.ncmec.token_store import Credentials
from alerts.intake.poll.stored_tokens import seal_credentials
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault
from service.demo.poster_api import run_poster_api

pytest_plugins = ("tests.store.databases",)

SCRIPT = "tests.intake.ncmec.asks_for_token"
ROOT = Path(__file__).parents[3]
HOW_MANY = 3


def test_three_processes_share_one_token(database_url: str, tmp_path: Path) -> None:
    keyring_url = f"sqlite:///{tmp_path / 'keyring.sqlite3'}"
    with run_poster_api() as api:
        feed_id = put_feed(database_url, keyring_url, api.url)
        api.stand_in.delay_next(0.5, path="/Auth/Token")
        readers = [start(database_url, keyring_url, feed_id) for _ in range(HOW_MANY)]
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for reader in readers:
            assert reader.stdin is not None
            reader.stdin.write("go\n")
            reader.stdin.flush()
        said = [reader.communicate(timeout=60)[0] for reader in readers]
        assert [reader.returncode for reader in readers] == [0] * HOW_MANY
        assert api.stand_in.requests.count("POST /Auth/Token") == 1
        assert len(set(said)) == 1
        assert said[0].strip()


def put_feed(database_url: str, keyring_url: str, url: str) -> int:
    store, keyring = Store(database_url), Keyring(keyring_url)
    credentials = Credentials(client_id="demo-client", client_secret="demo-secret")
    with store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.REVIEW, created_at=utc_now())
        feed.url = url
        feed.sealed_credentials = seal_credentials(Vault(keyring), credentials)
        session.add(feed)
        session.flush()
        feed_id = feed.id
    store.close()
    keyring.close()
    return feed_id


def start(database_url: str, keyring_url: str, feed_id: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", SCRIPT, database_url, keyring_url, str(feed_id)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
