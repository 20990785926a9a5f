"""A house with a phone line: Porchlight beside an FCM that speaks the real protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.house import House, running_house
from tests.stand_ins.fcm import FcmStandIn


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("tests.store.databases")


@pytest.fixture
def fcm(tmp_path: Path) -> Iterator[FcmStandIn]:
    """FCM's HTTP v1 protocol over TLS, on loopback."""
    folder = tmp_path / "fcm"
    folder.mkdir()
    with FcmStandIn.running(folder) as stand_in:
        yield stand_in


@pytest.fixture
def house(data_dir: Path, fcm: FcmStandIn) -> Iterator[House]:
    """A running Porchlight that sends to the console and to that FCM."""
    with running_house(data_dir, **fcm_settings(fcm)) as running:
        yield running


def fcm_settings(fcm: FcmStandIn) -> dict[str, str]:
    """Point Porchlight at the stand-in, as one points it at Google."""
    return {
        "PORCHLIGHT_FCM_CREDENTIAL": str(fcm.account_path),
        "PORCHLIGHT_FCM_URL": fcm.url,
        "PORCHLIGHT_FCM_CA_BUNDLE": str(fcm.ca_path),
    }
