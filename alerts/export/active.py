"""Which alerts leave the house, and with what? Reads what is live; a held revision never leaves.

One alert is opened for CAP, as its public page is; the lists read neither poster nor photo, so that
what feed readers keep names no child.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.alert import RevisionState, Status, Tier
from alerts.area_of_interest import in_our_words
from alerts.authority import AuthorityBook
from alerts.cap_parameters import SourceOf
from alerts.delivery.wording import PushSubject
from alerts.export.exported import EarlierMessage, ExportedAlert, ExportedPhoto, ListedAlert
from alerts.export.public import public_poster, said
from alerts.export.texts import texts_of
from alerts.own_alerts import identifier_of
from alerts.photo_links import PhotoLinks
from alerts.photos_shown import photos_shown, purpose_of, source_hash
from alerts.place_words import place_words
from alerts.poster import Person, Photo, Poster
from alerts.store.alerts import Alert, AlertRevision, AreaRecord
from alerts.store.alerts import revision as revision_of
from alerts.store.cases import CaseRecord, PhotoRecord, PosterRecord, open_poster, photos_of_case
from alerts.store.media import Media, PhotoSize
from alerts.store.vault import Vault
from alerts.whom_to_call import whom_to_call

PHOTO_SIZE: PhotoSize = "page"
_LINE = (  # of a list; the areas' shapes are drawn apart, most of them were before
    Alert.public_id,
    Alert.country,
    Alert.received_at,
    Alert.activated_at,
    Alert.expires_at,
    AlertRevision.number,
    AlertRevision.tier,
    AlertRevision.made_at,
    AlertRevision.area_id,
    AreaRecord.source,
    AreaRecord.digest,
    AreaRecord.provenance,
    AreaRecord.confidence,
)


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """Opens active alerts for others."""

    vault: Vault
    media: Media
    links: PhotoLinks
    authorities: AuthorityBook
    sender: str  # of our CAP
    public_url: str  # without a trailing slash

    def export(self, session: Session, alert: Alert, now: datetime) -> ExportedAlert | None:
        """Open an alert's live revision; None if there is nothing that people may see.

        Raises
        ------
        Sealed: it was taken back in this very moment. Refused: nothing may be told of it.
        """
        if alert.status is not Status.ACTIVE or alert.expires_at <= now:
            return None
        live = revision_of(session, alert.id, alert.live_revision)
        case = session.get_one(CaseRecord, alert.case_id)
        record = session.get_one(PosterRecord, live.poster_id)
        poster = open_poster(self.vault, case.key_id, record)
        if poster is None:
            return None
        photos = tuple(self._photos(session, case, poster, live.tier, now))
        return self._exported(session, alert, live, poster, photos)

    def _exported(
        self,
        session: Session,
        alert: Alert,
        live: AlertRevision,
        poster: Poster,
        photos: tuple[ExportedPhoto, ...],
    ) -> ExportedAlert:
        area = live.area.value() if live.area else None
        authorities = whom_to_call(poster, alert.country, self.authorities)
        subject = PushSubject(
            tier=live.tier,
            poster=poster,
            authorities=authorities,
            place=place_words(poster, area.source if area else ""),
            time_zone=alert.time_zone,
            is_exercise=alert.exercise,
        )
        return ExportedAlert(
            alert_id=alert.public_id,
            identifier=identifier_of(alert.public_id, live.number),
            sender=self.sender,
            sent=_sent(alert, live),
            revision=live.number,
            tier=live.tier,
            exercise=alert.exercise,
            expires_at=alert.expires_at,
            earlier=tuple(_earlier(session, alert)),
            poster=public_poster(poster, live.tier),
            source=_source(poster),
            texts=texts_of(subject, poster.narratives),
            authorities=authorities,
            area=area,
            photos=photos,
            link=self._link(alert.public_id),
        )

    def _photos(
        self, session: Session, case: CaseRecord, poster: Poster, tier: Tier, now: datetime
    ) -> Iterator[ExportedPhoto]:
        """Yield the pictures that were fetched, screened and kept; the source's links never."""
        kept = {photo.source: photo for photo in photos_of_case(session, case.id)}
        for photo in photos_shown(poster):
            record = kept.get(source_hash(self.vault, photo))
            exported = self._photo(case, photo, record, now) if record else None
            if exported is not None:
                yield _whose(exported, photo, poster, tier)

    def _photo(
        self, case: CaseRecord, photo: Photo, record: PhotoRecord, now: datetime
    ) -> ExportedPhoto | None:
        sealed = self.media.get(record.public_id, PHOTO_SIZE)
        if sealed is None:
            return None
        jpeg = self.vault.open(case.key_id, purpose_of(PHOTO_SIZE), sealed)
        return ExportedPhoto(
            url=self.links.url(record.public_id, PHOTO_SIZE, now),
            size_bytes=len(jpeg),
            sha1=hashlib.sha1(jpeg, usedforsecurity=False).hexdigest(),
            caption=photo.caption,
            age_progressed=photo.age_progressed,
        )

    def list_active(self, session: Session, now: datetime) -> Sequence[ListedAlert]:
        """Return what the public lists hold: no exercises, newest first."""
        found = _listed(select(*_LINE), now)
        found = found.outerjoin(AreaRecord, AreaRecord.id == AlertRevision.area_id)
        return [self._line(row) for row in session.execute(found)]

    def _line(self, row: Any) -> ListedAlert:
        return ListedAlert(
            alert_id=row.public_id,
            revision=row.number,
            tier=row.tier,
            country=row.country,
            issued_at=row.activated_at or row.received_at,
            updated_at=max(row.made_at, row.activated_at or row.made_at),
            expires_at=row.expires_at,
            place=in_our_words(row.provenance, row.source or ""),
            area_id=row.area_id,
            area_digest=row.digest,
            provenance=row.provenance,
            confidence=row.confidence,
            link=self._link(row.public_id),
            cap_link=f"{self.public_url}/v1/alerts/{row.public_id}.cap",
        )

    def _link(self, alert_id: UUID) -> str:
        return f"{self.public_url}/alerts/{alert_id}"


