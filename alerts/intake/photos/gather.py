"""Fetches the photos that a pushed poster names by address, before its first wave is made.

One try, bounded in time: a picture helps, but it never holds up an alert.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from alerts.clock import Clock
from alerts.intake.photos.clean import clean_photo
from alerts.intake.photos.errors import PhotoRefused
from alerts.intake.photos.fetch import fetch_photo
from alerts.intake.photos.keep import KeptPhoto, keep_photos
from alerts.outbound.ask import AskLimits
from alerts.photos_shown import photos_shown, source_hash
from alerts.poster import Photo
from alerts.store.alerts import Alert, AlertRevision
from alerts.store.cases import CaseRecord, PosterRecord, latest_poster, open_poster, photos_of_case
from alerts.store.engine import Store
from alerts.store.media import Media
from alerts.store.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class GatherPolicy:
    """What fetching a photo may cost."""

    limits: AskLimits
    max_pixels: int
    allow_loopback: bool


def gather_photos(
    store: Store, vault: Vault, media: Media, revision_id: int, clock: Clock, policy: GatherPolicy
) -> int:
    """Fetch what a revision's poster shows and we don't have; return how many came."""
    wanted = photos_wanted(store, vault, revision_id)
    if not wanted:
        return 0
    with ThreadPoolExecutor(len(wanted)) as pool:  # at most MAX_PHOTOS; none waits for another
        fetched = list(pool.map(lambda photo: _fetch(photo, policy), wanted))
    kept = [one for one in fetched if one is not None]
    if not kept:
        return 0
    with store.begin() as session:
        case = _case_of(session, session.get_one(AlertRevision, revision_id))
        if case.ended_at is not None:
            return 0
        still = _still_shown(session, vault, case)  # a sibling may have been found meanwhile
        return keep_photos(
            session, vault, media, case, [one for one in kept if one.photo in still], clock()
        )


def photos_wanted(store: Store, vault: Vault, revision_id: int) -> list[Photo]:
    """Return the photos that a revision's poster names by address and we don't have."""
    with store.read() as session:
        revision = session.get_one(AlertRevision, revision_id)
        case = _case_of(session, revision)
        if case.ended_at is not None:
            return []
        record = session.get_one(PosterRecord, revision.poster_id)
        poster = open_poster(vault, case.key_id, record)
        known = {photo.source for photo in photos_of_case(session, case.id)}
    if poster is None:
        return []
    named = [photo for photo in photos_shown(poster) if photo.uri]
    return [photo for photo in named if source_hash(vault, photo) not in known]


def _still_shown(session: Session, vault: Vault, case: CaseRecord) -> list[Photo]:
    record = latest_poster(session, case.id)
    poster = open_poster(vault, case.key_id, record) if record else None
    return photos_shown(poster) if poster else []


def _case_of(session: Session, revision: AlertRevision) -> CaseRecord:
    return session.get_one(CaseRecord, session.get_one(Alert, revision.alert_id).case_id)


def _fetch(photo: Photo, policy: GatherPolicy) -> KeptPhoto | None:
    try:
        raw = fetch_photo(
            photo.uri or "", limits=policy.limits, allow_loopback=policy.allow_loopback
        )
        clean = clean_photo(raw, expected_md5=photo.md5, max_pixels=policy.max_pixels)
    except PhotoRefused as problem:
        log.warning("photo_left_out", code=problem.code)
        return None
    return KeptPhoto(photo=photo, clean=clean)
