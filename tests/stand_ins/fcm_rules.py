"""What would FCM say to this message? Its validation and its error documents.

Source: FCM HTTP v1 reference (projects.messages, ErrorCode), google.rpc.BadRequest, and answers
that FCM users have published.
"""

import json
import re
from typing import Any

from tests.stand_ins.exchange import Answered

SIZE_LIMIT_BYTES = 4096
_TARGETS = ("token", "fid", "topic", "condition")
_FIELDS = frozenset(
    {"name", "data", "notification", "android", "webpush", "apns", "fcm_options", *_TARGETS}
)
_TTL = re.compile(r"\d{1,7}(\.\d{1,9})?s")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_FCM_CODES = {400: "INVALID_ARGUMENT", 429: "QUOTA_EXCEEDED", 500: "INTERNAL", 503: "UNAVAILABLE"}
Violation = tuple[str, str]  # field, description


def error(
    status: int,
    message: str,
    *,
    fcm_code: str | None = None,
    violations: tuple[Violation, ...] = (),
    retry_after: str | None = None,
) -> Answered:
    """Make FCM's error document; `fcm_code` is the code of google.firebase.fcm.v1.FcmError."""
    details: list[dict[str, Any]] = []
    if code := fcm_code or _FCM_CODES.get(status):
        kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
        details.append({"@type": kind, "errorCode": code})
    if violations:
        fields = [{"field": field, "description": said} for field, said in violations]
        kind = "type.googleapis.com/google.rpc.BadRequest"
        details.append({"@type": kind, "fieldViolations": fields})
    name = _STATUS_NAMES.get(status, "UNKNOWN")
    document = {"code": status, "message": message, "status": name, "details": details}
    headers = (("retry-after", retry_after),) if retry_after is not None else ()
    return Answered(status=status, body=json.dumps({"error": document}).encode(), headers=headers)


def malformed_token() -> Answered:
    """Answer for an address that never was one; FCM names no field here."""
    return error(400, "The registration token is not a valid FCM registration token")


def unregistered() -> Answered:
    """Answer for a device that is no more."""
    return error(404, "Requested entity was not found.", fcm_code="UNREGISTERED")


def sender_id_mismatch() -> Answered:
    """Answer for a device of another sender."""
    return error(403, "SenderId mismatch", fcm_code="SENDER_ID_MISMATCH")


def third_party_auth() -> Answered:
    """Answer when Apple doesn't accept the project's APNs key."""
    message = "Auth error from APNS or Web Push Service"
    return error(401, message, fcm_code="THIRD_PARTY_AUTH_ERROR")


def refusal_of(body: bytes) -> Answered | None:
    """Return FCM's 400 for the request's body, or None if it takes it."""
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return error(400, "Invalid JSON payload received. Unexpected token.")
    if not isinstance(message, dict):
        return error(400, "Invalid value at 'message'")
    size = len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
    if size > SIZE_LIMIT_BYTES:
        said = "Android message is too big"
        return error(400, said, violations=(("message", said),))
    found = (*_of_target(message), *_of_data(message), *_of_platforms(message))
    if found:
        return error(400, "Request contains an invalid argument.", violations=found)
    return None


def _of_target(message: dict[str, Any]) -> tuple[Violation, ...]:
    unknown = tuple(
        (f"message.{field}", f'Unknown name "{field}"') for field in message.keys() - _FIELDS
    )
    if sum(target in message for target in _TARGETS) != 1:
        return (*unknown, ("message", "Recipient of the message is not set."))
    return unknown


def _of_data(message: dict[str, Any]) -> tuple[Violation, ...]:
    data = message.get("data", {})
    wrong = [f"message.data.{k}" for k, v in data.items() if not isinstance(v, str)]
    taken = [f"message.data.{k}" for k in data if k in ("from", "message_type")]
    taken += [f"message.data.{k}" for k in data if k.startswith(("google", "gcm"))]
    return tuple((field, "Invalid data key or value") for field in (*wrong, *taken))


def _of_platforms(message: dict[str, Any]) -> tuple[Violation, ...]:
    android = message.get("android", {})
    apple = message.get("apns", {}).get("headers", {})
    web = message.get("webpush", {})
    link = web.get("fcm_options", {}).get("link", "https://")
    checks = {
        "message.android.ttl": _TTL.fullmatch(android.get("ttl", "0s")),
        "message.android.priority": android.get("priority", "high") in ("high", "normal"),
        "message.apns.headers": len(apple.get("apns-collapse-id", "").encode()) <= 64,
        "message.webpush.headers": _TOPIC.fullmatch(web.get("headers", {}).get("Topic", "t")),
        "message.webpush.fcm_options.link": link.startswith("https://"),
    }
    return tuple((field, "Invalid value") for field, is_valid in checks.items() if not is_valid)
