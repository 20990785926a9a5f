"""Where is a push service now, and may we go there? Asked beside the event loop, never for long."""

import asyncio
import threading
from contextlib import suppress

from alerts.delivery.channels.webpush.endpoint import check_endpoint
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, Target, system_resolver

MOST_AT_ONCE = 64  # threads that wait for a resolver: hosts of subscribers may hang it
TIMEOUT_S = 5.0


class Lookups:
    """Looks hosts up and checks every address of theirs. For one event loop.

    Parameters
    ----------
    allow_loopback: for the demo and tests.
    """

    def __init__(
        self, *, resolver: Resolver = system_resolver, allow_loopback: bool = False
    ) -> None:
        self._resolver = resolver
        self._allow_loopback = allow_loopback
        self._running = 0

    async def check(self, url: str) -> Target:
        """Return the URL's host with its addresses, all of them public.

        Raises
        ------
        OutboundRefused: the codes of `check_endpoint`; `unresolved` also if it takes too long.
        """
        if self._running >= MOST_AT_ONCE:
            raise _unresolved()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._begun(url)
        except TimeoutError:
            raise _unresolved() from None

    def _begun(self, url: str) -> asyncio.Future[Target]:
        """Begin in a daemon thread: a resolver that hangs must not hold up the process's end."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Target] = loop.create_future()

        def tell(found: Target | Exception) -> None:
            self._running -= 1
            if done.done():  # nobody waits any more
                return
            if isinstance(found, Exception):
                done.set_exception(found)
            else:
                done.set_result(found)

        def look() -> None:
            found = self._found(url)
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(tell, found)

        self._running += 1
        threading.Thread(target=look, name="push-service-lookup", daemon=True).start()
        return done

    def _found(self, url: str) -> Target | Exception:
        try:
            return check_endpoint(url, allow_loopback=self._allow_loopback, resolver=self._resolver)
        except Exception as problem:
            return problem


def _unresolved() -> OutboundRefused:
    return OutboundRefused("unresolved", "The host can't be found in time.", temporary=True)
