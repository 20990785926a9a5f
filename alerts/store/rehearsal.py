"""What a rehearsal works with: keys that live in memory only, media that keeps nothing.

A dry run does what the real run does, in a transaction that is rolled back; what lies outside of
that transaction must leave no trace either.
"""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

from alerts.store.keyring import KEY_BYTES, Keys
from alerts.store.media import PhotoSize


class ThrowawayKeys:
    """Keys of a rehearsal over the real ones: what is cut is never written down."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._cut: dict[UUID, bytes] = {}

    def take(self) -> UUID:
        """Return the id of a key that nobody will find again."""
        key_id = uuid7()
        self._cut[key_id] = secrets.token_bytes(KEY_BYTES)
        return key_id

    def secret(self, key_id: UUID) -> bytes | None:
        """Return a key's bytes, also those of the real keyring."""
        return self._cut.get(key_id) or self._keys.secret(key_id)

    def own(self, role: str) -> bytes:
        """Return the instance's own key, so that look-ups find what is there."""
        return self._keys.own(role)

    def destroy(self, key_id: UUID) -> bool:
        """Forget a key of the rehearsal; a real one stays."""
        return self._cut.pop(key_id, None) is not None


class NoMedia:
    """A media store that keeps nothing and removes nothing."""

    def put(self, photo_id: UUID, size: PhotoSize, sealed: bytes) -> None:
        """Keep nothing."""

    def get(self, photo_id: UUID, size: PhotoSize) -> bytes | None:
        """Have nothing."""

    def remove(self, photo_id: UUID) -> None:
        """Remove nothing."""
