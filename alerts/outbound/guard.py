"""May this URL be fetched at all? Only http(s), and only where every address is public.

A feed names the URL, so a feed could name our own database, the cloud's metadata service or the
office printer (SSRF; OWASP, "Server-Side Request Forgery Prevention"). The name is resolved once,
every answer is checked, and the connection goes to the checked address, not to the name.
"""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urlsplit

from alerts.outbound.errors import OutboundRefused

Resolver = Callable[[str, int], Sequence[str]]  # host, port → addresses as text
Address = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
_MAX_URL_CHARS = 2048
_PLAIN = "!#$%&'()*+,/:;=?@[]~"  # what stays as it is; blanks and letters beyond ASCII are quoted

# Whatever WHATWG's URL parser and inet_aton would take for a number: 2130706433, 0x7f.1, 127.1
_NUMBER_LIKE = re.compile(r"(0x[0-9a-f]*|\d+)", re.ASCII | re.IGNORECASE)
_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII | re.IGNORECASE)

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, 2.4: all that IANA has given out
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits


@dataclass(frozen=True, kw_only=True)
class Target:
    """One URL with the addresses that were checked for it."""

    scheme: str
    host: str  # as in the Host header and in the certificate, without brackets
    port: int
    path: str  # path and query
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The host as RFC 9110 7.2 wants it: brackets around IPv6, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for all addresses of `host`."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]


def check_url(url: str, *, resolver: Resolver, allow_loopback: bool = False) -> Target:
    """Resolve `url` and check every address.

    Parameters
    ----------
    resolver: how names become addresses; called once, so that a second answer can't differ.
    allow_loopback: for the demo and tests, which serve photos on this machine: loopback addresses
        are fine, at any port.

    Raises
    ------
    OutboundRefused: `bad_url`, `odd_host`, `bad_port`, `unresolved` (temporary), `not_public`.
    """
    parts, port = _split(url)
    host = _host(parts.hostname or "")
    addresses = _resolve(host, port, resolver)
    if not all(is_public(a) or (allow_loopback and a.is_loopback) for a in addresses):
        raise OutboundRefused("not_public", "The address isn't on the public internet.")
    if port != _PORTS[parts.scheme] and not all(a.is_loopback for a in addresses):
        raise OutboundRefused("bad_port", "The address must use port 80 or 443.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=path,
        addresses=tuple(str(address) for address in addresses),
    )


def is_public(address: Address) -> bool:
    """Whether `address` is a host on the public internet (IANA special-purpose registries).

    IPv4 addresses inside IPv6 ones (mapped, 6to4, Teredo, NAT64) are checked as themselves.
    """
    if isinstance(address, IPv6Address):
        if (inner := _embedded(address)) is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _split(url: str) -> tuple[SplitResult, int]:
    url = url.strip()
    if len(url) > _MAX_URL_CHARS or not url.isprintable() or "\\" in url:
        raise OutboundRefused("bad_url", "The address is too long or has stray characters.")
    try:
        parts = urlsplit(quote(url, safe=_PLAIN))
        port = parts.port
    except ValueError as e:
        raise OutboundRefused("bad_url", "The address can't be read.") from e
    if parts.scheme not in _PORTS:
        raise OutboundRefused("bad_url", "The address must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise OutboundRefused("bad_url", "The address must not carry a user name.")
    return parts, _PORTS[parts.scheme] if port is None else port


def _host(host: str) -> str:
    """Accept a canonical address or a name; numbers in disguise are neither."""
    host = host.removesuffix(".")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    last_label = host.rpartition(".")[2]
    if not _HOST_NAME.fullmatch(host) or _NUMBER_LIKE.fullmatch(last_label):
        raise OutboundRefused("odd_host", "The address names no host.")
    return host.lower()


def _resolve(host: str, port: int, resolver: Resolver) -> tuple[Address, ...]:
    try:
        answers = [host] if _is_address(host) else resolver(host, port)
        addresses = tuple(dict.fromkeys(ip_address(answer) for answer in answers))
    except (OSError, ValueError) as e:
        raise _unresolved() from e
    if not addresses:
        raise _unresolved()
    return addresses


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def _unresolved() -> OutboundRefused:
    return OutboundRefused("unresolved", "The host can't be found now.", temporary=True)
