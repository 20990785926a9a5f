"""For whom is a push sealed? The two keys of a subscription, read and checked (RFC 8291)."""

import binascii
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

POINT_BYTES = 65  # an uncompressed point of P-256 (RFC 8291, 2.1; SEC 1, 2.3.3)
AUTH_BYTES = 16  # RFC 8291, 3.2
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


class BadKey(ValueError):
    """A key that nothing can be sealed for; `name` is `p256dh` or `auth`."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, kw_only=True)
class SubscriptionKeys:
    """What a browser gives away so that only it can read."""

    point: bytes  # its public key as it came: part of what the sealing key is made of
    public: ec.EllipticCurvePublicKey
    auth: bytes


def join_keys(p256dh: str, auth: str) -> str:
    """Check both keys; return them as they are kept: "p256dh.auth", without padding.

    Raises
    ------
    BadKey: not base64url, of another length, or no point on the curve.
    """
    kept = f"{p256dh.rstrip('=')}.{auth.rstrip('=')}"
    _read(p256dh, auth)
    return kept


def split_keys(kept: str | None) -> SubscriptionKeys:
    """Read keys as they are kept (`PushTarget.keys`).

    Raises
    ------
    BadKey: there are none, or they can't be used.
    """
    p256dh, _, auth = (kept or "").partition(".")
    return _read(p256dh, auth)


def _read(p256dh: str, auth: str) -> SubscriptionKeys:
    point = _bytes("p256dh", p256dh)
    if len(point) != POINT_BYTES:
        raise BadKey("p256dh", f"It must be {POINT_BYTES} bytes in base64url, not {len(point)}.")
    secret = _bytes("auth", auth)
    if len(secret) != AUTH_BYTES:
        raise BadKey("auth", f"It must be {AUTH_BYTES} bytes in base64url, not {len(secret)}.")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadKey("p256dh", "It is no point on the curve P-256.") from None
    return SubscriptionKeys(point=point, public=public, auth=secret)


def _bytes(name: str, text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise BadKey(name, "It must be base64url: letters, digits, - and _.")
    bare = text.rstrip("=")
    try:
        return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        raise BadKey(name, "It must be base64url; a character is missing.") from None
