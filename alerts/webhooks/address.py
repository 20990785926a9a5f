"""May a feed have its post sent there? https, on the public internet; looked at again at send.

An address is as dangerous as one of a photo: it could be our own database or the cloud's metadata
service (SSRF). The guard is `alerts.outbound`; here is only what a webhook asks beyond it.
"""

from ipaddress import ip_address

from alerts.outbound.errors import OutboundRefused
from alerts.outbound.guard import Resolver, check_url, system_resolver


def check_address(
    url: str, *, allow_loopback: bool = False, resolver: Resolver = system_resolver
) -> None:
    """Refuse an address that post may not be sent to.

    Parameters
    ----------
    allow_loopback: for rehearsals on this machine: loopback addresses are fine, also by http.

    Raises
    ------
    OutboundRefused: `insecure_url`, and the codes of `check_url`.
    """
    target = check_url(url, resolver=resolver, allow_loopback=allow_loopback)
    if target.scheme == "https":
        return
    if not all(ip_address(address).is_loopback for address in target.addresses):
        raise OutboundRefused("insecure_url", "The address must begin with https://.")
