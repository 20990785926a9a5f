"""Siblings are found separately: what identified the one who is found goes at once."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.intake.judge.consider import Proposal
from alerts.photos_shown import photos_shown, source_hash
from alerts.poster import Child, Poster
from alerts.store.alerts import Alert, revision
from alerts.store.cases import (
    CaseRecord,
    PosterRecord,
    newest_of_voice,
    open_poster,
    photos_of_case,
)
from alerts.store.media import Media
from alerts.store.quarantine import destroy_unconfirmed
from alerts.store.submissions import of_case
from alerts.store.vault import Vault
from alerts.store.voices import voices_of


def without_the_found(poster: Poster) -> Poster:
    """Return the poster with nothing left of children who were found but that they were."""
    if not any(child.date_found for child in poster.children):
        return poster
    children = tuple(
        Child(date_found=child.date_found) if child.date_found else child
        for child in poster.children
    )
    # What the source wrote may name the found child too; the next revision may bring it anew.
    return poster.model_copy(update={"children": children, "narratives": (), "extra_photos": ()})


def at_once_if_found(session: Session, alert: Alert, proposal: Proposal) -> Proposal:
    """Let a revision that takes a found child off go live at once, also for a feed under review.

    It only takes back: ground, tier and end stay what the desk approved (rule 6: one person, or
    the source, may correct downward).
    """
    if alert.status is not Status.ACTIVE or not proposal.hold:
        return proposal
    if not any(child.date_found for child in proposal.poster.children):
        return proposal
    live = revision(session, alert.id, alert.live_revision)
    area = live.area.value() if live.area else None
    expires_at = min(alert.expires_at, proposal.expires_at)
    return replace(proposal, hold=(), area=area, tier=live.tier, expires_at=expires_at)


def asks_for_more(told: Proposal, proposal: Proposal) -> bool:
    """Say whether the source wants more than what was told at once: another tier or ground."""
    if told is proposal:
        return False
    if told.tier is not proposal.tier or told.area is None or proposal.area is None:
        return True
    return not told.area.shape.equals(proposal.area.shape)


def forget_earlier(
    session: Session, case: CaseRecord, newest: PosterRecord, *, only_feed: int | None = None
) -> None:
    """Blank the revisions and documents that still tell of the child who was found.

    Parameters
    ----------
    only_feed: blank what that feed said, and leave the others their words.
    """
    earlier = select(PosterRecord).where(
        PosterRecord.case_id == case.id, PosterRecord.id != newest.id
    )
    if only_feed is not None:
        earlier = earlier.where(PosterRecord.voice_id == newest.voice_id)
    for poster in session.scalars(earlier):
        poster.sealed_payload = None
    for document in of_case(session, case.id):
        if only_feed in (None, document.feed_id):
            document.sealed_raw = None


def remove_photos_not_shown(
    session: Session, vault: Vault, media: Media, case: CaseRecord, poster: Poster, now: datetime
) -> int:
    """Remove the photos that a poster no longer shows; return how many.

    A found sibling's, and one that the source took off or replaced because it was wrong.
    """
    is_found = any(child.date_found for child in poster.children)
    shown = {source_hash(vault, photo) for photo in photos_shown(without_the_found(poster))}
    if not is_found:
        shown |= _shown_by_others(session, vault, case)
    gone = [photo for photo in photos_of_case(session, case.id) if photo.source not in shown]
    for photo in gone:
        media.remove(photo.public_id)
        photo.removed_at, photo.sealed_pdq = now, None
    if is_found:
        destroy_unconfirmed(session, vault, case.id, but=shown)  # it may show who was found
    return len(gone)


def _shown_by_others(session: Session, vault: Vault, case: CaseRecord) -> set[bytes]:
    """Return the photos of the feeds that carry the case beside the one that leads."""
    found: set[bytes] = set()
    for voice in voices_of(session, case.id):
        record = newest_of_voice(session, case.id, voice.id)
        leads = (voice.feed_id, voice.lookup) == (case.feed_id, case.lookup)
        poster = open_poster(vault, case.key_id, record) if record and not leads else None
        if poster is not None and voice.ended_at is None:
            found |= {source_hash(vault, photo) for photo in photos_shown(poster)}
    return found
