"""A fictional case with photos inside of its poster, taken in as a partner's push is."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from alerts.intake.document import TakenIn
from alerts.intake.photos.pdq import BYTES, PURPOSE, PdqHash
from alerts.intake.photos.screen import Screening
from alerts.store.cases import CaseRecord, PhotoRecord, photos_of_case
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.quarantine import QuarantinedPhoto
from alerts.store.staff import AuditEntry, Staff
from alerts.store.submissions import Submission
from geo.circle import circle_ground
from geo.geojson import to_geometry
from service.wiring import Runtime
from tests.audience.town import CENTRE
from tests.fakes.clock import StandingClock
from tests.intake.photos.pictures import inline

Json = dict[str, Any]


def screened(runtime: Runtime, pdq_list: Path | None) -> Runtime:
    """Return the same parts, with another hash list."""
    rules = replace(runtime.intake.photos, screening=Screening(pdq_list, 31))
    return replace(runtime, intake=replace(runtime.intake, photos=rules))


def child(name: str, *photos: Json, **changes: object) -> Json:
    return {
        "firstName": name,
        "lastName": "Example",
        "ageNow": "7",
        "missingSince": "2026-11-22T10:00:00Z",
        "missingCity": "Marquette",
        "missingState": "MI",
        "photos": list(photos),
        **changes,
    }


def poster(*children: Json, hour: int = 11) -> bytes:
    properties = {
        "organizationCode": "MQPD",
        "caseNumber": "2026-0001",
        "amberAlert": True,
        "lastModified": f"2026-11-22T{hour}:00:00Z",
        "children": list(children),
        "contacts": [{"name": "Marquette Police", "phoneNumbers": ["1-906-555-0100"]}],
    }
    geometry = to_geometry(circle_ground(CENTRE, 16_000))
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties}).encode()


def inside(raw: bytes, **more: object) -> Json:
    """A photo whose bytes are in the poster."""
    return {"photoData": inline(raw), **more}


@dataclass(frozen=True, kw_only=True)
class Police:
    """A feed that is believed, and what is stored of its case."""

    runtime: Runtime
    feed: Feed

    def sends(self, document: bytes) -> TakenIn:
        if isinstance(self.runtime.clock, StandingClock):
            self.runtime.clock.move_on(minutes=1)
        return self.runtime.intake.poster(self.feed, document)

    def photos(self) -> list[PhotoRecord]:
        with self.runtime.store.read() as session:
            return list(photos_of_case(session, self.case().id))

    def case(self) -> CaseRecord:
        with self.runtime.store.read() as session:
            return session.scalars(select(CaseRecord)).one()

    def quarantined(self) -> list[QuarantinedPhoto]:
        with self.runtime.store.read() as session:
            return list(session.scalars(select(QuarantinedPhoto).order_by(QuarantinedPhoto.id)))

    def deeds(self) -> list[tuple[str, str]]:
        """Who did what, as the book says."""
        with self.runtime.store.read() as session:
            rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.actor, row.deed) for row in rows if row.deed.startswith("photo.")]

    def newest_problems(self) -> set[str]:
        with self.runtime.store.read() as session:
            newest = session.scalars(select(Submission).order_by(Submission.id.desc())).first()
            return {problem["code"] for problem in newest.problems} if newest else set()

    def hashes(self) -> list[PdqHash]:
        """What the photos that are shown hash to, as it is kept."""
        key_id, vault = self.case().key_id, self.runtime.vault
        kept = [vault.open(key_id, PURPOSE, photo.sealed_pdq or b"") for photo in self.photos()]
        return [PdqHash(bits=plain[:BYTES], quality=plain[BYTES]) for plain in kept]

    def kept_bytes(self, photo_id: UUID) -> list[bytes]:
        """What the media store has of a photo, sealed."""
        found = (self.runtime.media.get(photo_id, size) for size in ("page", "push", "print"))
        return [sealed for sealed in found if sealed is not None]


def police(runtime: Runtime) -> Police:
    with runtime.store.begin() as session:
        feed = Feed(
            slug="police", kind=FeedKind.POSTER, trust=Trust.AUTO, created_at=runtime.clock()
        )
        session.add(feed)
    return Police(runtime=runtime, feed=feed)


def reviewer(runtime: Runtime, name: str = "ana", role: str = "admin") -> Staff:
    with runtime.store.begin() as session:
        person = Staff(name=name, role=role, joined_at=runtime.clock())
        session.add(person)
    return person
