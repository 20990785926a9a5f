"""With which secret is an address's post signed? Sealed where it lies, two while one replaces it.

Standard Webhooks 1.0.0, "Signature scheme": `whsec_` and base64 of 24 to 64 random bytes; during a
rotation a message has a signature by each secret.
"""

import base64
import secrets
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from alerts.store.vault import Vault

PURPOSE = "webhook/secret"
PREFIX = "whsec_"
SECRET_BYTES = 32  # the specification: at least 192 bits, at most 512


class KeptSecret(BaseModel):
    """One secret, and until when it signs; None: until it is replaced."""

    model_config = ConfigDict(frozen=True)

    secret: str
    until: datetime | None = None


class Secrets(BaseModel):
    """What an address's post is signed with, the newest first."""

    model_config = ConfigDict(frozen=True)

    kept: tuple[KeptSecret, ...]

    def at(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at this moment."""
        return tuple(one.secret for one in self.kept if one.until is None or one.until > now)

    def rotated(self, secret: str, now: datetime, until: datetime) -> "Secrets":
        """Return these with a new one first; those before it sign until then."""
        before = tuple(
            KeptSecret(secret=one.secret, until=min(one.until or until, until))
            for one in self.kept
            if one.until is None or one.until > now
        )
        return Secrets(kept=(KeptSecret(secret=secret), *before))


def new_secret() -> str:
    """Return a fresh secret; it is shown once and never again."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal(vault: Vault, kept: Secrets) -> bytes:
    """Seal secrets under the instance's own key."""
    return vault.seal_own(PURPOSE, kept.model_dump_json().encode())


def unseal(vault: Vault, sealed: bytes) -> Secrets:
    """Open what `seal` sealed."""
    return Secrets.model_validate_json(vault.open_own(PURPOSE, sealed))
