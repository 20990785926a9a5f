"""A pytest plugin: an empty town on each database, its post office, and the product itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.store.engine import Store
from alerts.store.vault import Vault
from service.wiring import Runtime, wire
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.store.instances import settings_at


@pytest.fixture
def town(store: Store, vault: Vault) -> Town:
    """An empty town."""
    return Town(store=store, vault=vault)


@pytest.fixture
def post(town: Town) -> PostOffice:
    """The town's post office."""
    return PostOffice(town=town)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """All parts, as the product wires them, on a clock that stands still."""
    made = wire(settings_at(tmp_path / "var", database_url), StandingClock())
    yield made
    made.close()
