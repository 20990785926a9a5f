"""Siblings are found separately: what identified the one who is found goes at once."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.intake.consider import Proposal
from alerts.intake.photos.keep import photos_shown, source_hash
from alerts.poster import Child, Poster
from alerts.store.alerts import Alert, revision
from alerts.store.cases import CaseRecord, PosterRecord, photos_of_case
from alerts.store.media import Media
from alerts.store.submissions import of_case
from alerts.store.vault import Vault


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


def forget_earlier(session: Session, case: CaseRecord, newest: PosterRecord) -> None:
    """Blank the revisions and documents that still tell of the child who was found."""
    earlier = select(PosterRecord).where(
        PosterRecord.case_id == case.id, PosterRecord.id != newest.id
    )
    for poster in session.scalars(earlier):
        poster.sealed_payload = None
    for document in of_case(session, case.id):
        document.sealed_raw = None


def remove_photos_of_the_found(
    session: Session, vault: Vault, media: Media, case: CaseRecord, poster: Poster, now: datetime
) -> int:
    """Remove the photos that a poster with a found child no longer shows; return how many."""
    if not any(child.date_found for child in poster.children):
        return 0
    shown = {source_hash(vault, photo) for photo in photos_shown(without_the_found(poster))}
    gone = [photo for photo in photos_of_case(session, case.id) if photo.source not in shown]
    for photo in gone:
        media.remove(photo.public_id)
        photo.removed_at = now
    return len(gone)
