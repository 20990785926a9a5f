"""How do we get to a push service? By a client that is tied to an address that was checked.

The name is looked up once a minute at most, and connections go to the checked address, whatever the
name leads to by then (DNS rebinding). No proxy, no redirect, no cookie, nothing of the environment.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder

from alerts.delivery.channels.webpush.lookup import Lookups
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Target

CHECKED_FOR_S = 60.0
REFUSED_FOR_S = 10.0  # so long a refusal stands: a hundred pushes don't ask a hundred times
IDLE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Travel:
    """What holds for the way to every push service."""

    lookups: Lookups
    timeout_s: float  # of one push, connecting included
    ca_pem: bytes | None = None  # authorities to trust beside the public ones


class Way:
    """The way to one push service. For one event loop."""

    def __init__(self, root: str, travel: Travel) -> None:
        self._root = root
        self._travel = travel
        self._looking = asyncio.Lock()
        self._target: Target | None = None
        self._refused: OutboundRefused | None = None
        self._good_until = 0.0
        self._client: Client | None = None
        self._at = 0  # which of the checked addresses the client is tied to

    async def client(self) -> Client:
        """Return a client that connects to a checked address.

        Raises
        ------
        OutboundRefused: the host can't be found, or isn't on the public internet.
        """
        if time.monotonic() >= self._good_until:
            async with self._looking:
                if time.monotonic() >= self._good_until:
                    await self._look()
        if self._target is None:
            raise self._refused or AssertionError("the host was neither found nor refused")
        if self._client is None:
            self._client = self._tied(self._target)
        return self._client

    def leave(self, failed: Client) -> None:
        """Go on to the next checked address: `failed` couldn't connect."""
        if failed is self._client and self._target and len(self._target.addresses) > 1:
            self._client, self._at = None, (self._at + 1) % len(self._target.addresses)

    async def _look(self) -> None:
        before = self._target
        try:
            self._target, good_for_s = await self._travel.lookups.check(self._root), CHECKED_FOR_S
        except OutboundRefused as refused:
            # While a resolver is down, the address that was checked last is as good as it was.
            self._target = before if refused.temporary else None
            self._refused, good_for_s = refused, REFUSED_FOR_S
        if before is None or self._target is None or before.addresses != self._target.addresses:
            self._client, self._at = None, 0
        self._good_until = time.monotonic() + good_for_s

    def _tied(self, target: Target) -> Client:
        travel = self._travel
        builder = (
            ClientBuilder()
            .http2(enable=True)  # where the server offers it
            .https_only(enable=True)
            .follow_redirects(enable=False)
            .no_proxy()
            .gzip(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .deflate(enable=False)
            .user_agent("Porchlight")
            .timeout(timedelta(seconds=travel.timeout_s))
            .connect_timeout(timedelta(seconds=travel.timeout_s / 2))
            .pool_idle_timeout(timedelta(seconds=IDLE_S))
            .resolve(target.host, target.addresses[self._at], target.port)
        )
        if travel.ca_pem is not None:
            builder = builder.add_root_certificate_pem(travel.ca_pem)
        return builder.build()
