from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.clock import utc_now
from alerts.delivery.channels.webpush.channel import WebPushChannel
from tests.delivery.webpush.made import Names, made_for
from tests.fakes.clock import StandingClock
from tests.stand_ins.push_service import PushServiceStandIn


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushServiceStandIn]:
    with PushServiceStandIn.running(tmp_path) as running:
        yield running


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(utc_now())


@pytest.fixture
def channel(
    service: PushServiceStandIn, names: Names, clock: StandingClock
) -> Iterator[WebPushChannel]:
    made = made_for(service, names=names, clock=clock)
    yield made
    made.close()
