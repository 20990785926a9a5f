"""Did the push service take it? Browsers and UnifiedPush apps, each by the service it named."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import structlog

from alerts.clock import Clock, utc_now
from alerts.delivery.channels.event_loop import EventLoop
from alerts.delivery.channels.webpush.endpoint import PushService, read_endpoint
from alerts.delivery.channels.webpush.keys import BadKey, split_keys
from alerts.delivery.channels.webpush.lookup import Lookups
from alerts.delivery.channels.webpush.message import headers, plain_text
from alerts.delivery.channels.webpush.origin import Origin, Parcel, Sender
from alerts.delivery.channels.webpush.vapid import VapidKey
from alerts.delivery.channels.webpush.verdict import again
from alerts.delivery.channels.webpush.way import Travel
from alerts.delivery.retry import LONGEST_RETRY_S
from alerts.errors import Misconfigured
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, system_resolver
from alerts.push import Outcome, PushMessage, PushOutcome, PushTarget

log = structlog.get_logger()

FAULT = "FAULT"  # a bug of ours that one endpoint brought to light
MOST_ORIGINS = 256  # push services whose connections are kept; about 150 kB each


class WebPushChannel:
    """Web Push (RFC 8030) to whatever push service a subscription names.

    Safe to use from several threads. `close()` it when done. However slow the push services are,
    `send` ends: after `timeout_s` to begin, 5 s to look a host up, half of `timeout_s` for an
    address where nobody is, and `timeout_s` for the push itself.

    Parameters
    ----------
    secret: returns the 32 bytes that the instance's VAPID key is made of; asked at the first send.
    subject: whom a push service asks if something is wrong: a mailto: or https: URI (RFC 8292).
    timeout_s: of one push, in seconds; a push that can't begin in this time is left for later.
    ca_bundle: PEM file of authorities to trust beside the public ones.
    allow_loopback: for the demo and tests: push services on this machine, at any port.
    resolver: how names become addresses.
    clock: for VAPID's expiry and for a Retry-After given as a date.

    Raises
    ------
    Misconfigured: the CA bundle isn't there.
    """

    name = "webpush"
    threads = 8  # they only wait: a slow push service keeps one of them, the others go on

    def __init__(
        self,
        secret: Callable[[], bytes],
        subject: str,
        *,
        timeout_s: float = 5,
        ca_bundle: Path | None = None,
        allow_loopback: bool = False,
        resolver: Resolver = system_resolver,
        clock: Clock = utc_now,
    ) -> None:
        if ca_bundle is not None and not ca_bundle.is_file():
            raise Misconfigured(f"the CA bundle {ca_bundle} doesn't exist")
        self._secret = secret
        self._subject = subject
        self._clock = clock
        self._travel = Travel(
            lookups=Lookups(resolver=resolver, allow_loopback=allow_loopback),
            timeout_s=timeout_s,
            ca_pem=ca_bundle.read_bytes() if ca_bundle is not None else None,
        )
        self._origins: OrderedDict[str, Origin] = OrderedDict()  # the one used last is the last
        self._loop = EventLoop(self.name)

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Send one message to each target, in order; one outcome each, same order.

        A target that isn't an endpoint is REFUSED; one without usable keys or address is GONE.
        Whatever else goes wrong with one target is its own PENDING: the others aren't held up.

        Raises
        ------
        Misconfigured: the instance's VAPID key can't be read; nothing was sent.
        Refused: the message is larger than 4,096 bytes when sealed; nothing was sent.
        """
        if not targets:
            return []
        parcel = Parcel(
            plain=plain_text(message),
            headers=headers(message),
            begins_by=time.monotonic() + self._travel.timeout_s,
        )
        return self._loop.run(self._send_all(self._sender, parcel, targets))

    def close(self) -> None:
        """Let go of the connections and the thread."""
        self._loop.close()
        self._origins.clear()

    @cached_property
    def _sender(self) -> Sender:
        try:
            key = VapidKey(self._secret())
        except Exception as fault:
            raise Misconfigured(
                f"the VAPID key can't be read: check the keyring ({type(fault).__name__})"
            ) from fault
        return Sender(key=key, subject=self._subject, clock=self._clock)

    async def _send_all(
        self, sender: Sender, parcel: Parcel, targets: Sequence[PushTarget]
    ) -> Sequence[PushOutcome]:
        return await asyncio.gather(*(self._send_safely(sender, parcel, to) for to in targets))

    async def _send_safely(self, sender: Sender, parcel: Parcel, target: PushTarget) -> PushOutcome:
        """Send to one target; strangers make endpoints up, so none may fail for the others."""
        try:
            return await self._send_one(sender, parcel, target)
        except Exception as fault:  # its words may name the endpoint
            log.error("web_push_fault", error=type(fault).__name__)  # noqa: TRY400
            return again(FAULT, LONGEST_RETRY_S)

    async def _send_one(self, sender: Sender, parcel: Parcel, target: PushTarget) -> PushOutcome:
        if target.address_kind != "endpoint":
            return PushOutcome(outcome=Outcome.REFUSED, reason="NOT_A_WEB_PUSH_ENDPOINT")
        try:
            service, path = read_endpoint(target.address)
            keys = split_keys(target.keys)
        except OutboundRefused as refused:
            return PushOutcome(outcome=Outcome.GONE, reason=refused.code.upper())
        except BadKey:
            return PushOutcome(outcome=Outcome.GONE, reason="BAD_KEYS")
        return await self._origin(service, sender).push(parcel, path, keys)

    def _origin(self, service: PushService, sender: Sender) -> Origin:
        origin = self._origins.get(service.origin)
        if origin is None:
            self._make_room()
            origin = self._origins[service.origin] = Origin(service, sender, self._travel)
        self._origins.move_to_end(service.origin)
        return origin

    def _make_room(self) -> None:
        """Let go of those that were used longest ago, but of none that has a push in hand."""
        spare = len(self._origins) + 1 - MOST_ORIGINS
        if spare <= 0:
            return
        idle = [root for root, origin in self._origins.items() if not origin.in_hand]
        for root in idle[:spare]:
            del self._origins[root]
