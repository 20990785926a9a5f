"""Who is pushing? The instance's own key, and the header that proves it (VAPID, RFC 8292)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIVES = timedelta(hours=12)  # RFC 8292, 2: at most 24 h
RENEWED_AFTER = LIVES / 2

_COORDINATE_BYTES = 32
_SCALAR_BYTES = 48  # FIPS 186-5, A.2.1: 128 bits more than the order, so that none is likelier
_INFO = b"porchlight vapid p-256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class VapidKey:
    """The key pair by which push services know this instance.

    Parameters
    ----------
    secret: 32 bytes of the keyring; the same ones make the same key, in every process.

    Source: FIPS 186-5, A.2.1 (a key from more random bits than it needs).
    """

    def __init__(self, secret: bytes) -> None:
        drawn = HKDF(SHA256(), _SCALAR_BYTES, salt=None, info=_INFO).derive(secret)
        scalar = int.from_bytes(drawn, "big") % (_ORDER - 1) + 1
        self._private = ec.derive_private_key(scalar, ec.SECP256R1())

    @cached_property
    def public(self) -> str:
        """The public key as a browser's `applicationServerKey`: base64url of 65 bytes."""
        point = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return _base64url(point)

    def header(self, audience: str, subject: str, expires_at: datetime) -> str:
        """Return the value of `Authorization` for one push service (RFC 8292, 3).

        Parameters
        ----------
        audience: the origin of the push service, "https://push.example".
        subject: who is asked if something is wrong: a mailto: or https: URI.
        expires_at: aware; at most 24 h from now.
        """
        claims = {"aud": audience, "exp": int(expires_at.timestamp()), "sub": subject}
        signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        der = self._private.sign(signed.encode(), ec.ECDSA(SHA256()))
        r, s = (n.to_bytes(_COORDINATE_BYTES, "big") for n in decode_dss_signature(der))
        return f"vapid t={signed}.{_base64url(r + s)}, k={self.public}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A header that was signed, and when."""

    header: str
    signed_at: datetime

    def is_good(self, now: datetime) -> bool:
        """Say whether it may be used, also after the clock was set back."""
        return self.signed_at <= now < self.signed_at + RENEWED_AFTER


def prove(key: VapidKey, audience: str, subject: str, now: datetime) -> Proof:
    """Sign a header that holds for 12 h; after half of them it should be signed anew."""
    return Proof(header=key.header(audience, subject, now + LIVES), signed_at=now)


def _part(said: Mapping[str, object]) -> str:
    return _base64url(json.dumps(said, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
