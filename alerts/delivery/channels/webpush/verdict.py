"""What does a push service's answer mean for the device and for us? Status in, outcome out.

The one place that reads push services' status codes. Source: RFC 8030, 5 and 8.4; RFC 8292, 4.2;
Mozilla's "Error Codes" of autopush; Apple's "Sending web push notifications in web apps".

Whoever subscribes names the push service, so it may be anybody's. What a stranger's server says
must not set a whole batch aside (REFUSED by all), and not page anybody (VAPID_REFUSED): those are
believed only of the services that browsers have built in. A 400 is no exception: an endpoint that
somebody made up gets one, too. Such a device is tried again until the alert ends.
"""

from dataclasses import dataclass
from datetime import datetime

from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError, RequestError

from alerts.delivery.retry import (
    FIRST_RETRY_S,
    LONGEST_RETRY_S,
    QUOTA_RETRY_S,
    read_retry_after_s,
)
from alerts.outbound.errors import OutboundRefused
from alerts.push import Outcome, PushOutcome

VAPID_REFUSED = "VAPID_REFUSED"  # our key, our subject or our clock: a person must look
VAPID_MISMATCH = "VAPID_MISMATCH"  # the subscription was made with another key than ours
NOT_PUBLIC = "NOT_PUBLIC"
BUSY = "ORIGIN_BUSY"  # no connection to the push service became free in time

_TAKEN = frozenset({200, 201, 202, 204})
_GONE = frozenset({404, 410})
_UNPROVEN = frozenset({401, 403})
_WAIT = frozenset({408, 425, 429})
_TOO_LARGE, _TOO_MANY, _SERVER_ERROR = 413, 429, 500

# How Google, Mozilla and Apple say that a subscription belongs to another VAPID key.
_MISMATCHES = (
    b"do not correspond to the credentials used to create",
    b"VAPID public key mismatch",
    b"VapidPkHashMismatch",
)
_OF_BROWSERS = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
UNREACHABLE, NO_ANSWER, UNRESOLVED = "UNREACHABLE", "NO_ANSWER", "UNRESOLVED"
_TROUBLES = frozenset({UNREACHABLE, NO_ANSWER, UNRESOLVED, NOT_PUBLIC, *map(str, _WAIT)})
# In the words of hyper and h2, as pyreqwest hands them on: no connection was made, so no byte of
# the request has left; or it wasn't processed (RFC 9113: beyond a GOAWAY's last stream, refused).
_UNSENT = (
    "client error (Connect)",
    "connection error received",
    "refused stream before processing",
)

SENT = PushOutcome(outcome=Outcome.SENT)


@dataclass(frozen=True, kw_only=True)
class Service:
    """What we know of the push service that answers."""

    is_of_browsers: bool  # of Google, Mozilla, Apple or Microsoft: its word counts
    knows_us: bool  # it took a push of ours: our key is right, and so is what we send


def is_of_browsers(host: str) -> bool:
    """Say whether a host is a push service that a browser has built in."""
    return host.endswith(_OF_BROWSERS)


def verdict_of(
    status: int, retry_after: str | None, body: bytes, service: Service, now: datetime
) -> PushOutcome:
    """Say what an answer means.

    A mismatch ends the device only where the service knows us: restored without its keyring, an
    instance has a new key, and would end every device there is.

    Parameters
    ----------
    retry_after: the header, as it came.
    body: its first bytes.
    now: aware; a Retry-After given as a date is counted from here.
    """
    if status in _TAKEN:
        return SENT
    if status in _GONE:
        return _gone(str(status))
    is_mismatch = any(words in body for words in _MISMATCHES)
    if is_mismatch and service.knows_us:
        return _gone(VAPID_MISMATCH)
    if (is_mismatch or status in _UNPROVEN) and service.is_of_browsers and not service.knows_us:
        return again(VAPID_REFUSED, LONGEST_RETRY_S)
    if status in _WAIT or status >= _SERVER_ERROR:
        return _busy(status, read_retry_after_s(retry_after, now))
    if status == _TOO_LARGE and service.is_of_browsers:
        return PushOutcome(outcome=Outcome.REFUSED, reason="TOO_LARGE")
    return again(str(status), LONGEST_RETRY_S)  # redirects too: never followed, to where?


def is_trouble(answer: PushOutcome) -> bool:
    """Say whether a push service isn't well, or has enough of us: not of one device alone."""
    return answer.reason in _TROUBLES or answer.reason.startswith("5")


def verdict_of_failure(error: PyreqwestError) -> PushOutcome:
    """Say what it means that no answer came: surely unsent, or handed over and the answer lost."""
    if was_never_sent(error):
        return again(UNREACHABLE, FIRST_RETRY_S)
    return PushOutcome(outcome=Outcome.IN_FLIGHT, retry_after_s=FIRST_RETRY_S, reason=NO_ANSWER)


def was_never_sent(error: PyreqwestError) -> bool:
    """Say whether nobody can have acted on the request.

    The class doesn't tell: pyreqwest raises ConnectError also for a connection that was cut after
    the request had been written.
    """
    if isinstance(error, PoolTimeoutError) or not isinstance(error, RequestError):
        return True
    told = "\n".join(cause["message"] for cause in error.details["causes"] or ())
    return any(words in told for words in _UNSENT)


def verdict_of_address(refused: OutboundRefused, *, is_of_address: bool) -> PushOutcome:
    """Say what it means that the push service's host may not be asked, or can't be found.

    A name may lead to a public address again; an address remains what it is.
    """
    reason = refused.code.upper()
    if refused.temporary:
        return again(reason, FIRST_RETRY_S)
    if reason == NOT_PUBLIC and not is_of_address:
        return again(reason, LONGEST_RETRY_S)
    return _gone(reason)


def again(reason: str, retry_after_s: float) -> PushOutcome:
    """Return: surely not delivered, to be tried again."""
    return PushOutcome(outcome=Outcome.PENDING, retry_after_s=retry_after_s, reason=reason)


def _busy(status: int, asked_s: float | None) -> PushOutcome:
    """Wait as long as asked, but no longer than we would of ourselves: others wait in the batch."""
    least_s = QUOTA_RETRY_S if status == _TOO_MANY and asked_s is None else FIRST_RETRY_S
    return again(str(status), min(max(least_s, asked_s or 0.0), LONGEST_RETRY_S))


def _gone(reason: str) -> PushOutcome:
    return PushOutcome(outcome=Outcome.GONE, reason=reason)
