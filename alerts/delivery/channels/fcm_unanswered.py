"""No answer came: had the push left? What surely hadn't is PENDING, everything else IN_FLIGHT.

A phone may show what is IN_FLIGHT, so whoever ends the alert must tell it. What isn't recognised
here counts as such.
"""

import ssl
from collections.abc import Iterator, Sequence

from requests import exceptions
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from alerts.delivery.channels.fcm_errors import Verdict, again, lost, untrusted_certificate
from alerts.delivery.retry import FIRST_RETRY_S
from alerts.errors import Misconfigured

# The words of reqwest, hyper, h2 and rustls, as pyreqwest hands them on.
_NEVER_CONNECTED = "client error (Connect)"
_BAD_CERTIFICATE = "invalid peer certificate"
_TIMED_OUT = "operation timed out"
# RFC 9113: neither the streams after a GOAWAY's last one nor a refused stream were processed.
_GONE_AWAY = "connection error received"
_REFUSED_STREAM = "refused stream before processing"
_NOT_HTTP_2 = ("frame with invalid size", "NoApplicationProtocol")


def verdict_of_causes(causes: Sequence[str]) -> Verdict:
    """Read why pyreqwest had no answer.

    Parameters
    ----------
    causes: the error's messages, the outermost first.
    """
    told = "\n".join(causes)
    if _BAD_CERTIFICATE in told:
        return untrusted_certificate()
    if any(words in told for words in _NOT_HTTP_2):
        return Misconfigured(
            "the FCM server doesn't speak HTTP/2: check the FCM base URL or, behind a proxy that"
            " can't, set the FCM sender to plain"
        )
    if _NEVER_CONNECTED in told:
        return unreachable()
    if _GONE_AWAY in told or _REFUSED_STREAM in told:
        return again("NOT_PROCESSED", FIRST_RETRY_S)
    return lost("TIMEOUT" if _TIMED_OUT in told else "CONNECTION_LOST")


def verdict_of_exception(error: BaseException | None) -> Verdict:
    """Read why requests, below firebase-admin, had no answer."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return untrusted_certificate()
    if any(_never_connected(cause) for cause in _causes(error)):
        return unreachable()
    return lost("TIMEOUT" if isinstance(error, exceptions.Timeout) else "CONNECTION_LOST")


def unreachable() -> Verdict:
    """Say that nothing has left this machine: no name, no connection, no TLS."""
    return again("UNREACHABLE", FIRST_RETRY_S)


def _never_connected(error: BaseException) -> bool:
    if isinstance(error, exceptions.ConnectTimeout | NewConnectionError | ProxyError):
        return True
    # TLS that ended in mid-air may have carried the request; a handshake that failed can't.
    return isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what it was made from; urllib3 keeps that in `reason` and `args`."""
    seen: set[int] = set()
    unread = [error]
    while unread:
        cause = unread.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        unread += [arg for arg in cause.args if isinstance(arg, BaseException)]
        unread += [cause.__cause__, cause.reason if isinstance(cause, MaxRetryError) else None]
