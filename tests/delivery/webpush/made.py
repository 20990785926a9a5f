"""A channel that pushes to the stand-in, and a resolver that says what a test wants.

The stand-in checks the expiry of our proof by the real clock, so the standing one begins there.
"""

from collections.abc import Sequence

from alerts.clock import utc_now
from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.push import PushOutcome, PushTarget
from tests.contracts.push_channel import message
from tests.fakes.clock import StandingClock
from tests.stand_ins.push_service import PushServiceStandIn

SUBJECT = "mailto:desk@alerts.example"
SHORT_S = 1.5  # long enough for what goes well, on a busy machine too


class Names:
    """A resolver whose answers can be changed; it counts how often it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: Sequence[str] = addresses or ("127.0.0.1",)
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.addresses


def made_for(
    service: PushServiceStandIn,
    *,
    timeout_s: float = 10,
    names: Names | None = None,
    clock: StandingClock | None = None,
    allow_loopback: bool = True,
) -> WebPushChannel:
    return WebPushChannel(
        lambda: bytes(32),
        SUBJECT,
        timeout_s=timeout_s,
        ca_bundle=service.ca_path,
        allow_loopback=allow_loopback,
        resolver=names or Names(),
        clock=clock or StandingClock(utc_now()),
    )


def push(channel: WebPushChannel, *targets: PushTarget) -> Sequence[PushOutcome]:
    return channel.send(message(), targets)
