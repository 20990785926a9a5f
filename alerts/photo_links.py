"""Signed links to photos that expire (DOMAIN rule 17)."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alerts.store.media import PhotoSize
from alerts.store.vault import Vault


@dataclass(frozen=True, kw_only=True)
class PhotoLinks:
    """Makes and checks photo links."""

    vault: Vault
    public_url: str
    lives: timedelta

    def url(self, photo_id: UUID, size: PhotoSize, now: datetime) -> str:
        """Return a link that works for `lives`.

        The end is rounded up to a tenth of the life, so that a page asked for twice gives the same
        link; a browser that still shows the picture doesn't ask for it again.
        """
        step = max(int(self.lives.total_seconds() // 10), 1)
        expires = (int((now + self.lives).timestamp()) // step + 1) * step
        signature = self.vault.link_signature(_signed(photo_id, size, expires))
        return f"{self.public_url}/photos/{photo_id}/{size}.jpg?exp={expires}&sig={signature}"

    def is_good(
        self, photo_id: UUID, size: PhotoSize, expires: int, signature: str, now: datetime
    ) -> bool:
        """Say whether a link is ours and hasn't expired; compared in constant time."""
        expected = self.vault.link_signature(_signed(photo_id, size, expires))
        given = signature.encode(errors="replace")  # compare_digest takes no text beyond ASCII
        return hmac.compare_digest(expected.encode(), given) and now.timestamp() < expires


def _signed(photo_id: UUID, size: PhotoSize, expires: int) -> str:
    return f"{photo_id}/{size}/{expires}"
