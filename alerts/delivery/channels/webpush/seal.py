"""How does only the browser get to read it? One sealed record (RFC 8291, aes128gcm of RFC 8188).

Lengths would tell what a push service can't read: a takedown is short, an alert in Arabic is long.
So the record is padded, and what leaves has one of three lengths. Nearly all are the first.
"""

import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.delivery.channels.webpush.keys import POINT_BYTES, SubscriptionKeys
from alerts.push import PAYLOAD_LIMIT_BYTES

# Firefox for Android and some UnifiedPush distributors pass pushes on through FCM in base64: what
# has more than 3,000 bytes doesn't reach them (web-push-php 108, fcm-distributor 56).
SEALED_BYTES = (2048, 3000, PAYLOAD_LIMIT_BYTES)

SALT_BYTES = 16
_TAG_BYTES = 16
_LAST_RECORD = b"\x02"  # RFC 8188, 2: the delimiter before the padding
# RFC 8188, 2.1: salt, record size, length of the key id, key id (here our public key)
_HEAD_BYTES = SALT_BYTES + 4 + 1 + POINT_BYTES
_RECORD_BYTES = PAYLOAD_LIMIT_BYTES.to_bytes(4, "big")  # one record, however long it is
_OVERHEAD_BYTES = _HEAD_BYTES + len(_LAST_RECORD) + _TAG_BYTES


def sealed_bytes(plain_bytes: int) -> int:
    """Return how many bytes so many are when sealed; more than 4,096 can't be sent."""
    least = plain_bytes + _OVERHEAD_BYTES
    return next((size for size in SEALED_BYTES if least <= size), least)


def seal_padded(plain: bytes, keys: SubscriptionKeys) -> bytes:
    """Seal a message for one subscription, with a key pair and a salt of its own.

    Parameters
    ----------
    plain: at most 3,993 bytes (RFC 8291, 4).

    Returns: 2,048, 3,000 or 4,096 bytes.
    """
    padding = sealed_bytes(len(plain)) - _OVERHEAD_BYTES - len(plain)
    sender = ec.generate_private_key(ec.SECP256R1())
    return seal(plain, keys, sender, os.urandom(SALT_BYTES), padding)


def seal(
    plain: bytes,
    keys: SubscriptionKeys,
    sender: ec.EllipticCurvePrivateKey,
    salt: bytes,
    padding: int = 0,
) -> bytes:
    """Seal with the given key pair and salt: neither may ever be used again.

    Source: RFC 8291, 3.3 and 3.4; HKDF of one block each (RFC 5869).
    """
    ours = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(ec.ECDH(), keys.public)
    both = b"WebPush: info\x00" + keys.point + ours
    material = _expand(_hmac(keys.auth, shared), both)
    drawn = _hmac(salt, material)
    key = _expand(drawn, b"Content-Encoding: aes128gcm\x00")[:16]
    nonce = _expand(drawn, b"Content-Encoding: nonce\x00")[:12]
    record = plain + _LAST_RECORD + bytes(padding)
    head = salt + _RECORD_BYTES + bytes((len(ours),)) + ours
    return head + AESGCM(key).encrypt(nonce, record, None)


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _expand(key: bytes, info: bytes) -> bytes:
    return _hmac(key, info + b"\x01")
