"""Where does a new client secret go before the database has it? Into a sealed file beside it.

The Poster API says a new secret once. The file is made before the API is asked, so that a full
disk is noticed in time, and is written and synced before anything else happens.
"""

import os
from pathlib import Path

from alerts.errors import Conflict
from alerts.store.vault import Vault

_PURPOSE = "feed/rotated-secret"


class SecretJournal:
    """The file of one feed."""

    def __init__(self, folder: Path, slug: str, vault: Vault) -> None:
        self.path = folder / f"rotated-secret-{slug}.sealed"
        self._vault = vault

    def left_over(self) -> str | None:
        """Return the secret that an earlier rotation couldn't store, if there is one."""
        if not self.path.exists() or not (sealed := self.path.read_bytes()):
            return None
        return self._vault.open_own(_PURPOSE, sealed).decode()

    def open(self) -> None:
        """Make sure that a secret can be written.

        Raises
        ------
        Conflict: it can't.
        """
        try:
            self._write(bytes(512))
            self._write(b"")
        except OSError as e:
            raise Conflict(f"{self.path} can't be written ({e.strerror}); nothing was asked") from e

    def keep(self, secret: str) -> None:
        """Write the secret, sealed; it is on the disk when this returns."""
        self._write(self._vault.seal_own(_PURPOSE, secret.encode()))

    def clear(self) -> None:
        """Forget it: the database has it."""
        self.path.unlink(missing_ok=True)

    def _write(self, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(self.path, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
