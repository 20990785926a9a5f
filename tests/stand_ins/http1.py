"""How does a stand-in speak HTTP/1.1? One keep-alive connection, with h11."""

import asyncio

import h11

from tests.stand_ins.exchange import Answered, Asked, Service


class Http1Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = b""
        self._requests = 0
        self._waits = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._service.begin(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.live.discard(self)

    def cut(self) -> None:
        """Drop the connection, whatever was unanswered."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._read()

    def _read(self) -> None:
        try:
            while True:
                event = self._http.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                if isinstance(event, h11.ConnectionClosed):
                    self.transport.close()
                    return
                self._take(event)
        except h11.RemoteProtocolError:
            self.transport.close()

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self._request, self._body = event, b""
        elif isinstance(event, h11.Data):
            self._body += event.data
        elif isinstance(event, h11.EndOfMessage) and self._request is not None:
            self._requests += 1
            answered = self._service.take(_asked(self._request, self._body))
            if self._service.faults.delay_s and not answered.is_prompt:
                self._later(self._service.faults.delay_s, answered)
            else:
                self._say(answered)

    def _later(self, delay_s: float, answered: Answered) -> None:
        self._waits = True  # `_read` won't go on by itself
        asyncio.get_running_loop().call_later(delay_s, self._say, answered)

    def _say(self, answered: Answered) -> None:
        if self.transport.is_closing():
            return
        faults = self._service.faults
        is_last = bool(faults.goaway_every) and self._requests >= faults.goaway_every
        if answered.hang_up or answered.reset is not None or (is_last and faults.goaway_is_abrupt):
            self.cut()
            return
        headers = [
            ("content-type", "application/json; charset=UTF-8"),
            ("content-length", str(len(answered.body))),
            *([("connection", "close")] if is_last else []),
            *answered.headers,
        ]
        self._write(h11.Response(status_code=answered.status, headers=headers))
        if faults.drip_s and not answered.is_prompt:
            self._waits = True
            self._drip(answered.body)
        else:
            self._write(h11.Data(data=answered.body))
            self._next()

    def _write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        if data := self._http.send(event):
            self.transport.write(data)

    def _drip(self, rest: bytes) -> None:
        if self.transport.is_closing():
            return
        if not rest:
            self._next()
            return
        self._write(h11.Data(data=rest[:1]))
        drip_s = self._service.faults.drip_s
        asyncio.get_running_loop().call_later(drip_s, self._drip, rest[1:])

    def _next(self) -> None:
        self._write(h11.EndOfMessage())
        if self._http.our_state is h11.MUST_CLOSE:
            self.transport.close()
            return
        self._http.start_next_cycle()
        if self._waits:
            self._waits = False
            self._read()


def _asked(request: h11.Request, body: bytes) -> Asked:
    return Asked(
        method=request.method.decode(),
        path=request.target.decode(),
        headers={name.decode(): value.decode() for name, value in request.headers},
        body=body,
    )
