"""How does a geocoder's request go over the network? Bounded in bytes and seconds, logged nowhere.

geopy's own transports bound each read, so that a server that drips is waited for without end, and
read answers of any length. This one reads no proxies from the environment and follows no redirect:
the operator named the server, which may be on a private network.
"""

import json
import time
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderTimedOut, GeocoderUnavailable
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from alerts.outbound.connect import connect
from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Target, system_resolver

MAX_BYTES = 1_000_000  # five answers with all their details are some 20 kB
_CHUNK_BYTES = 65_536


class BoundedTransport(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """geopy's transport, for one service."""

    def __init__(self, *, proxies: object = None, ssl_context: object = None) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        """Return what the service answers, read as JSON."""
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise GeocoderParseError("it isn't JSON") from None

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        """Return what the service answers.

        Parameters
        ----------
        timeout: seconds for all of it, from the first connection to the last byte.
        """
        deadline = time.monotonic() + timeout
        try:
            return _text(url, headers, deadline)
        except (HTTPError, HTTPException, OSError, OutboundRefused, ValueError) as e:
            if isinstance(e, AdapterHTTPError):
                raise
            if time.monotonic() >= deadline:
                raise GeocoderTimedOut("it took too long") from None
            raise GeocoderUnavailable("it can't be reached") from None


def _text(url: str, headers: Mapping[str, str], deadline: float) -> str:
    target = _target(url)
    left_s = deadline - time.monotonic()
    connection, alarm = connect(
        target, connect_s=left_s, read_s=left_s, ca_bundle=DEFAULT_CA_BUNDLE_PATH, deadline=deadline
    )
    try:
        return _exchange(connection, target, headers, deadline)
    finally:
        alarm.cancel()
        connection.close()


def _exchange(
    connection: HTTPConnection, target: Target, headers: Mapping[str, str], deadline: float
) -> str:
    ours = {"Host": target.host_header, "Accept-Encoding": "identity", "Connection": "close"}
    connection.request(
        "GET",
        target.path,
        headers={**headers, **ours},
        preload_content=False,
        decode_content=False,
    )
    with closing(connection.getresponse()) as response:
        content = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_BYTES or time.monotonic() >= deadline:
                raise OSError("too much, or too slow")
        text = bytes(content).decode(errors="replace")
        if time.monotonic() >= deadline:  # the shut socket looks like the end of the answer
            raise OSError("too slow")
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            names = {name.lower(): value for name, value in response.headers.items()}
            said = f"status {response.status}"
            # without the text, which geopy would log
            raise AdapterHTTPError(said, status_code=response.status, headers=names, text=None)
        return text


def _target(url: str) -> Target:
    """Resolve the server that the operator named, wherever it is."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        addresses=tuple(dict.fromkeys(system_resolver(host, port))),
    )
