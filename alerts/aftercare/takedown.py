"""Takes every trace of a child back (DOMAIN rule 15): key, rows, photos; leaves a signed receipt.

The key goes first: from then on no copy and no backup can be read. Then the rows are blanked and
the files removed. What stays is a keyed hash against resurrection, counts, and the receipt that
says where the data was and when each copy went. Every step may be run again after a crash.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.area_of_interest import in_our_words
from alerts.feed_events import tell_of_receipt
from alerts.store.alerts import AlertRevision, alert_of_case
from alerts.store.cases import CaseRecord, PhotoRecord, PosterRecord, TakedownReceipt
from alerts.store.media import Media
from alerts.store.quarantine import destroy_unconfirmed, has_evidence
from alerts.store.staff import record
from alerts.store.submissions import of_case
from alerts.store.vault import Vault

KEPT = (
    "keyed hashes: of the case's numbers and, against a late poster, of name and birth date",
    "counts",
    "the area, which names no child",
)
EVIDENCE = "a photo that a reviewer confirmed to be on a hash list, under a key of its own"


def take_down(
    session: Session, vault: Vault, media: Media, case: CaseRecord, now: datetime
) -> TakedownReceipt | None:
    """Take the data of an ended case back; None if that was done before."""
    if case.ended_at is None or case.taken_down_at is not None:
        return None
    vault.destroy(case.key_id)
    gone = {
        "photos": _remove_photos(session, media, case, now),
        "posters": _blank_posters(session, case),
        "documents": _blank_documents(session, case),
        "quarantined": destroy_unconfirmed(session, vault, case.id),
    }
    _blank_reasons(session, case)
    case.taken_down_at = now
    receipt = _receipt(vault, case, now, gone, evidence=has_evidence(session, case.id))
    session.add(receipt)
    tell_of_receipt(session, case, receipt)
    record(
        session,
        now,
        actor="system",
        deed="case.taken_down",
        subject=f"case:{case.public_id}",
        **gone,
    )
    return receipt


def _remove_photos(session: Session, media: Media, case: CaseRecord, now: datetime) -> int:
    photos = session.scalars(select(PhotoRecord).where(PhotoRecord.case_id == case.id)).all()
    for photo in photos:
        media.remove(photo.public_id)
        photo.removed_at, photo.sealed_pdq = photo.removed_at or now, None
    return len(photos)


def _blank_posters(session: Session, case: CaseRecord) -> int:
    posters = session.scalars(select(PosterRecord).where(PosterRecord.case_id == case.id)).all()
    for poster in posters:
        poster.sealed_payload = None
    return len(posters)


def _blank_documents(session: Session, case: CaseRecord) -> int:
    documents = of_case(session, case.id)
    for document in documents:
        document.sealed_raw = None
        document.problems = [_without_words(p) for p in document.problems]
    return len(documents)


def _blank_reasons(session: Session, case: CaseRecord) -> None:
    alert = alert_of_case(session, case.id)
    if alert is None:
        return
    revisions = select(AlertRevision).where(AlertRevision.alert_id == alert.id)
    for revision in session.scalars(revisions):
        revision.held_reasons = [_without_words(p) for p in revision.held_reasons]
        if revision.area is not None:
            revision.area.source = in_our_words(revision.area.provenance, revision.area.source)


def _without_words(problem: dict[str, Any]) -> dict[str, Any]:
    return {**problem, "message": "Taken back with the case."}


def _receipt(
    vault: Vault, case: CaseRecord, now: datetime, gone: dict[str, int], *, evidence: bool
) -> TakedownReceipt:
    when = now.isoformat()
    ended = case.ended_at.isoformat() if case.ended_at else when
    document = {
        "case": str(case.public_id),
        "case_ended_at": ended,
        "taken_down_at": when,
        "copies": [
            {"where": "keyring", "what": "the key of the case", "count": 1, "gone_at": when},
            {"where": "database", "what": "posters", "count": gone["posters"], "gone_at": when},
            {"where": "database", "what": "documents", "count": gone["documents"], "gone_at": when},
            {"where": "media", "what": "photos", "count": gone["photos"], "gone_at": when},
            *_of_the_quarantine(gone["quarantined"], when),
        ],
        "backups": "unreadable since the key is gone; they go with their age",
        "kept": [*KEPT, *([EVIDENCE] if evidence else [])],
        "public_key": vault.public_key_pem(),
    }
    signature = vault.sign(canonical(document))
    return TakedownReceipt(case_id=case.id, document=document, signature=signature, signed_at=now)


def _of_the_quarantine(count: int, when: str) -> list[dict[str, Any]]:
    if not count:
        return []
    what = "photos in quarantine, with their keys"
    return [{"where": "database", "what": what, "count": count, "gone_at": when}]


def canonical(document: dict[str, Any]) -> bytes:
    """Return the bytes that a receipt's signature covers: sorted keys, no spaces, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
