"""A feed's own server on this machine: it answers what a test tells it to, also wrongly.

It knows conditional GET (RFC 9110, 13) and remembers what it was asked.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is at a path."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/atom+xml"
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drips_s: float = 0.0  # between bytes
    missing_bytes: int = 0  # promised and never sent
    gate: threading.Event | None = None  # answers when it is set


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked."""

    path: str
    headers: Mapping[str, str]  # names in small letters


class FeedServer:
    """Pages by path, and every request that came."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []
        self.url = ""
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    def put(self, path: str, page: Page) -> str:
        """Lay a page out, and return its address."""
        self.pages[path] = page
        return self.url + path

    def asked(self, path: str) -> list[Request]:
        """Return the requests for a path."""
        return [request for request in self.requests if request.path == path]

    @contextmanager
    def noted(self, request: Request) -> Iterator[Page]:
        """Note a request for as long as it is answered."""
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield self.pages.get(request.path, Page(status=404, body=b"nothing here"))
        finally:
            with self._lock:
                self._at_once -= 1


@contextmanager
def run_feed_server() -> Iterator[FeedServer]:
    """Run one on a free port of loopback."""
    state = FeedServer()

    class Handler(_Handler):
        feed_server = state

    server = _Quiet(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        for page in state.pages.values():
            if page.gate is not None:
                page.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up: some tests are about that."""


class _Handler(BaseHTTPRequestHandler):
    feed_server: FeedServer
    timeout = 10

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(path=self.path, headers=headers)
        with self.feed_server.noted(request) as page, suppress(OSError):
            if page.gate is not None:
                page.gate.wait(20)
            if page.status == 200 and _is_unchanged(page, request):
                page = Page(status=304, etag=page.etag, last_modified=page.last_modified)
            self._answer(page)

    def _answer(self, page: Page) -> None:
        self.send_response(page.status)
        if page.status not in (204, 304):
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body) + page.missing_bytes))
        known = {"ETag": page.etag, "Last-Modified": page.last_modified, **page.headers}
        for name, value in known.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if not page.drips_s:
            self.wfile.write(page.body)
            return
        for byte in page.body:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            time.sleep(page.drips_s)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


def _is_unchanged(page: Page, request: Request) -> bool:
    """Say whether the client has it already; the ETag counts more (RFC 9110, 13.2.2)."""
    if "if-none-match" in request.headers:
        return page.etag is not None and request.headers["if-none-match"] == page.etag
    since = request.headers.get("if-modified-since")
    return since is not None and since == page.last_modified
