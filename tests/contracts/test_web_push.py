"""Does Web Push keep the contract of `PushChannel`, over either HTTP?"""

from collections.abc import Iterator

import pytest

from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.push import PushChannel, PushTarget
from tests.contracts.push_channel import PushChannelContract
from tests.stand_ins.browser import target_of
from tests.stand_ins.push_service import PushServiceStandIn

Served = tuple[PushServiceStandIn, WebPushChannel]


@pytest.fixture(scope="module", params=["h2", "http/1.1"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("push")
    with PushServiceStandIn.running(folder, protocols=[request.param]) as service:
        channel = WebPushChannel(
            lambda: bytes(32),
            "mailto:desk@alerts.example",
            ca_bundle=service.ca_path,
            allow_loopback=True,
        )
        yield service, channel
        channel.close()


class TestWebPush(PushChannelContract):
    @pytest.fixture
    def channel(self, served: Served) -> PushChannel:
        service, channel = served
        self.service = service
        return channel

    def target(self, device_id: int) -> PushTarget:
        return target_of(self.service.subscribe(f"browser-{device_id}"), device_id)
