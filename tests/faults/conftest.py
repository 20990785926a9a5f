"""A town on each database, whose keyring other processes can open, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.clock import utc_now
from alerts.store.engine import Store
from alerts.store.keyring import Keyring
from alerts.store.vault import Vault
from tests.audience.town import Town
from tests.fakes.clock import StandingClock


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("tests.store.databases")


@pytest.fixture
def keyring_url(tmp_path: Path) -> str:
    """Where the keys of the cases are."""
    return f"sqlite:///{tmp_path / 'keyring.sqlite3'}"


@pytest.fixture
def town(store: Store, keyring_url: str) -> Iterator[Town]:
    """An empty town, as of now."""
    keyring = Keyring(keyring_url)
    yield Town(store=store, vault=Vault(keyring), clock=StandingClock(utc_now()))
    keyring.close()
