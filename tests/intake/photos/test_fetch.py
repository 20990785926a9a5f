"""Fetching a photo from a server on this machine, and from those that misbehave."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.fetch import fetch_photo
from alerts.outbound.ask import AskLimits
from alerts.outbound.guard import Resolver, system_resolver
from tests.patience import BLOW_UP_S

PICTURE = b"\x89PNG not quite a picture"


class PhotoServer(BaseHTTPRequestHandler):
    """Answers by path; every path is one way to behave."""

    def do_GET(self) -> None:
        behaviour, _, rest = self.path.removeprefix("/").partition("/")
        getattr(self, f"be_{behaviour}", self.be_plain)(rest)

    def be_plain(self, rest: str) -> None:
        self._send(200, body=self.headers["Host"].encode() + b"|" + PICTURE)

    def be_redirect(self, rest: str) -> None:
        self._send(302, location=f"/{rest}")

    def be_private(self, rest: str) -> None:
        self._send(302, location="http://169.254.169.254/latest/meta-data")

    def be_nowhere(self, rest: str) -> None:
        self._send(302)

    def be_page(self, rest: str) -> None:
        self._send(200, kind="text/html", body=b"<html>")

    def be_zipped(self, rest: str) -> None:
        self._send(200, body=PICTURE, encoding="gzip")

    def be_large(self, rest: str) -> None:
        self._send(200, body=b"x" * 5000)

    def be_endless(self, rest: str) -> None:
        self._drip(b"x" * 1000, pause_s=0)

    def be_slow(self, rest: str) -> None:
        self._drip(b"x", pause_s=0.05)

    def be_status(self, rest: str) -> None:
        self._send(int(rest), body=PICTURE)

    def _send(
        self,
        status: int,
        *,
        kind: str = "image/png",
        body: bytes = b"",
        location: str | None = None,
        encoding: str | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self, piece: bytes, *, pause_s: float) -> None:
        """Send without a length, until the other side has enough."""
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.close_connection = True
        try:
            for _ in range(2000):
                self.wfile.write(piece)
                time.sleep(pause_s)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), PhotoServer) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def fetch(
    url: str, *, resolver: Resolver = system_resolver, limits: AskLimits | None = None
) -> bytes:
    return fetch_photo(url, limits=limits, resolver=resolver, allow_loopback=True)


def refusal(url: str, limits: AskLimits | None = None) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as refused:
        fetch(url, limits=limits)
    return refused.value


def test_a_photo_is_fetched_as_it_is(server: str) -> None:
    host, _, content = fetch(f"{server}/a.png").partition(b"|")
    assert content == PICTURE
    assert f"http://{host.decode()}" == server


def test_the_connection_goes_to_the_checked_address_and_the_name_is_asked_once(server: str) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    port = server.rpartition(":")[2]
    content = fetch(f"http://photos.example:{port}/a.png", resolver=rebinding)
    assert content.startswith(f"photos.example:{port}|".encode())
    assert asked == ["photos.example"]


def test_the_next_address_is_tried_when_one_does_not_answer(server: str) -> None:
    def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    port = server.rpartition(":")[2]
    assert PICTURE in fetch(f"http://photos.example:{port}/a.png", resolver=two)


def test_this_machine_is_refused_unless_asked_for(server: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        fetch_photo(f"{server}/a.png")
    assert refused.value.code == "not_public"


def test_three_redirects_are_followed_and_a_fourth_is_not(server: str) -> None:
    assert PICTURE in fetch(f"{server}/redirect/redirect/redirect/a.png")
    assert refusal(f"{server}/redirect/redirect/redirect/redirect/a.png").code == (
        "too_many_redirects"
    )


def test_a_redirect_to_a_private_address_is_refused(server: str) -> None:
    assert refusal(f"{server}/private").code == "not_public"


def test_a_redirect_to_nowhere_is_refused(server: str) -> None:
    assert refusal(f"{server}/nowhere").code == "bad_redirect"


def test_what_is_no_image_is_refused(server: str) -> None:
    assert refusal(f"{server}/page").code == "not_an_image"


def test_a_compressed_answer_is_refused(server: str) -> None:
    assert refusal(f"{server}/zipped").code == "encoded"


def test_a_photo_of_too_many_bytes_is_refused_by_its_head_and_by_its_body(server: str) -> None:
    assert refusal(f"{server}/large", AskLimits(max_bytes=4999)).code == "too_large"
    assert refusal(f"{server}/endless", AskLimits(max_bytes=50_000)).code == "too_large"


def test_a_dripping_server_is_left_at_the_deadline(server: str) -> None:
    started = time.monotonic()
    refused = refusal(f"{server}/slow", AskLimits(total_s=0.4))
    assert (refused.code, refused.temporary) == ("too_slow", True)
    assert time.monotonic() - started < BLOW_UP_S


@pytest.mark.parametrize(
    ("status", "temporary"), [(404, False), (403, False), (429, True), (503, True)]
)
def test_another_status_is_told(server: str, status: int, temporary: bool) -> None:
    refused = refusal(f"{server}/status/{status}")
    assert (refused.code, refused.temporary) == ("http_status", temporary)


@contextmanager
def raw_server(answer: bytes, *, hold_s: float = 0) -> Iterator[str]:
    """Answer one connection with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                for i in range(len(answer)):
                    try:
                        connection.sendall(answer[i : i + 1])
                    except OSError:
                        return
                    time.sleep(hold_s)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def test_headers_that_drip_are_left_at_the_deadline() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 60, hold_s=0.05) as url:
        started = time.monotonic()
        assert refusal(url, AskLimits(total_s=0.4)).code == "too_slow"
        assert time.monotonic() - started < BLOW_UP_S


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_broken_answer_may_be_tried_again(answer: bytes) -> None:
    with raw_server(answer) as url:
        refused = refusal(url)
    assert (refused.code, refused.temporary) == ("unreachable", True)


def test_a_closed_port_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/").temporary


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path) -> AskLimits:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    return AskLimits(ca_bundle=str(bundle))


@contextmanager
def tls_server(authority: trustme.CA, name: str) -> Iterator[int]:
    """Serve photos over TLS with a certificate for `name`; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), PhotoServer) as httpd:
        httpd.handle_error = lambda *_: None  # type: ignore[method-assign]  # it prints
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield httpd.server_address[1]
        httpd.shutdown()
        thread.join()


def at_this_machine(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_the_certificate_is_checked_for_the_name_not_for_the_address(
    authority: trustme.CA, trusting: AskLimits
) -> None:
    with tls_server(authority, "photos.example") as port:
        url = f"https://photos.example:{port}/a.png"
        assert PICTURE in fetch(url, resolver=at_this_machine, limits=trusting)
        for limits, host in ((trusting, "other.example"), (AskLimits(), "photos.example")):
            with pytest.raises(PhotoRefused) as refused:
                fetch(f"https://{host}:{port}/a.png", resolver=at_this_machine, limits=limits)
            assert refused.value.code == "unreachable"


def test_a_certificate_for_an_address_is_checked_for_it(
    authority: trustme.CA, trusting: AskLimits
) -> None:
    with tls_server(authority, "127.0.0.1") as port:
        assert PICTURE in fetch(f"https://127.0.0.1:{port}/a.png", limits=trusting)


def test_https_never_leads_to_http(authority: trustme.CA, trusting: AskLimits) -> None:
    with tls_server(authority, "photos.example") as port:
        with pytest.raises(PhotoRefused) as refused:
            fetch(
                f"HTTPS://photos.example:{port}/private", resolver=at_this_machine, limits=trusting
            )
        assert refused.value.code == "insecure_redirect"
