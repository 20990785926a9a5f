"""What everybody may read: an active alert's poster, and where alerts are active.

After the end there is nothing of the child here, only that it is over (410, DOMAIN rule 15).
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask import Blueprint, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.alert import Status, Tier
from alerts.area_of_interest import Provenance
from alerts.errors import NotFound, Sealed
from alerts.store.alerts import Alert, AlertRevision, active_alerts, alert_by_public_id, revision
from geo.geojson import to_geometry
from service.api.never_stored import never_stored
from service.api.public_poster import PosterWriter, PublicPoster
from service.auth import public
from service.http import documented, reply, runtime
from service.pages.asked import asked_language
from service.pages.show import open_alert
from service.problem import ApiProblem
from service.wiring import Runtime

TAG = "Public"
GEO_JSON = "application/geo+json"  # RFC 7946 section 12

public_api = Blueprint("public_api", __name__)
never_stored(public_api)


class InLanguage(BaseModel):
    """In which language labels and titles are."""

    lang: str | None = Field(None, description="BCP 47; else by Accept-Language, else English")


class AreaProperties(BaseModel):
    """What is said of an active alert without naming a child."""

    tier: Tier
    revision: int
    place: str = Field(description="What the area was made from, in words")
    provenance: Provenance
    confidence: float
    issued_at: datetime
    expires_at: datetime
    link: str


class AlertFeature(BaseModel):
    """Where an alert is active."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: dict[str, Any]
    properties: AreaProperties


class AlertFeatures(BaseModel):
    """Where alerts are active, newest first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[AlertFeature]


@public_api.get("/v1/alerts/<uuid:alert_id>")
@documented(gives={200: PublicPoster}, query=InLanguage, tag=TAG, problems=(404, 410))
@public
def show_poster(alert_id: UUID) -> Response:
    """Return the poster of an active alert; 410 once it is over."""
    r = runtime()
    with r.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        if alert.status is Status.HELD:
            raise NotFound(f"there is no alert {alert_id}")
        try:
            poster = _poster(r, session, alert)
        except Sealed:  # taken back in this very moment
            raise _over() from None
    return reply(poster, Vary="Accept-Language")


@public_api.get("/v1/alerts.geojson")
@documented(gives={200: AlertFeatures}, tag=TAG)
@public
def list_areas() -> Response:
    """Return the areas of active alerts, without exercises and without a child's name."""
    r = runtime()
    with r.store.read() as session:
        live = [
            (alert, revision(session, alert.id, alert.live_revision))
            for alert in active_alerts(session, r.clock())
            if not alert.exercise
        ]
        features = [_feature(r, alert, of) for alert, of in live if of.area is not None]
    response = reply(AlertFeatures(features=features))
    response.content_type = GEO_JSON
    return response


def _poster(r: Runtime, session: Session, alert: Alert) -> PublicPoster:
    shown = open_alert(r, session, alert)
    if shown is None:
        raise _over()
    live = revision(session, alert.id, alert.live_revision)
    return PosterWriter(runtime=r, shown=shown, revision=live, language=asked_language()).write()


def _feature(r: Runtime, alert: Alert, live: AlertRevision) -> AlertFeature:
    area = live.area
    assert area is not None  # noqa: S101 - the caller looked
    return AlertFeature(
        id=alert.public_id,
        geometry=to_geometry(area.shape),
        properties=AreaProperties(
            tier=live.tier,
            revision=live.number,
            place=area.source,
            provenance=area.provenance,
            confidence=area.confidence,
            issued_at=alert.activated_at or alert.received_at,
            expires_at=alert.expires_at,
            link=f"{r.settings.resolved_public_url}/alerts/{alert.public_id}",
        ),
    )


def _over() -> ApiProblem:
    detail = "Nothing about the child is kept or shown any more. Thank you for looking out."
    return ApiProblem(410, "alert_over", "This alert is over", detail)
