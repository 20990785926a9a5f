"""A receiver of webhooks on this machine: a real server that answers as it is told."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True, kw_only=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    def checked(self, secret: str) -> Any:
        """Return the event, if its signature is good (by the library that partners use)."""
        return Webhook(secret).verify(self.body, self.headers)

    @property
    def id(self) -> str:
        """The webhook-id."""
        return self.headers["webhook-id"]


@dataclass(kw_only=True)
class Receiver:
    """What it got, and what it says."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    delay: threading.Event = field(default_factory=threading.Event)  # set: answers at once
    got: list[Got] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.delay.set()

    def events(self) -> list[str]:
        """Return the kinds of the events it got, in order."""
        return [str(json.loads(got.body)["type"]) for got in self.got]


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver; with a certificate it speaks TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(path=self.path, headers=headers, body=body))
            receiver.delay.wait(10)
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if context is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.delay.set()
        server.shutdown()
        thread.join()
        server.server_close()
