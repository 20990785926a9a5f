"""What does FCM's answer mean for the device and for us? Status and code in, outcome out.

The one place that reads FCM's status codes. Source: FCM HTTP v1 "ErrorCode" and "Best practices
when sending FCM messages at scale".
"""

from datetime import datetime
from typing import Any

import requests
from firebase_admin.exceptions import FirebaseError
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

Verdict = PushOutcome | Misconfigured


def verdict_of(error: FirebaseError, now: datetime) -> Verdict:
    """Say what a failed send means: an outcome for its device, or what an operator must mend.

    Parameters
    ----------
    error: what firebase-admin made of the answer, or of the lack of one.
    now: aware; a Retry-After given as a date is counted from here.
    """
    response = error.http_response
    if response is None:
        return _unanswered(error)
    code = _fcm_code(response) or error.code
    if response.status_code == requests.codes.bad_request:
        outcome = Outcome.GONE if _names_target(response) else Outcome.REFUSED
        return PushOutcome(outcome=outcome, reason=code)
    if code in (UNREGISTERED, SENDER_ID_MISMATCH):
        return PushOutcome(outcome=Outcome.GONE, reason=code)
    if code in _APPLE_OR_WEB_PUSH_AUTH:  # Android phones go on getting theirs
        return _again(code, QUOTA_RETRY_S)
    return _unlucky(response, code, now)


def verdict_of_credential(error: GoogleAuthError) -> Verdict:
    """Say what a failed sign-in at Google's token service means for every target."""
    if _is_untrusted_certificate(error):
        return untrusted_certificate()
    if isinstance(error, RefreshError) and not error.retryable:
        return Misconfigured(
            "Google refused the FCM service account: make a new key in the Firebase console and"
            " check this machine's clock"
        )
    return _again("UNAVAILABLE", FIRST_RETRY_S)


def untrusted_certificate() -> Misconfigured:
    """Say that TLS ended at somebody whom we don't trust."""
    return Misconfigured(
        "the TLS certificate of the FCM server isn't trusted: check the FCM base URL and, behind"
        " a proxy, the CA bundle setting"
    )


def _unanswered(error: FirebaseError) -> Verdict:
    if isinstance(error.cause, GoogleAuthError):
        return verdict_of_credential(error.cause)
    if _is_untrusted_certificate(error.cause):
        return untrusted_certificate()
    return _again(error.code, FIRST_RETRY_S)


def _unlucky(response: requests.Response, code: str, now: datetime) -> Verdict:
    """Read the statuses that don't speak of the device."""
    status = response.status_code
    asked_s = read_retry_after_s(response.headers.get("Retry-After"), now)
    if status == requests.codes.too_many_requests:
        return _again(code, QUOTA_RETRY_S if asked_s is None else asked_s)
    if status >= requests.codes.internal_server_error:
        return _again(code, FIRST_RETRY_S if asked_s is None else asked_s)
    if status in _MISCONFIGURED:
        return Misconfigured(f"FCM answered {status} {code}: {_MISCONFIGURED[status]}")
    return PushOutcome(outcome=Outcome.REFUSED, reason=code)


_MISCONFIGURED: dict[int, str] = {
    401: "it doesn't accept our access token; check the service account key and the clock",
    403: "the service account may not send; enable the Firebase Cloud Messaging API in the"
    " project and give the account the role Firebase Cloud Messaging API Admin",
    404: "it knows no such project; check the FCM project id and base URL",
}


def _again(code: str, retry_after_s: float) -> PushOutcome:
    return PushOutcome(outcome=Outcome.PENDING, retry_after_s=retry_after_s, reason=code)


def _is_untrusted_certificate(error: object) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def _error_body(response: requests.Response) -> dict[str, Any]:
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _details(response: requests.Response, kind: str) -> list[dict[str, Any]]:
    details = _error_body(response).get("details")
    found = details if isinstance(details, list) else []
    return [d for d in found if isinstance(d, dict) and d.get("@type") == kind]


def _fcm_code(response: requests.Response) -> str | None:
    for detail in _details(response, FCM_ERROR_TYPE):
        if isinstance(code := detail.get("errorCode"), str):
            return code
    return None


def _names_target(response: requests.Response) -> bool:
    """Tell whether a 400 is about the device's address, and about nothing else."""
    fields = {
        str(violation.get("field"))
        for detail in _details(response, BAD_REQUEST_TYPE)
        for violation in detail.get("fieldViolations", [])
    }
    if fields:
        return fields <= _TARGET_FIELDS
    said = str(_error_body(response).get("message", "")).lower()
    return any(words in said for words in _MALFORMED_TARGET_WORDS)
