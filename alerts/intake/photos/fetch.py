"""How does a photo's URL become bytes? Guarded, pinned to the checked address, bounded in all ways.

Every hop of a redirect is checked anew. Nothing here reads proxies from the environment: a proxy
would resolve the name again, and could answer otherwise.
The system's resolver has its own time limit.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urljoin

from requests import codes
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.guard import Resolver, Target, check_url, system_resolver

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class PhotoLimits:
    """How much of a stranger's server is put up with."""

    max_bytes: int = 10_000_000
    total_s: float = 30.0  # from the first connection to the last byte, redirects included
    connect_s: float = 5.0
    read_s: float = 10.0  # between two packets
    max_redirects: int = 3
    ca_bundle: str = DEFAULT_CA_BUNDLE_PATH  # file of the certificate authorities that count


def fetch_photo(
    url: str,
    *,
    limits: PhotoLimits | None = None,
    resolver: Resolver = system_resolver,
    allow_loopback: bool = False,
) -> bytes:
    """Fetch one photo, unaltered; `clean.clean_photo` is the next step.

    Parameters
    ----------
    url: http or https, as the feed sent it.
    limits: bytes, seconds and redirects; the defaults if None.
    allow_loopback: for the demo and tests only.

    Raises
    ------
    PhotoRefused: the guard's codes, or `too_many_redirects`, `insecure_redirect`, `http_status`,
        `not_an_image`, `encoded`, `too_large`, `too_slow`, `unreachable`. `temporary` if the same
        URL may work later.
    """
    limits = limits or PhotoLimits()
    deadline = time.monotonic() + limits.total_s
    for _ in range(limits.max_redirects + 1):
        target = check_url(url, resolver=resolver, allow_loopback=allow_loopback)
        with _response(target, limits, deadline) as response:
            if response.status not in _REDIRECTS:
                return _photo(response, limits, deadline)
            url = _next_url(url, target, response)
    raise PhotoRefused("too_many_redirects", "The photo's URL leads on and on.")


def _next_url(url: str, target: Target, response: BaseHTTPResponse) -> str:
    location = response.headers.get("Location")
    if not location:
        raise PhotoRefused("http_status", "The photo's server redirects to nowhere.")
    try:
        following = urljoin(url, location)
    except ValueError as e:
        raise PhotoRefused("bad_url", "The photo's redirect can't be read.") from e
    if target.scheme == "https" and not following.lower().startswith("https:"):
        raise PhotoRefused("insecure_redirect", "The photo's URL leads from https to http.")
    return following


@contextmanager
def _response(target: Target, limits: PhotoLimits, deadline: float) -> Iterator[BaseHTTPResponse]:
    """Connect to a checked address, ask, and close."""
    connection, alarm = _connect(target, limits, deadline)
    try:
        with closing(_ask(connection, target)) as response:
            yield response
    except (HTTPError, HTTPException, OSError, ValueError) as e:
        raise (_too_slow() if time.monotonic() >= deadline else _unreachable()) from e
    finally:
        alarm.cancel()
        connection.close()


def _connect(
    target: Target, limits: PhotoLimits, deadline: float
) -> tuple[HTTPConnection, threading.Timer]:
    """Try the checked addresses in the resolver's order.

    Returns: the connection, and the alarm that shuts its socket at the deadline, however slowly
    the other side drips.
    """
    for address in target.addresses:
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            raise _too_slow()
        connection = _connection(target, address, limits, min(limits.connect_s, remaining_s))
        alarm = _alarm(connection, remaining_s)
        try:
            connection.connect()
        except (HTTPError, OSError, ValueError):  # a certificate of another name is a ValueError
            alarm.cancel()
            connection.close()
            continue
        _set_timeout(connection, limits.read_s)
        return connection, alarm
    raise _unreachable()


def _alarm(connection: HTTPConnection, after_s: float) -> threading.Timer:
    alarm = threading.Timer(after_s, _shut, (connection,))
    alarm.daemon = True
    alarm.start()
    return alarm


def _shut(connection: HTTPConnection) -> None:
    """Wake whoever reads from the socket; closing it is left to them."""
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _connection(
    target: Target, address: str, limits: PhotoLimits, timeout_s: float
) -> HTTPConnection:
    """Name the host to the server and check its certificate for it, at the checked address."""
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout_s)
    return HTTPSConnection(
        address,
        target.port,
        timeout=timeout_s,
        cert_reqs="CERT_REQUIRED",
        ca_certs=limits.ca_bundle,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _set_timeout(connection: HTTPConnection, timeout_s: float) -> None:
    connection.timeout = timeout_s
    if connection.sock is not None:
        connection.sock.settimeout(timeout_s)


def _ask(connection: HTTPConnection, target: Target) -> BaseHTTPResponse:
    headers = {
        "Host": target.host_header,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "User-Agent": "Porchlight photo fetcher",
        "Connection": "close",
    }
    connection.request(
        "GET", target.path, headers=headers, preload_content=False, decode_content=False
    )
    return connection.getresponse()


def _photo(response: BaseHTTPResponse, limits: PhotoLimits, deadline: float) -> bytes:
    _check_head(response, limits)
    content = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        content += chunk
        if len(content) > limits.max_bytes:
            raise _too_large()
        if time.monotonic() >= deadline:
            raise _too_slow()
    if time.monotonic() >= deadline:  # the shut socket looks like the end of the photo
        raise _too_slow()
    return bytes(content)


def _check_head(response: BaseHTTPResponse, limits: PhotoLimits) -> None:
    if response.status != codes.ok:
        busy = response.status == _TOO_MANY_REQUESTS or response.status >= _SERVER_ERROR
        message = f"The photo's server answers with status {response.status}."
        raise PhotoRefused("http_status", message, temporary=busy)
    if not response.headers.get("Content-Type", "").strip().lower().startswith("image/"):
        raise PhotoRefused("not_an_image", "The photo's server sends no image.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise PhotoRefused("encoded", "The photo's server compresses, though asked not to.")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > limits.max_bytes:
        raise _too_large()


def _too_large() -> PhotoRefused:
    return PhotoRefused("too_large", "The photo has too many bytes.")


def _too_slow() -> PhotoRefused:
    return PhotoRefused("too_slow", "The photo's server is too slow.", temporary=True)


def _unreachable() -> PhotoRefused:
    return PhotoRefused("unreachable", "The photo's server can't be reached.", temporary=True)
