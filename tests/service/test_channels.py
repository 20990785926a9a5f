"""Are the channels that the settings ask for set up, and no others loaded?"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.delivery.channels.fcm_plain import PlainFcmChannel
from alerts.push import Outcome, PushChannel, PushTarget
from alerts.store.keyring import Keyring
from config.settings import Settings
from service.channels import make_channels
from tests.contracts.push_channel import message, outcomes
from tests.stand_ins.fcm import FcmStandIn

TARGET = PushTarget(device_id=1, address="ok-1", address_kind="token")
LOADED = """
import sys
from config.settings import Settings
from service.wiring import wire
runtime = wire(Settings(_env_file=None))
print(sorted(runtime.channels))
print("firebase_admin" in sys.modules)
runtime.close()
"""


@pytest.fixture
def fcm(tmp_path: Path) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path) as stand_in:
        yield stand_in


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    keyring = Keyring(f"sqlite:///{tmp_path / 'keyring.sqlite3'}")
    yield keyring
    keyring.close()


def fcm_channel(fcm: FcmStandIn, keyring: Keyring, **changes: object) -> PushChannel:
    settings = Settings(fcm_credential=fcm.account_path, fcm_url=fcm.url, fcm_ca_bundle=fcm.ca_path)
    return make_channels(settings.model_copy(update=changes), keyring)["fcm"]


def test_fcm_goes_the_fast_way_unless_told_otherwise(fcm: FcmStandIn, keyring: Keyring) -> None:
    channel = fcm_channel(fcm, keyring)
    assert isinstance(channel, FastFcmChannel)
    assert outcomes(channel.send(message(), [TARGET])) == [Outcome.SENT]
    channel.close()


def test_the_plain_way_can_be_chosen(fcm: FcmStandIn, keyring: Keyring) -> None:
    channel = fcm_channel(fcm, keyring, fcm_sender="plain")
    assert isinstance(channel, PlainFcmChannel)
    assert outcomes(channel.send(message(), [TARGET])) == [Outcome.SENT]
    channel.close()


def test_there_is_no_third_way() -> None:
    with pytest.raises(ValidationError, match="fcm_sender"):
        Settings(fcm_sender="slow")


def test_who_does_not_use_fcm_does_not_load_it(data_dir: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=Path(__file__).parents[2],
        env={"PORCHLIGHT_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    channels, is_loaded = loaded.stdout.splitlines()[-2:]
    assert "console" in channels
    assert "fcm" not in channels
    assert is_loaded == "False"
