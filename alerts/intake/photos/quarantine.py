"""Where does a photo go that is on a hash list? Sealed away, before anybody sees it.

The alert goes on without the picture. The feed is told that one was left out, the desk that one
waits; neither is told what is on it.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from alerts.intake.photos.screen import Hit
from alerts.intake.photos.take import KeptPhoto
from alerts.photos_shown import source_hash
from alerts.problem import Problem, warning
from alerts.store.alerts import alert_of_case
from alerts.store.cases import CaseRecord
from alerts.store.notices import notify_desk
from alerts.store.quarantine import PURPOSE, QuarantinedPhoto, quarantined_aside
from alerts.store.staff import record
from alerts.store.submissions import as_json, of_case
from alerts.store.vault import Vault

log = structlog.get_logger()

_TO_THE_FEED = "A photo is shown only once a reviewer of the alert desk has cleared it."
_TO_THE_DESK = "A photo is on the hash list; nobody saw it: porchlight photo list-quarantined"


def photo_quarantined() -> Problem:
    """Return the finding that the poster goes on without a photo that a reviewer must clear."""
    return warning("photo_quarantined", "/photos", _TO_THE_FEED)


def quarantine(
    session: Session,
    vault: Vault,
    photo: KeptPhoto,
    now: datetime,
    *,
    feed_id: int,
    case: CaseRecord | None,
) -> QuarantinedPhoto:
    """Seal a photo that is a hit under a key of its own, tell the desk, write it into the book.

    Parameters
    ----------
    feed_id: who sent it.
    case: which it belongs to; None for a document that was held aside.
    """
    hit, raw = photo.hit, photo.raw
    if hit is None or raw is None:
        raise ValueError("a photo that is on no list was to be quarantined")
    key_id = vault.new_key()
    found = QuarantinedPhoto(
        public_id=uuid7(),
        feed_id=feed_id,
        case_id=case.id if case else None,
        source=source_hash(vault, photo.photo),
        key_id=key_id,
        sealed_image=vault.seal(key_id, PURPOSE, raw),
        list_name=hit.entry[:200],
        distance=hit.distance,
        found_at=now,
    )
    session.add(found)
    alert = alert_of_case(session, case.id) if case else None
    alert_id = alert.id if alert else None
    notify_desk(session, "photo_quarantined", _TO_THE_DESK, now, feed_id=feed_id, alert_id=alert_id)
    _note(session, found, hit, case, now)
    log.warning("photo_quarantined", photo=str(found.public_id), distance=hit.distance)
    return found


def quarantine_aside(
    session: Session, vault: Vault, photos: Iterable[KeptPhoto], now: datetime, *, feed_id: int
) -> int:
    """Quarantine the hits of a document that was held aside, each once; return how many."""
    known = {photo.source for photo in quarantined_aside(session, feed_id)}
    hits = [one for one in photos if one.hit and source_hash(vault, one.photo) not in known]
    for photo in hits:
        quarantine(session, vault, photo, now, feed_id=feed_id, case=None)
    return len(hits)


def _note(
    session: Session, found: QuarantinedPhoto, hit: Hit, case: CaseRecord | None, now: datetime
) -> None:
    record(
        session,
        now,
        actor="system",
        deed="photo.quarantined",
        subject=f"photo:{found.public_id}",
        entry=found.list_name,
        distance=hit.distance,
        quality=hit.quality,
        case=str(case.public_id) if case else None,
    )


def tell_the_feed(session: Session, case: CaseRecord) -> None:
    """Add the warning to the newest document of a case whose photo came later than it did."""
    documents = of_case(session, case.id)
    newest = max(documents, key=lambda document: document.id, default=None)
    if newest is None or any(p.get("code") == "photo_quarantined" for p in newest.problems):
        return
    newest.problems = [*newest.problems, *as_json([photo_quarantined()])]
