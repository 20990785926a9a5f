"""How does a stand-in speak HTTP/2? One connection of at most 100 streams, with h2."""

import asyncio

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from tests.stand_ins.exchange import Answered, Asked, Service

LINGER_S = 1.0
STREAMS = 100  # at once: what FCM and most others allow


class Http2Connection(asyncio.Protocol):
    """One connection; it tells the client to go away when its time has come."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._http.local_settings = Settings(
            client=False, initial_values={SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS}
        )
        self._headers: dict[int, dict[str, str]] = {}  # of streams that have no answer yet
        self._bodies: dict[int, bytearray] = {}
        self._unsent: dict[int, bytes] = {}  # of answers for which the client gave no room yet
        self._requests = 0
        self._highest = 0  # stream that was taken
        self._last: int | None = None  # stream that is answered; those after it were refused
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._service.begin(self)
        self._http.initiate_connection()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.live.discard(self)

    def cut(self) -> None:
        """Drop the connection, whatever was unanswered."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._http.receive_data(data):
                self._take(event)
        except ProtocolError:
            self._flush()
            self.transport.close()
        self._flush()

    def _flush(self) -> None:
        data = self._http.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._headers[event.stream_id] = {str(k): str(v) for k, v in event.headers}
            self._bodies[event.stream_id] = bytearray()
            self._service.most_streams = max(self._service.most_streams, len(self._headers))
        elif isinstance(event, DataReceived):
            self._bodies[event.stream_id] += event.data
            self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self._ended(event.stream_id)
        elif isinstance(event, StreamReset):
            self._forget(event.stream_id)
        elif isinstance(event, WindowUpdated):
            for stream_id in tuple(self._unsent):
                self._pump(stream_id)
        elif isinstance(event, ConnectionTerminated):
            self.transport.close()

    def _ended(self, stream_id: int) -> None:
        if self._last is not None and stream_id > self._last:
            return  # it came after our GOAWAY: the client knows that nobody reads it
        self._requests += 1
        self._highest = max(self._highest, stream_id)
        headers = self._headers[stream_id]
        asked = Asked(
            method=headers[":method"],
            path=headers[":path"],
            headers=headers,
            body=bytes(self._bodies.pop(stream_id)),
        )
        answered = self._service.take(asked)
        faults = self._service.faults
        if faults.goaway_every and self._last is None and self._requests >= faults.goaway_every:
            self._go_away(self._highest)
        if faults.delay_s and not answered.is_prompt:
            asyncio.get_running_loop().call_later(faults.delay_s, self._say, stream_id, answered)
        else:
            self._say(stream_id, answered)

    def _go_away(self, last: int) -> None:
        """Refuse the streams after `last` (RFC 9113 6.8); abruptly: answer none of the others."""
        self._flush()
        self._last = last
        frame = GoAwayFrame(0, last_stream_id=last, error_code=ErrorCodes.NO_ERROR)
        self.transport.write(frame.serialize())
        if self._service.faults.goaway_is_abrupt:
            self.transport.close()

    def _say(self, stream_id: int, answered: Answered) -> None:
        if self.transport.is_closing() or stream_id not in self._headers:
            return
        if answered.hang_up:
            self.cut()
        elif answered.reset is not None:
            self._http.reset_stream(stream_id, answered.reset)
            self._forget(stream_id)
        else:
            headers = [
                (":status", str(answered.status)),
                ("content-type", "application/json; charset=UTF-8"),
                *answered.headers,
            ]
            self._http.send_headers(stream_id, headers)
            self._unsent[stream_id] = answered.body
            self._pump(stream_id)
        self._flush()

    def _pump(self, stream_id: int) -> None:
        """Send as much as the client has room for; one byte a time, if dripping."""
        if self.transport.is_closing() or stream_id not in self._unsent:
            return
        rest, drip_s = self._unsent[stream_id], self._service.faults.drip_s
        room = min(
            self._http.local_flow_control_window(stream_id), self._http.max_outbound_frame_size
        )
        part = rest[: 1 if drip_s else room]
        self._unsent[stream_id] = rest[len(part) :]
        is_whole = len(part) == len(rest)
        if part or is_whole:
            self._http.send_data(stream_id, part, end_stream=is_whole)
            self._flush()
        if is_whole:
            self._forget(stream_id)
        elif drip_s:
            asyncio.get_running_loop().call_later(drip_s, self._pump, stream_id)
        elif part:
            self._pump(stream_id)

    def _forget(self, stream_id: int) -> None:
        for unfinished in (self._headers, self._bodies, self._unsent):
            unfinished.pop(stream_id, None)
        if self._last is not None and not any(s <= self._last for s in self._headers):
            # the client closes first: closing now would reset what it hasn't read yet
            asyncio.get_running_loop().call_later(LINGER_S, self.transport.close)
