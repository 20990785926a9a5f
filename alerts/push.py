"""What a push is: the message, its target, how it went, and the protocol of a channel."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from alerts.alert import Tier, WaveKind

PAYLOAD_LIMIT_BYTES = 4096  # FCM HTTP v1 and Web Push (RFC 8030 7.2) alike
SELF_TEST = "self_test"  # the kind of a push that no alert stands behind


class PushValue(BaseModel):
    """Base of the frozen values."""

    model_config = ConfigDict(frozen=True)


class PushMessage(PushValue):
    """What a phone shows. An all-clear has no name, no photo and no phone number of a case."""

    alert_id: str  # public id; the collapse id (`tag`, `collapse_key`, `apns-collapse-id`, Topic)
    revision: int
    kind: WaveKind | Literal["self_test"]
    tier: Tier
    language: str
    title: str
    body: str
    link: str  # absolute URL of the poster page
    image_url: str | None = None
    call_label: str | None = None  # "Call Marquette Police"
    call_tel: str | None = None  # "+19065550100"
    see_label: str | None = None  # "See the poster": the words of the button that opens `link`
    ttl_s: int  # the push service may drop it after this many seconds
    silent: bool = False  # replaces what is shown without sound


class PushTarget(NamedTuple):
    """One device as a channel sees it. A tuple: a million are made in a wave."""

    device_id: int
    address: str  # FCM token or fid, Web Push endpoint, anything for console
    address_kind: str  # token, fid, endpoint, console
    keys: str | None = None  # Web Push: "p256dh.auth", both base64url without padding (RFC 8291)


class Outcome(IntEnum):
    """How it went for one device; one byte in `batch.outcomes`. Never renumber."""

    PENDING = 0  # not tried, or to be tried again
    SENT = 1  # the channel took it
    GONE = 2  # the device is no more
    REFUSED = 3  # the channel refused our message (a bug of ours)
    ENDED = 4  # the alert ended before it was sent
    UNSUBSCRIBED = 5  # the device or the person left before it was sent
    MOVED_AWAY = 6  # the neighborhood no longer touches the area
    CAPPED = 7  # the person's weekly cap was reached
    GAVE_UP = 8  # the alert ended while the channel was still failing
    IN_FLIGHT = 9  # handed to the channel, no answer yet: what a crash may send twice
    UNKNOWN = 10  # handed over, the answer was lost, and the alert ended: counts as told
    OVERTAKEN = 11  # an update or a correction tells this device instead


class PushOutcome(PushValue):
    """What a channel says of one target.

    PENDING means: surely not delivered, again later (`retry_after_s`). IN_FLIGHT means: handed over
    and the answer was lost; it is tried again, too, and counts as told if the alert ends first.
    """

    outcome: Outcome
    retry_after_s: float | None = None
    reason: str = ""  # the channel's error code, never an address


class PushChannel(Protocol):
    """A way to a phone; each implementation passes tests/contracts/push_channel.

    Safe to use from several threads.
    """

    name: str
    threads: int  # how many may usefully call `send` at once

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Send one message to each target, in order; one outcome each, same order.

        Raises
        ------
        Misconfigured: nothing was sent and nothing can be, until somebody mends the settings.
        Refused: the message itself is wrong (too large); nothing was sent.
        """
        ...

    def close(self) -> None:
        """Let go of connections and threads; nothing can be sent afterwards."""
        ...
