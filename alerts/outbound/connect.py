"""Which of a target's checked addresses takes our connection? With an alarm at the deadline."""

import socket
import threading
import time
from contextlib import suppress

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Target


def connect(
    target: Target, *, connect_s: float, read_s: float, ca_bundle: str, deadline: float
) -> tuple[HTTPConnection, threading.Timer]:
    """Try the checked addresses in the resolver's order.

    Parameters
    ----------
    deadline: of `time.monotonic()`.

    Returns: the connection, and the alarm that shuts its socket at the deadline, however slowly
    the other side drips.

    Raises
    ------
    OutboundRefused: `too_slow` or `unreachable`, both temporary.
    """
    for address in target.addresses:
        remaining_s = deadline - time.monotonic()
        if remaining_s <= 0:
            raise OutboundRefused("too_slow", "The server is too slow.", temporary=True)
        connection = _connection(target, address, ca_bundle, min(connect_s, remaining_s))
        alarm = _alarm(connection, remaining_s)
        try:
            connection.connect()
        except (HTTPError, OSError, ValueError):  # a certificate of another name is a ValueError
            alarm.cancel()
            connection.close()
            continue
        _set_timeout(connection, read_s)
        return connection, alarm
    raise OutboundRefused("unreachable", "The server can't be reached.", temporary=True)


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


def _connection(target: Target, address: str, ca_bundle: str, timeout_s: float) -> HTTPConnection:
    """Name the host to the server and check its certificate for it, at the checked address."""
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=timeout_s)
    return HTTPSConnection(
        address,
        target.port,
        timeout=timeout_s,
        cert_reqs="CERT_REQUIRED",
        ca_certs=ca_bundle,
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _set_timeout(connection: HTTPConnection, timeout_s: float) -> None:
    connection.timeout = timeout_s
    if connection.sock is not None:
        connection.sock.settimeout(timeout_s)
