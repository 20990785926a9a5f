"""Which push takes which connection to FCM? Each the one with the least in flight.

A slot is a task that uses one HTTP/2 stream after the other, so that there are only as many tasks
as streams in use, and none is made for each push. `LaneCount` says how many connections there are.

Everything here runs on one event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from pyreqwest.client import Client
from pyreqwest.exceptions import RequestError

from alerts.delivery.channels.fcm_errors import Answer
from alerts.delivery.channels.fcm_lane_count import STREAMS, LaneCount

log = structlog.get_logger()

ANSWER_LIMIT = 65_536  # bytes; FCM's have some hundred
_CLOSE_S = 2  # pushes end at once when their client is closed
# The library's thread needs the interpreter a last time after an answer. If the program ends just
# then, it aborts ("PyGILState_Release"): every third time without a pause, never with 50 ms.
_SETTLE_S = 0.1

TAKEN = Answer(status=200)


@dataclass(frozen=True)
class Waited:
    """The push never got a stream: nothing has left."""


@dataclass(frozen=True)
class TooLarge:
    """Something came that can't be FCM's answer."""


@dataclass(frozen=True)
class Failed:
    """No answer came, and the library says why, the outermost cause first."""

    causes: tuple[str, ...]


Reply = Answer | Waited | TooLarge | Failed


class _Chunk:
    """Pushes that are waited for together."""

    __slots__ = ("authorization", "bodies", "ends_at_s", "left", "replies", "whole")

    def __init__(self, bodies: Sequence[bytes], authorization: str, ends_at_s: float) -> None:
        self.bodies = bodies
        self.authorization = authorization
        self.ends_at_s = ends_at_s  # by the loop's clock; what hasn't begun by then, doesn't
        self.left = len(bodies)
        self.replies: list[Reply] = [TAKEN] * len(bodies)
        self.whole: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, index: int, reply: Reply) -> None:
        """Note one reply; the last one wakes who waits."""
        self.replies[index] = reply
        self.left -= 1
        if self.left == 0 and not self.whole.done():
            self.whole.set_result(None)


class _Lane:
    """One connection: a client that never needs another."""

    __slots__ = ("client", "in_flight", "is_in_use")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.in_flight = 0
        self.is_in_use = True


class Lanes:
    """The connections to one FCM.

    Parameters
    ----------
    connect: makes a client; the connection itself is made at its first push.
    url: of `messages:send`.
    rate_per_s: pushes a second that shall be possible.
    timeout_s: how long a push may wait for a stream; the answer has its own in `connect`'s client.
    """

    def __init__(
        self, connect: Callable[[], Client], url: str, rate_per_s: float, timeout_s: float
    ) -> None:
        self._connect = connect
        self._url = url
        self._timeout_s = timeout_s
        self._count = LaneCount(rate_per_s)
        self._lanes: list[_Lane] = []
        self._waiting: deque[tuple[_Chunk, int]] = deque()
        self._slots: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def in_flight(self) -> list[int]:
        """How many pushes each connection carries now."""
        return [lane.in_flight for lane in self._lanes]

    async def post(self, bodies: Sequence[bytes], access_token: str) -> list[Reply]:
        """Send each body; return what came back, in the same order. Nothing is raised."""
        if self._is_closed or not bodies:
            return [Waited()] * len(bodies)
        ends_at_s = asyncio.get_running_loop().time() + self._timeout_s
        chunk = _Chunk(bodies, f"Bearer {access_token}", ends_at_s)
        self._waiting.extend((chunk, index) for index in range(len(bodies)))
        self._fill()
        await chunk.whole
        return chunk.replies

    async def close(self) -> None:
        """Give up what waits, cut what is on its way, and let the connections go."""
        self._is_closed = True
        while self._waiting:
            chunk, index = self._waiting.popleft()
            chunk.take(index, Waited())
        for lane in self._lanes:
            await lane.client.close()
        if self._slots:
            await asyncio.wait(self._slots, timeout=_CLOSE_S)
        if self._lanes:
            await asyncio.sleep(_SETTLE_S)
        self._lanes.clear()

    def _fill(self) -> None:
        """Open a slot for each push that waits, as long as there are streams."""
        loop = asyncio.get_running_loop()
        for _ in range(len(self._waiting)):
            lane = self._free_lane()
            if lane is None:
                return
            lane.in_flight += 1
            slot = loop.create_task(self._serve(lane))
            self._slots.add(slot)
            slot.add_done_callback(self._slots.discard)

    def _free_lane(self) -> _Lane | None:
        """Return the lane with the least in flight, a new one if all are full and more are due."""
        lane = min((lane for lane in self._lanes if lane.is_in_use), key=_in_flight, default=None)
        if lane is not None and lane.in_flight < STREAMS:
            return lane
        if len(self._lanes) >= self._count.count:
            return None
        lane = _Lane(self._connect())
        self._lanes.append(lane)
        return lane

    async def _serve(self, lane: _Lane) -> None:
        """Use one stream for one push after the other, until none waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting and lane.is_in_use:
                chunk, index = self._waiting.popleft()
                began_s = loop.time()
                if began_s > chunk.ends_at_s:
                    chunk.take(index, Waited())
                    continue
                reply = await self._post(lane, chunk.bodies[index], chunk.authorization)
                chunk.take(index, reply)
                if isinstance(reply, Answer):
                    self._measure(began_s, loop.time())
        finally:
            lane.in_flight -= 1

    async def _post(self, lane: _Lane, body: bytes, authorization: str) -> Reply:
        try:
            request = lane.client.post(self._url).header("authorization", authorization)
            async with request.body_bytes(body).build_streamed() as response:
                read = await response.body_reader.read(ANSWER_LIMIT + 1)
                if read is not None and len(read) > ANSWER_LIMIT:
                    return TooLarge()
                if response.status == TAKEN.status:
                    return TAKEN
                retry_after = response.get_header("retry-after")
                said = b"" if read is None else bytes(read)
                return Answer(status=response.status, retry_after=retry_after, body=said)
        except Exception as error:  # whatever it is, it is told, and the next push goes on
            return Failed(_causes(error))

    def _measure(self, began_s: float, ended_s: float) -> None:
        before = self._count.count
        self._count.hear(ended_s, ended_s - began_s)
        if self._count.count != before:
            for index, lane in enumerate(self._lanes):
                lane.is_in_use = index < self._count.count
            self._fill()


def _in_flight(lane: _Lane) -> int:
    return lane.in_flight


def _causes(error: Exception) -> tuple[str, ...]:
    if not isinstance(error, RequestError):
        log.warning("fcm_unexpected_error", error=type(error).__name__)
        return (type(error).__name__,)
    causes = error.details.get("causes") or []
    return (error.message, *(str(cause.get("message")) for cause in causes))
