"""How does a stand-in speak HTTP/1.1 over TLS on loopback? An asyncio loop in a thread."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass

import h11


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One response; `hang_up` closes the connection without any."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    hang_up: bool = False


Answer = Callable[[Asked], Answered]


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, answer: Answer, delay_s: float, live: set["Connection"]) -> None:
        self._answer = answer
        self._delay_s = delay_s
        self._live = live
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._live.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._live.discard(self)

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
            answered = self._answer(_asked(self._request, self._body))
            if self._delay_s:
                asyncio.get_running_loop().call_later(self._delay_s, self._say, answered)
            else:
                self._say(answered)

    def _say(self, answered: Answered) -> None:
        if self.transport.is_closing():
            return
        if answered.hang_up:
            self.transport.abort()
            return
        headers = [
            ("content-type", "application/json; charset=UTF-8"),
            ("content-length", str(len(answered.body))),
            *answered.headers,
        ]
        sent = [
            self._http.send(h11.Response(status_code=answered.status, headers=headers)),
            self._http.send(h11.Data(data=answered.body)),
            self._http.send(h11.EndOfMessage()),
        ]
        self.transport.write(b"".join(part for part in sent if part))
        self._next()

    def _next(self) -> None:
        if self._http.our_state is h11.MUST_CLOSE:
            self.transport.close()
            return
        self._http.start_next_cycle()
        if self._delay_s:  # otherwise `_read` goes on by itself
            self._read()


def _asked(request: h11.Request, body: bytes) -> Asked:
    return Asked(
        method=request.method.decode(),
        path=request.target.decode(),
        headers={name.decode(): value.decode() for name, value in request.headers},
        body=body,
    )


class HttpsThread:
    """A TLS server on 127.0.0.1 in a thread of its own."""

    def __init__(self, answer: Answer, context: ssl.SSLContext, *, delay_s: float = 0) -> None:
        self._answer = answer
        self._context = context
        self._delay_s = delay_s
        self._loop = asyncio.new_event_loop()
        self._live: set[Connection] = set()
        self._thread = threading.Thread(target=self._run, name="https-stand-in", daemon=True)
        self._server: asyncio.Server

    def start(self, port: int = 0) -> int:
        """Listen; return the port."""
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: Connection(self._answer, self._delay_s, self._live),
                "127.0.0.1",
                port,
                ssl=self._context,
                backlog=1024,
            )
        )
        self._thread.start()
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Hang up on everybody and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        for connection in tuple(self._live):
            connection.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