@dataclass(frozen=True, kw_only=True)
class ListState:
    """Whether the lists are what they were: cheap to ask before anything is written."""

    digest: str  # hex; another one whenever the lists would read otherwise
    changed_at: datetime | None  # None: nothing was ever listed


def list_state(session: Session, now: datetime) -> ListState:
    """Return the state of the public lists."""
    columns = (Alert.public_id, Alert.live_revision, Alert.expires_at)
    rows = session.execute(_listed(select(*columns), now)).all()
    told = hashlib.sha256()
    for row in rows:
        told.update(f"{row.public_id} {row.live_revision} {row.expires_at.isoformat()}\n".encode())
    moments = session.execute(
        select(
            select(func.max(AlertRevision.made_at))
            .where(AlertRevision.state != RevisionState.HELD)
            .scalar_subquery(),
            select(func.max(Alert.activated_at)).scalar_subquery(),
            select(func.max(Alert.ended_at)).scalar_subquery(),
            select(func.max(Alert.expires_at)).where(Alert.expires_at <= now).scalar_subquery(),
        )
    ).one()
    known = [moment for moment in moments if moment is not None]
    return ListState(digest=told.hexdigest(), changed_at=max(known) if known else None)


def _listed(statement: Any, now: datetime) -> Any:
    """Narrow a statement on alerts down to what the public lists hold."""
    return (
        statement.join(AlertRevision, AlertRevision.alert_id == Alert.id)
        .where(AlertRevision.number == Alert.live_revision)
        .where(Alert.status == Status.ACTIVE, Alert.expires_at > now, Alert.exercise.is_(False))
        .order_by(Alert.id.desc())
    )


def _sent(alert: Alert, revision: AlertRevision) -> datetime:
    """Return when a revision was sent: as it was made, but not before the alert went out."""
    return max(revision.made_at, alert.activated_at or revision.made_at)


def _earlier(session: Session, alert: Alert) -> Iterator[EarlierMessage]:
    """Yield the revisions that people were told before this one; not those that only waited."""
    told = select(AlertRevision).where(
        AlertRevision.alert_id == alert.id,
        AlertRevision.number < alert.live_revision,
        AlertRevision.planned_at.is_not(None),
    )
    for revision in session.scalars(told.order_by(AlertRevision.number)):
        yield EarlierMessage(
            identifier=identifier_of(alert.public_id, revision.number),
            sent=_sent(alert, revision),
        )


def _source(poster: Poster) -> SourceOf:
    return SourceOf(
        organization=poster.organization_name or poster.case.organization,
        case_organization=poster.case.organization,
        case_number=poster.case.number,
        url=poster.source_uri,
    )


def _whose(exported: ExportedPhoto, photo: Photo, poster: Poster, tier: Tier) -> ExportedPhoto:
    """Say whose picture it is, and its caption as the page says it."""
    return replace(
        exported,
        caption=said(photo.caption, may_say_abducted=tier is Tier.AMBER),
        child=_place_of(photo, poster.still_missing),
        companion=_place_of(photo, poster.companions),
    )


def _place_of(photo: Photo, people: Sequence[Person]) -> int | None:
    return next((n for n, person in enumerate(people) if photo in person.photos), None)
