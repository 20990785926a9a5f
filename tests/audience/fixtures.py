"""A pytest plugin: an empty town on each database, and its post office."""

import pytest

from alerts.store.engine import Store
from alerts.store.vault import Vault
from tests.audience.post_office import PostOffice
from tests.audience.town import Town


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    """An empty town."""
    return Town(store=store, vault=vault)


@pytest.fixture
def post(town: Town) -> PostOffice:
    """The town's post office."""
    return PostOffice(town=town)
