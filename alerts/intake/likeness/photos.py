"""Is a photo of an open case the same picture? A hint for the desk and never more.

Sources share pictures of siblings, and stand-ins where they have none; a picture tells which
document was copied, not which child it is of.
"""

import threading
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.errors import Sealed
from alerts.intake.likeness.policy import DEFAULT, LikenessPolicy
from alerts.intake.photos.pdq import BYTES, PURPOSE, PdqHash
from alerts.store.cases import CaseRecord, PhotoRecord
from alerts.store.vault import Vault


class KnownPhotos:
    """The perceptual hashes of open cases' photos, in memory only; safe to use from threads."""

    def __init__(self, policy: LikenessPolicy = DEFAULT) -> None:
        self._policy = policy
        self._lock = threading.Lock()
        # public id of a photo → its case and 256 bits; None: they say nothing
        self._bits: dict[UUID, tuple[int, int | None]] = {}

    def cases_showing(
        self,
        session: Session,
        vault: Vault,
        hashes: Iterable[PdqHash],
        but: Collection[int] = (),
    ) -> set[int]:
        """Return the open cases that show one of these pictures.

        Parameters
        ----------
        but: row ids of cases that are left out.
        """
        asked = [
            int.from_bytes(one.bits) for one in hashes if one.quality >= self._policy.photo_quality
        ]
        if not asked:
            return set()
        with self._lock:
            self._refresh(session, vault)
            known = list(self._bits.values())
        return {
            case_id
            for case_id, bits in known
            if bits is not None and case_id not in but and self._is_shown(bits, asked)
        }

    def _is_shown(self, bits: int, asked: Iterable[int]) -> bool:
        return any((bits ^ one).bit_count() <= self._policy.photo_bits for one in asked)

    def _refresh(self, session: Session, vault: Vault) -> None:
        """Read what came, forget what went."""
        columns = select(
            PhotoRecord.public_id, PhotoRecord.case_id, PhotoRecord.sealed_pdq, CaseRecord.key_id
        )
        rows = columns.join(CaseRecord, CaseRecord.id == PhotoRecord.case_id).where(
            CaseRecord.ended_at.is_(None),
            PhotoRecord.removed_at.is_(None),
            PhotoRecord.sealed_pdq.is_not(None),
        )
        before, self._bits = self._bits, {}
        for row in session.execute(rows):
            known = before.get(row.public_id)
            bits = known[1] if known else self._opened(vault, row.key_id, row.sealed_pdq)
            self._bits[row.public_id] = row.case_id, bits

    def _opened(self, vault: Vault, key_id: UUID, sealed: bytes) -> int | None:
        """Return the bits of a hash; None if it resembles much, or was taken down this moment."""
        try:
            plain = vault.open(key_id, PURPOSE, sealed)
        except Sealed:
            return None
        return int.from_bytes(plain[:BYTES]) if plain[BYTES] >= self._policy.photo_quality else None
