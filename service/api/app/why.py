"""Why did I get this? Which neighborhood, how much of it, which area, and how we know that area."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.area_of_interest import Provenance, confidence_words
from alerts.audience.told import Telling, tellings_of
from alerts.audience.told_by import Since, ToldBy, told_by
from alerts.audience.why import Overlap, overlaps_of
from alerts.errors import NotFound
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id, revision
from alerts.store.subscribers import Subscriber, neighborhoods_of
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.why_words import covered, told
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, documented, reply, runtime


class Why(BaseModel):
    """Which of your neighborhoods an alert touches, and where its area comes from."""

    neighborhood_id: UUID
    neighborhood_name: str | None
    overlap_km2: float
    overlap_percent: float = Field(description="Of the neighborhood, 0-100")
    area_revision: int
    area_provenance: Provenance
    area_confidence: float = Field(description="That the area is the ground the source means, 0-1")
    confidence_words: str = Field(description="The same in words, certain to doubtful")
    source: str = Field(description="What the area was made from, in words")
    provenance: Provenance = Field(description="As `area_provenance`")
    confidence: float = Field(description="As `area_confidence`")
    words: str = Field(description="All of it in a sentence, in your language")


class Told(BaseModel):
    """The push that told you first, and what became of the neighborhood since."""

    at: datetime
    revision: int = Field(description="Of the alert, whose area it was told by")
    neighborhood_id: UUID | None = Field(description="null: removed since, or not named")
    since: Since
    redrawn_at: datetime | None
    overlap_km2: float | None = Field(description="null: it is known no more")
    overlap_percent: float | None
    words: str


class WhyMe(BaseModel):
    """Why an alert concerns or concerned you."""

    alert_id: UUID
    status: Status
    told: bool = Field(description="It was pushed to you")
    told_at: datetime | None
    told_by: Told | None
    why: list[Why] = Field(description="What it touches of yours as both are now; empty at its end")


@app_api.get("/v1/me/alerts/<uuid:alert_id>/why")
@documented(gives={200: WhyMe}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(404,))
@for_subscribers
def explain_to_me(alert_id: UUID) -> Response:
    """Say why an alert was pushed to you, or is in your list; also after its end.

    It says nothing of the case. 404 for an alert that neither told you nor touches what is yours.
    """
    r = runtime()
    with r.store.read() as session:
        owner, alert = me(session), alert_by_public_id(session, alert_id)
        first = told_by(session, tellings_of(session, owner.id, [alert.id]))
        touches = whys(session, owner, alert, r.clock())
    if first is None and not touches:
        raise NotFound(f"no alert {alert_id} concerns you")
    return reply(
        WhyMe(
            alert_id=alert.public_id,
            status=alert.status,
            told=first is not None,
            told_at=first.at if first else None,
            told_by=shown(first, owner.language) if first else None,
            why=touches,
        )
    )


def whys(session: Session, owner: Subscriber, alert: Alert, now: datetime) -> list[Why]:
    """Return what an active alert touches of a person's; exercises are for testers only."""
    is_active = alert.status is Status.ACTIVE and alert.expires_at > now
    if not is_active or (alert.exercise and not owner.tester):
        return []
    live = revision(session, alert.id, alert.live_revision)
    if live.area is None:
        return []
    mine = neighborhoods_of(session, owner.id)
    return list(explained(live, overlaps_of(live.area.shape, mine), owner.language))


def explained(live: AlertRevision, overlaps: Sequence[Overlap], language: str) -> Iterator[Why]:
    """Yield why each neighborhood is touched; nothing if the revision has no area."""
    area = live.area
    for overlap in overlaps if area is not None else ():
        assert area is not None  # noqa: S101 - for mypy: looked at above
        yield Why(
            neighborhood_id=overlap.neighborhood.public_id,
            neighborhood_name=overlap.neighborhood.name or None,
            overlap_km2=round(overlap.overlap_km2, 4),
            overlap_percent=round(overlap.overlap_percent, 2),
            area_revision=live.number,
            area_provenance=area.provenance,
            area_confidence=area.confidence,
            confidence_words=confidence_words(area.confidence),
            source=area.source,
            provenance=area.provenance,
            confidence=area.confidence,
            words=covered(area, overlap, language),
        )


def first_tellings(session: Session, tellings: Sequence[Telling], language: str) -> dict[int, Told]:
    """Return the first push of each alert that is told of, by the alert's row id."""
    found = {}
    for alert_id in {telling.alert_id for telling in tellings}:
        first = told_by(session, [t for t in tellings if t.alert_id == alert_id])
        if first is not None:
            found[alert_id] = shown(first, language)
    return found


def shown(first: ToldBy, language: str) -> Told:
    """Return a first push as its person sees it."""
    neighborhood, overlap = first.neighborhood, first.overlap
    is_redrawn = first.since is Since.REDRAWN and neighborhood is not None
    return Told(
        at=first.at,
        revision=first.revision,
        neighborhood_id=neighborhood.public_id if neighborhood else None,
        since=first.since,
        redrawn_at=neighborhood.drawn_at if is_redrawn and neighborhood else None,
        overlap_km2=round(overlap.overlap_km2, 4) if overlap else None,
        overlap_percent=round(overlap.overlap_percent, 2) if overlap else None,
        words=told(first, language),
    )
