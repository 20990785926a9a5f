"""What does FCM's answer mean for the device and for us? Status and code in, outcome out.

The one place that reads FCM's status codes, for both ways of sending. Source: FCM HTTP v1
"ErrorCode" and "Best practices when sending FCM messages at scale".
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from google.auth.exceptions import GoogleAuthError, RefreshError

from alerts.delivery.retry import FIRST_RETRY_S, QUOTA_RETRY_S, read_retry_after_s
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome

FCM_ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST_TYPE = "type.googleapis.com/google.rpc.BadRequest"

UNREGISTERED = "UNREGISTERED"
SENDER_ID_MISMATCH = "SENDER_ID_MISMATCH"
_APPLE_OR_WEB_PUSH_AUTH = frozenset({"THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"})
_TARGET_FIELDS = frozenset({"message.token", "message.fid"})
# FCM's words for a malformed token when it names no field.
_MALFORMED_TARGET_WORDS = ("registration token", "installation id")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")  # what is kept as a reason

Verdict = PushOutcome | Misconfigured
SENT = PushOutcome(outcome=Outcome.SENT)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What FCM said to one message."""

    status: int
    retry_after: str | None = None  # the header
    body: bytes = b""


def verdict_of(answer: Answer, now: datetime) -> Verdict:
    """Say what an answer means: an outcome for its device, or what an operator must mend.

    Parameters
    ----------
    answer: as received; its body may be anything.
    now: aware; a Retry-After given as a date is counted from here.
    """
    if answer.status == HTTPStatus.OK:
        return SENT
    error = _error(answer.body)
    code = _fcm_code(error) or _known(error.get("status")) or f"HTTP_{answer.status}"
    if answer.status == HTTPStatus.BAD_REQUEST:
        outcome = Outcome.GONE if _names_target(error) else Outcome.REFUSED
        return PushOutcome(outcome=outcome, reason=code)
    if code in (UNREGISTERED, SENDER_ID_MISMATCH):
        return PushOutcome(outcome=Outcome.GONE, reason=code)
    if code in _APPLE_OR_WEB_PUSH_AUTH:  # Android phones go on getting theirs
        return again(code, QUOTA_RETRY_S)
    return _unlucky(answer, code, now)


def is_token_rejected(answer: Answer) -> bool:
    """Tell whether FCM refused our access token (and not Apple our certificate, also a 401)."""
    if answer.status != HTTPStatus.UNAUTHORIZED:
        return False
    return _fcm_code(_error(answer.body)) not in _APPLE_OR_WEB_PUSH_AUTH


def verdict_of_credential(error: GoogleAuthError) -> Verdict:
    """Say what a failed sign-in at Google's token service means for every target."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return untrusted_certificate()
    if isinstance(error, RefreshError) and not error.retryable:
        return Misconfigured(
            "Google refused the FCM service account: make a new key in the Firebase console and"
            " check this machine's clock"
        )
    return again("NO_ACCESS_TOKEN", FIRST_RETRY_S)


def untrusted_certificate() -> Misconfigured:
    """Say that TLS ended at somebody whom we don't trust."""
    return Misconfigured(
        "the TLS certificate of the FCM server isn't trusted: check the FCM base URL and, behind"
        " a proxy, the CA bundle setting"
    )


def again(reason: str, retry_after_s: float) -> PushOutcome:
    """Make the outcome of what surely wasn't delivered."""
    return PushOutcome(outcome=Outcome.PENDING, retry_after_s=retry_after_s, reason=reason)


def lost(reason: str) -> PushOutcome:
    """Make the outcome of what FCM may have taken: the phone may have been told."""
    return PushOutcome(outcome=Outcome.IN_FLIGHT, retry_after_s=FIRST_RETRY_S, reason=reason)


def _unlucky(answer: Answer, code: str, now: datetime) -> Verdict:
    """Read the statuses that don't speak of the device."""
    status = answer.status
    asked_s = read_retry_after_s(answer.retry_after, now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return again(code, QUOTA_RETRY_S if asked_s is None else asked_s)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return again(code, FIRST_RETRY_S if asked_s is None else asked_s)
    if status in _MISCONFIGURED:
        return Misconfigured(f"FCM answered {status} {code}: {_MISCONFIGURED[status]}")
    return PushOutcome(outcome=Outcome.REFUSED, reason=code)


_MISCONFIGURED: dict[int, str] = {
    401: "it doesn't accept our access token; check the service account key and the clock",
    403: "the service account may not send; enable the Firebase Cloud Messaging API in the"
    " project and give the account the role Firebase Cloud Messaging API Admin",
    404: "it knows no such project; check the FCM project id and base URL",
}


def _error(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}


def _details(error: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    details = error.get("details")
    found = details if isinstance(details, list) else []
    return [d for d in found if isinstance(d, dict) and d.get("@type") == kind]


def _fcm_code(error: dict[str, Any]) -> str | None:
    codes = (_known(detail.get("errorCode")) for detail in _details(error, FCM_ERROR_TYPE))
    return next((code for code in codes if code), None)


def _known(code: object) -> str | None:
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _names_target(error: dict[str, Any]) -> bool:
    """Tell whether a 400 is about the device's address, and about nothing else."""
    fields: set[str] = set()
    for detail in _details(error, BAD_REQUEST_TYPE):
        violations = detail.get("fieldViolations")
        named = violations if isinstance(violations, list) else []
        fields |= {
            str(violation.get("field")) for violation in named if isinstance(violation, dict)
        }
    if fields:
        return fields <= _TARGET_FIELDS
    said = str(error.get("message", "")).lower()
    return any(words in said for words in _MALFORMED_TARGET_WORDS)
