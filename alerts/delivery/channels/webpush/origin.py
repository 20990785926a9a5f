"""One push service: how it is reached, how many pushes at once, and whether it is well."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from pyreqwest.client import Client
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.response import Response

from alerts.clock import Clock
from alerts.delivery.channels.webpush.endpoint import PushService
from alerts.delivery.channels.webpush.keys import SubscriptionKeys
from alerts.delivery.channels.webpush.patience import Patience
from alerts.delivery.channels.webpush.seal import seal_padded
from alerts.delivery.channels.webpush.vapid import Proof, VapidKey, prove
from alerts.delivery.channels.webpush.verdict import (
    BUSY,
    VAPID_REFUSED,
    Service,
    again,
    is_of_browsers,
    is_trouble,
    verdict_of,
    verdict_of_address,
    verdict_of_failure,
    was_never_sent,
)
from alerts.delivery.channels.webpush.way import Travel, Way
from alerts.delivery.retry import FIRST_RETRY_S
from alerts.outbound.errors import OutboundRefused
from alerts.push import Outcome, PushOutcome

AT_ONCE = 20  # pushes: over HTTP/1.1 each has a connection, and the server may be somebody's own
AT_ONCE_BY_HTTP2 = 100  # streams of one connection, which is what most servers allow
BODY_BYTES = 4096  # of an answer that isn't "taken": enough for its reason
BODY_S = 1.0
KNOWN_FOR_S = 3_600.0  # after a push service took a push, our key counts as right there
_HTTP2 = "HTTP/2.0"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who we are to every push service."""

    key: VapidKey
    subject: str
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message on its way to many."""

    plain: bytes
    headers: Mapping[str, str]
    begins_by: float  # `time.monotonic`: a push that couldn't begin by then is left for later


class Origin:
    """One push service, by its origin. For one event loop."""

    def __init__(self, service: PushService, sender: Sender, travel: Travel) -> None:
        self._service = service
        self._is_of_browsers = is_of_browsers(service.host)
        self._sender = sender
        self._way = Way(service.origin, travel)
        self._patience = Patience(probe_s=travel.timeout_s)
        self._slots = asyncio.Semaphore(1)  # the first push shows how many it may be
        self._at_once = 1
        self._taken_at: float | None = None  # a push of ours, last
        self._proof: Proof | None = None
        self.in_hand = 0

    async def push(self, parcel: Parcel, path: str, keys: SubscriptionKeys) -> PushOutcome:
        """Seal the parcel for one subscription and hand it over."""
        instead = self._patience.turned_away(time.monotonic())
        if instead is not None:
            return instead
        self.in_hand += 1
        try:
            async with asyncio.timeout_at(_loop_time(parcel.begins_by)) as until, self._slots:
                until.reschedule(None)
                return await self._push_now(parcel, path, keys)
        except TimeoutError:
            return again(BUSY, FIRST_RETRY_S)
        finally:
            self.in_hand -= 1

    async def _push_now(self, parcel: Parcel, path: str, keys: SubscriptionKeys) -> PushOutcome:
        now = time.monotonic()
        instead = self._patience.turned_away(now)
        if instead is not None:
            return instead
        self._patience.begin(now)
        try:
            answer = await self._handed_over(parcel, path, seal_padded(parcel.plain, keys))
        except OutboundRefused as refused:
            answer = verdict_of_address(refused, is_of_address=self._service.is_of_address)
        except PyreqwestError as error:
            answer = verdict_of_failure(error)
        self._hear(answer)
        return answer

    def _hear(self, answer: PushOutcome) -> None:
        if answer.outcome is Outcome.SENT:
            self._taken_at = time.monotonic()
        if answer.reason == VAPID_REFUSED:
            self._proof = None  # signed anew at the next try, by a clock that may be right then
        self._allow(AT_ONCE)
        self._patience.hear(answer, time.monotonic(), is_trouble=is_trouble(answer))

    def _known(self) -> Service:
        since = self._taken_at
        return Service(
            is_of_browsers=self._is_of_browsers,
            knows_us=since is not None and time.monotonic() - since < KNOWN_FOR_S,
        )

    async def _handed_over(self, parcel: Parcel, path: str, sealed: bytes) -> PushOutcome:
        """Ask; if nobody can have heard it, once more, at another checked address if there is."""
        client = await self._way.client()
        try:
            return await self._asked(client, parcel, path, sealed)
        except PyreqwestError as error:
            if not was_never_sent(error):
                raise
        self._way.leave(client)
        return await self._asked(await self._way.client(), parcel, path, sealed)

    async def _asked(self, client: Client, parcel: Parcel, path: str, sealed: bytes) -> PushOutcome:
        request = (
            client.post(f"{self._service.origin}{path}")
            .headers(parcel.headers)
            .header("Authorization", self._authorization(), is_sensitive=True)
            .body_bytes(sealed)
            .streamed_read_buffer_limit(0)  # the head alone says how it went
            .build_streamed()
        )
        async with request as response:
            self._allow(AT_ONCE_BY_HTTP2 if response.version == _HTTP2 else AT_ONCE)
            return verdict_of(
                response.status,
                response.get_header("Retry-After"),
                await _beginning(response),
                self._known(),
                self._sender.clock(),
            )

    def _authorization(self) -> str:
        now = self._sender.clock()
        if self._proof is None or not self._proof.is_good(now):
            self._proof = prove(self._sender.key, self._service.origin, self._sender.subject, now)
        return self._proof.header

    def _allow(self, at_once: int) -> None:
        """Let as many push at once, if it's more than before."""
        for _ in range(at_once - self._at_once):
            self._slots.release()
        self._at_once = max(self._at_once, at_once)


async def _beginning(response: Response) -> bytes:
    """Read what there is of a body, so that the connection can be used again; never for long."""
    if response.get_header("Content-Length") == "0":
        return b""
    with suppress(PyreqwestError, TimeoutError):
        async with asyncio.timeout(BODY_S):
            return bytes(await response.body_reader.read(BODY_BYTES) or b"")
    return b""


def _loop_time(monotonic: float) -> float:
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()
