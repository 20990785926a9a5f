"""A subscribed browser or UnifiedPush app: what it gives away, and the keys that it keeps."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.push import PushTarget


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a browser gives to a page (PushSubscription), and what it keeps."""

    name: str
    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    auth: bytes
    server_key: str | None = None  # it takes pushes of this VAPID key only

    @property
    def keys(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"p256dh": base64url(point), "auth": base64url(self.auth)}

    @property
    def kept_keys(self) -> str:
        """The keys as `PushTarget.keys` has them."""
        return f"{self.keys['p256dh']}.{self.keys['auth']}"

    def as_json(self) -> dict[str, Any]:
        """Return what `PushSubscription.toJSON()` gives."""
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": self.keys}

    def open(self, sealed: bytes) -> bytes:
        """Return what a push says to this browser."""
        plain: bytes = http_ece.decrypt(
            sealed, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        return plain


def target_of(subscription: Subscription, device_id: int = 1) -> PushTarget:
    """Return a subscribed browser as a channel sees it."""
    return PushTarget(
        device_id=device_id,
        address=subscription.endpoint,
        address_kind="endpoint",
        keys=subscription.kept_keys,
    )


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
