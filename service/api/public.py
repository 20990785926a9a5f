"""What everybody may read: an active alert's poster.

After the end there is nothing of the child here, only that it is over (410, DOMAIN rule 15).
"""

from uuid import UUID

from flask import Blueprint, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.errors import NotFound, Sealed
from alerts.store.alerts import Alert, alert_by_public_id, revision
from service.api.never_stored import never_stored
from service.api.public_poster import PosterWriter, PublicPoster
from service.auth import public
from service.http import documented, reply, runtime
from service.pages.asked import asked_language
from service.pages.show import open_alert
from service.problem import ApiProblem
from service.wiring import Runtime

TAG = "Public"

public_api = Blueprint("public_api", __name__)
never_stored(public_api)


class InLanguage(BaseModel):
    """In which language labels and titles are."""

    lang: str | None = Field(None, description="BCP 47; else by Accept-Language, else English")


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


def _poster(r: Runtime, session: Session, alert: Alert) -> PublicPoster:
    shown = open_alert(r, session, alert)
    if shown is None:
        raise _over()
    live = revision(session, alert.id, alert.live_revision)
    return PosterWriter(runtime=r, shown=shown, revision=live, language=asked_language()).write()


def _over() -> ApiProblem:
    detail = "Nothing about the child is kept or shown any more. Thank you for looking out."
    return ApiProblem(410, "alert_over", "This alert is over", detail)
