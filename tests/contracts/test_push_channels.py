"""Do the channels keep the contract of `PushChannel`?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.delivery.channels.console import ConsoleChannel
from alerts.delivery.channels.fcm import FcmChannel
from alerts.push import PushChannel, PushTarget
from tests.contracts.push_channel import PushChannelContract
from tests.stand_ins.fcm import FcmStandIn


class TestConsole(PushChannelContract):
    @pytest.fixture
    def channel(self) -> PushChannel:
        lines: list[str] = []
        return ConsoleChannel(lines.append)

    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=str(device_id), address_kind="console")


@pytest.fixture(scope="module")
def fcm_channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmChannel]:
    folder: Path = tmp_path_factory.mktemp("fcm")
    with FcmStandIn.running(folder) as fcm:
        channel = FcmChannel(fcm.account_path, None, fcm.url, fcm.ca_path)
        yield channel
        channel.close()


class TestFcm(PushChannelContract):
    @pytest.fixture
    def channel(self, fcm_channel: FcmChannel) -> PushChannel:
        return fcm_channel

    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"token-{device_id}", address_kind="token")


class TestFcmByInstallationId(TestFcm):
    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"fid-{device_id}", address_kind="fid")
