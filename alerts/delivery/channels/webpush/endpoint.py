"""May we push there? https, and on the public internet: whoever subscribes names the address.

It is looked at when somebody subscribes, and again when we send (DNS rebinding); the connection
goes to the address that was checked. The guard is `alerts.outbound`; and the library that sends
must read the same host, or nothing can be pushed there.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote

from pyreqwest.http import Url

from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, Target, check_url, system_resolver

LONGEST_CHARS = 2048  # `device.address`
_VISIBLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # ASCII, no backslash: parsers differ on it
_PARTS = re.compile(r"(https://[^/?#]+)([^#]*)(?:#.*)?", re.IGNORECASE)
_PLAIN = "!$%&'()*+,/:;=?@[]~"  # stays as it is in a path; what else there is, is quoted


@dataclass(frozen=True, kw_only=True)
class PushService:
    """A push service as an endpoint names it; where its host is, nobody has asked yet."""

    host: str
    origin: str  # in ASCII (RFC 6454, 6.2): the `aud` of VAPID
    is_of_address: bool  # the host is an address itself, which won't be another one tomorrow


def check_endpoint(
    endpoint: str, *, allow_loopback: bool = False, resolver: Resolver = system_resolver
) -> Target:
    """Resolve the endpoint of a subscription and check every address.

    Parameters
    ----------
    allow_loopback: for the demo and tests: loopback addresses are fine, at any port.

    Raises
    ------
    OutboundRefused: `insecure_url`, and the codes of `check_url`.
    """
    service, path = read_endpoint(endpoint)
    return check_url(service.origin + path, resolver=resolver, allow_loopback=allow_loopback)


def read_endpoint(endpoint: str) -> tuple[PushService, str]:
    """Read which push service an endpoint is of, and the path there; nothing is looked up.

    Raises
    ------
    OutboundRefused: `insecure_url`, `bad_url`, `odd_host`: it can never be pushed to.
    """
    if not _VISIBLE.fullmatch(endpoint) or len(endpoint) > LONGEST_CHARS:
        raise OutboundRefused("bad_url", "The address is too long or has stray characters.")
    parts = _PARTS.fullmatch(endpoint)
    if parts is None:
        raise OutboundRefused("insecure_url", "The address must begin with https://.")
    path = quote(parts[2], safe=_PLAIN)
    return _service(parts[1]), path if path.startswith("/") else f"/{path}"


@lru_cache(maxsize=1024)
def _service(root: str) -> PushService:
    """Read the origin; with loopback allowed, any port is fine at the address nobody asked for."""
    target = check_url(
        f"{root}/", resolver=lambda _host, _port: ("127.0.0.1",), allow_loopback=True
    )
    origin = f"https://{target.host_header}"
    if _host_as_sent(origin) != target.host:
        raise OutboundRefused("odd_host", "The address names no host: its name can't be read.")
    return PushService(
        host=target.host,
        origin=origin,
        is_of_address=_is_address(target.host),
    )


def _host_as_sent(origin: str) -> str | None:
    """Return the host as the sending library reads it; None if it can't: "xn--a" is no name."""
    try:
        host = Url(origin).host_str
    except ValueError:
        return None
    return host and host.strip("[]")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
