"""Requests to a Poster API that misbehaves."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import requests

from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.transport import Answer, ApiLimits, Transport, retry_after_s

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def redirect(location: str) -> bytes:
    named = f"Location: {location}\r\n" if location else ""
    return f"HTTP/1.1 302 Found\r\n{named}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


@contextmanager
def answering(*answers: bytes, hold_s: float = 0) -> Iterator[tuple[str, list[bytes]]]:
    """Give one answer a connection, and keep what was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    asked.append(connection.recv(65_536))
                    time.sleep(hold_s)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        thread.join()


def send(url: str, *, method: str = "GET", limits: ApiLimits | None = None) -> Answer:
    with requests.Session() as session:
        limits = limits or ApiLimits()
        transport = Transport(url, clock=lambda: NOW, session=session, limits=limits)
        if method == "POST":
            return transport.send("POST", "Auth/Token", body=b"{}")
        return transport.send("GET", "Posters", token="secret-token")


def test_the_token_is_sent_and_the_answer_read() -> None:
    with answering(OK) as (url, asked):
        answer = send(url)
    assert (answer.status, answer.content, answer.ok) == (200, b"{}", True)
    assert b"Authorization: Bearer secret-token\r\n" in asked[0]


def test_a_redirect_on_the_same_host_is_followed_with_the_token() -> None:
    with answering(redirect("/v2/Posters"), OK) as (url, asked):
        assert send(url).ok
    assert asked[1].startswith(b"GET /v2/Posters ")
    assert b"Authorization: Bearer secret-token\r\n" in asked[1]


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/Posters", "https://other.example/", ""])
def test_a_redirect_to_another_host_or_nowhere_is_not_followed(location: str) -> None:
    with answering(redirect(location)) as (url, _), pytest.raises(FeedUnavailable):
        send(url)


def test_credentials_are_never_redirected() -> None:
    with answering(redirect("/elsewhere")) as (url, _), pytest.raises(FeedUnavailable):
        send(url, method="POST")


def test_redirects_end() -> None:
    with answering(*[redirect("/Posters")] * 4) as (url, _), pytest.raises(FeedUnavailable):
        send(url)


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"]
)
def test_a_broken_answer_makes_the_feed_unavailable(answer: bytes) -> None:
    with answering(answer) as (url, _), pytest.raises(FeedUnavailable):
        send(url)


def test_silence_makes_the_feed_unavailable() -> None:
    with answering(b"", hold_s=0.6) as (url, _), pytest.raises(FeedUnavailable):
        send(url, limits=ApiLimits(read_s=0.2))


def test_a_closed_port_makes_the_feed_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FeedUnavailable):
        send(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("header", "body", "wait_s"),
    [
        ("120", b"", 120),
        (" 0 ", b"", 0),
        ("Thu, 05 Mar 2026 14:05:00 GMT", b"", 300),
        ("Thu, 05 Mar 2026 13:00:00 GMT", b"", 0),
        ("soon", b"", None),
        ("Thu, 05 Mar 2026 14:05:00 -0000", b"", None),
        (None, b"Too many requests. Try again after 1 hour(s)", 3600),
        (None, b'{"title": "... after 30 minutes"}', 1800),
        (None, b"after 45 seconds", 45),
        ("60", b"after 1 hour(s)", 60),
        ("99999999999", b"", 86_400),
        (None, b"after 9999 hours", 86_400),
        (None, b"\xff", None),
        (None, b"", None),
    ],
)
def test_how_long_to_wait_is_read_from_header_or_text(
    header: str | None, body: bytes, wait_s: float | None
) -> None:
    assert retry_after_s(header, body, lambda: NOW) == wait_s
