"""Do the channels keep the contract of `PushChannel`?"""

from collections.abc import Iterator, Mapping

import pytest

from alerts.delivery.channels.console import ConsoleChannel
from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.delivery.channels.fcm_plain import PlainFcmChannel
from alerts.push import PushChannel, PushTarget
from tests.contracts.push_channel import NetworkChannelContract, PushChannelContract
from tests.stand_ins.fcm import FcmStandIn


class TestConsole(PushChannelContract):
    @pytest.fixture
    def channel(self) -> PushChannel:
        lines: list[str] = []
        return ConsoleChannel(lines.append)

    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=str(device_id), address_kind="console")


@pytest.fixture(scope="module")
def fcm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path_factory.mktemp("fcm")) as stand_in:
        yield stand_in


Way = type[FastFcmChannel] | type[PlainFcmChannel]


@pytest.fixture(scope="module")
def fcm_channels(fcm: FcmStandIn) -> Iterator[Mapping[Way, PushChannel]]:
    ways: tuple[Way, ...] = (FastFcmChannel, PlainFcmChannel)
    channels = {way: way(fcm.account_path, None, fcm.url, fcm.ca_path) for way in ways}
    yield channels
    for channel in channels.values():
        channel.close()


class FcmContract(NetworkChannelContract):
    """The contract over FCM's stand-in; `way` says by which class."""

    way: Way

    @pytest.fixture
    def channel(self, fcm: FcmStandIn, fcm_channels: Mapping[Way, PushChannel]) -> PushChannel:
        fcm.forget()
        self._fcm = fcm
        return fcm_channels[self.way]

    @pytest.fixture
    def spare_channel(self, fcm: FcmStandIn) -> Iterator[PushChannel]:
        channel = self.way(fcm.account_path, None, fcm.url, fcm.ca_path)
        yield channel
        channel.close()

    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"token-{device_id}", address_kind="token")

    def gone_target(self, device_id: int) -> PushTarget:
        return self.target(device_id)._replace(address=f"gone-{device_id}")

    def busy_target(self, device_id: int) -> PushTarget:
        return self.target(device_id)._replace(address=f"busy-{device_id}")

    def lose_next_answers(self, times: int) -> None:
        self._fcm.lose_next(times)


class TestFastFcm(FcmContract):
    way = FastFcmChannel


class TestPlainFcm(FcmContract):
    way = PlainFcmChannel


class TestFastFcmByInstallationId(TestFastFcm):
    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"fid-{device_id}", address_kind="fid")


class TestPlainFcmByInstallationId(TestPlainFcm):
    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"fid-{device_id}", address_kind="fid")
