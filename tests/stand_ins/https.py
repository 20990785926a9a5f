"""How does a stand-in speak HTTP/1.1 and HTTP/2 over TLS on loopback? A loop in a thread."""

import asyncio
import ssl
import threading

from tests.stand_ins.exchange import Service
from tests.stand_ins.http1 import Http1Connection
from tests.stand_ins.http2 import Http2Connection


class Door(asyncio.Protocol):
    """A new connection: TLS has agreed on a protocol (RFC 7301), whose connection takes over."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        tls: ssl.SSLObject = transport.get_extra_info("ssl_object")
        spoken = Http2Connection if tls.selected_alpn_protocol() == "h2" else Http1Connection
        connection = spoken(self._service)
        transport.set_protocol(connection)
        connection.connection_made(transport)


class HttpsThread:
    """A TLS server on 127.0.0.1 in a thread of its own."""

    def __init__(self, service: Service, context: ssl.SSLContext, protocols: list[str]) -> None:
        context.set_alpn_protocols(protocols)
        self._service = service
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="https-stand-in", daemon=True)
        self._server: asyncio.Server

    def start(self, port: int = 0) -> int:
        """Listen; return the port."""
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: Door(self._service), "127.0.0.1", port, ssl=self._context, backlog=1024
            )
        )
        self._thread.start()
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Cut every live connection, now."""
        self._loop.call_soon_threadsafe(self._service.cut)

    def stop(self) -> None:
        """Hang up on everybody and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._service.cut()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
