"""What does a stranger's server answer? Guarded, pinned to the checked address, bounded.

Every hop of a redirect is checked anew. Nothing here reads proxies from the environment: a proxy
would resolve the name again, and could answer otherwise.
The system's resolver has its own time limit.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from alerts.outbound.connect import connect
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, Target, check_url, system_resolver

Headers = Mapping[str, str]
CheckHead = Callable[[int, Headers], None]  # status, headers; raises to read no further

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK_BYTES = 65_536
_SECRET = frozenset({"authorization", "cookie"})


@dataclass(frozen=True, kw_only=True)
class AskLimits:
    """How much of a stranger's server is put up with."""

    max_bytes: int = 10_000_000
    total_s: float = 30.0  # from the first connection to the last byte, redirects included
    connect_s: float = 5.0
    read_s: float = 10.0  # between two packets
    max_redirects: int = 3
    ca_bundle: str = DEFAULT_CA_BUNDLE_PATH  # file of the certificate authorities that count


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; `Host`, `Accept-Encoding` and `Connection` are ours to set."""

    url: str  # http or https
    method: str = "GET"
    headers: Headers = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came back; any status but a redirect."""

    status: int
    headers: Headers  # looked up in any case of letters
    body: bytes
    url: str  # where it came from, after redirects


def _any_head(status: int, headers: Headers) -> None:
    """Accept every answer's head."""


def ask(
    asked: Asked,
    *,
    limits: AskLimits | None = None,
    resolver: Resolver = system_resolver,
    allow_loopback: bool = False,
    check_head: CheckHead = _any_head,
) -> Answered:
    """Send a request and read the answer.

    Parameters
    ----------
    limits: bytes, seconds and redirects; the defaults if None.
    allow_loopback: for the demo and tests only.
    check_head: sees status and headers before the body is read.

    Raises
    ------
    OutboundRefused: the guard's codes, or `too_many_redirects`, `insecure_redirect`,
        `bad_redirect`, `encoded`, `too_large`, `too_slow`, `unreachable`. `temporary` if the same
        address may work later. And whatever `check_head` raises.
    """
    limits = limits or AskLimits()
    deadline = time.monotonic() + limits.total_s
    for _ in range(limits.max_redirects + 1):
        target = check_url(asked.url, resolver=resolver, allow_loopback=allow_loopback)
        with _response(asked, target, limits, deadline) as response:
            if response.status not in _REDIRECTS:
                check_head(response.status, response.headers)
                body = _body(response, limits, deadline)
                return Answered(
                    status=response.status, headers=response.headers, body=body, url=asked.url
                )
            asked = _redirected(asked, target, response)
    raise OutboundRefused("too_many_redirects", "The address leads on and on.")


def _redirected(asked: Asked, target: Target, response: BaseHTTPResponse) -> Asked:
    """Follow a redirect; what is secret goes to no other host (RFC 9110, 15.4)."""
    location = response.headers.get("Location")
    if not location:
        raise OutboundRefused("bad_redirect", "The server redirects to nowhere.")
    try:
        following = urljoin(asked.url, location)
    except ValueError as e:
        raise OutboundRefused("bad_url", "The redirect can't be read.") from e
    if target.scheme == "https" and not following.lower().startswith("https:"):
        raise OutboundRefused("insecure_redirect", "The address leads from https to http.")
    if urlsplit(following)[:2] == urlsplit(asked.url)[:2]:
        return replace(asked, url=following)
    public = {name: value for name, value in asked.headers.items() if name.lower() not in _SECRET}
    return replace(asked, url=following, headers=public)


@contextmanager
def _response(
    asked: Asked, target: Target, limits: AskLimits, deadline: float
) -> Iterator[BaseHTTPResponse]:
    """Connect to a checked address, ask, and close."""
    connection, alarm = connect(
        target,
        connect_s=limits.connect_s,
        read_s=limits.read_s,
        ca_bundle=limits.ca_bundle,
        deadline=deadline,
    )
    try:
        with closing(_send(connection, asked, target)) as response:
            yield response
    except (HTTPError, HTTPException, OSError, ValueError) as e:
        raise (too_slow() if time.monotonic() >= deadline else unreachable()) from e
    finally:
        alarm.cancel()
        connection.close()


def _send(connection: HTTPConnection, asked: Asked, target: Target) -> BaseHTTPResponse:
    headers = {
        "User-Agent": "Porchlight",
        **asked.headers,
        "Host": target.host_header,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    connection.request(
        asked.method,
        target.path,
        body=asked.body,
        headers=headers,
        preload_content=False,
        decode_content=False,
    )
    return connection.getresponse()


def _body(response: BaseHTTPResponse, limits: AskLimits, deadline: float) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise OutboundRefused("encoded", "The server compresses, though asked not to.")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > limits.max_bytes:
        raise too_large()
    content = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        content += chunk
        if len(content) > limits.max_bytes:
            raise too_large()
        if time.monotonic() >= deadline:
            raise too_slow()
    if time.monotonic() >= deadline:  # the shut socket looks like the end of the answer
        raise too_slow()
    return bytes(content)


def too_large() -> OutboundRefused:
    """Return the refusal of more bytes than allowed."""
    return OutboundRefused("too_large", "The answer has too many bytes.")


def too_slow() -> OutboundRefused:
    """Return the refusal of a server that takes too long."""
    return OutboundRefused("too_slow", "The server is too slow.", temporary=True)


def unreachable() -> OutboundRefused:
    """Return the refusal of a server that doesn't answer."""
    return OutboundRefused("unreachable", "The server can't be reached.", temporary=True)
