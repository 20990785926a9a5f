"""The one module that seals and opens: what identifies a child is only ever stored through it.

A case has a key of its own in the keyring; poster payloads, raw documents and photos are sealed
under it with AES-256-GCM (NIST SP 800-38D), the purpose bound in as associated data. Look-ups go
by keyed hashes (HMAC-SHA256), which say nothing without the instance's key. Takedown receipts and
links are signed with the instance's own keys.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alerts.errors import Sealed
from alerts.store.keyring import Keys
from alerts.store.rehearsal import ThrowawayKeys

NONCE_BYTES = 12  # GCM's own length; random, a case seals far fewer than 2**32 things


class Vault:
    """Seals, opens, hashes and signs with the keys of a keyring."""

    def __init__(self, keyring: Keys) -> None:
        self._keyring = keyring
        self._lookup_key = keyring.own("lookup")
        self._instance_key = keyring.own("instance")
        self._link_key = keyring.own("link")
        self._signing_key = Ed25519PrivateKey.from_private_bytes(keyring.own("signing"))

    def for_rehearsal(self) -> "Vault":
        """Return a vault that opens what is there and leaves no key behind."""
        return Vault(ThrowawayKeys(self._keyring))

    def new_key(self) -> UUID:
        """Return the id of a fresh key for a new case or a document of no case."""
        return self._keyring.take()

    def seal(self, key_id: UUID, purpose: str, plain: bytes) -> bytes:
        """Encrypt under a case's key; Sealed if the key is gone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._secret(key_id)).encrypt(nonce, plain, purpose.encode())

    def open(self, key_id: UUID, purpose: str, sealed: bytes) -> bytes:
        """Decrypt; Sealed if the key is gone or the text was sealed for something else."""
        return _open(self._secret(key_id), purpose, sealed)

    def destroy(self, key_id: UUID) -> bool:
        """Throw a case's key away: the takedown that reaches every copy and every backup."""
        return self._keyring.destroy(key_id)

    def seal_own(self, purpose: str, plain: bytes) -> bytes:
        """Encrypt what belongs to the instance and to no case (a feed's credentials)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._instance_key).encrypt(nonce, plain, purpose.encode())

    def open_own(self, purpose: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_own` encrypted."""
        return _open(self._instance_key, purpose, sealed)

    def lookup(self, kind: str, *values: str) -> bytes:
        """Return the keyed hash by which a case or a document is found again."""
        text = "\x1f".join((kind, *values)).encode()
        return hmac.digest(self._lookup_key, text, hashlib.sha256)

    def lookup_bytes(self, kind: str, value: bytes) -> bytes:
        """Return the keyed hash of raw bytes."""
        return hmac.digest(self._lookup_key, kind.encode() + b"\x1f" + value, hashlib.sha256)

    def link_signature(self, text: str) -> str:
        """Return the signature of a link that expires, 32 hex characters."""
        return hmac.digest(self._link_key, text.encode(), hashlib.sha256).hex()[:32]

    def sign(self, document: bytes) -> bytes:
        """Sign a takedown receipt (Ed25519, RFC 8032)."""
        return self._signing_key.sign(document)

    def public_key_pem(self) -> str:
        """Return the key by which anybody can check a receipt."""
        public = self._signing_key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def _secret(self, key_id: UUID) -> bytes:
        secret = self._keyring.secret(key_id)
        if secret is None:
            raise Sealed("the key of this case was thrown away")
        return secret


def _open(secret: bytes, purpose: str, sealed: bytes) -> bytes:
    try:
        return AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
        raise Sealed("what was sealed can't be opened with this key") from None
