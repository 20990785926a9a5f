"""Active alerts for other systems: GeoJSON and Atom of all, CAP 1.2 of each.

The lists name no child and are kept by caches for seconds; of an alert that is over nothing is
left: it is gone from the lists at once, and its CAP answers 410 (DOMAIN rule 15).
"""

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, current_app
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.errors import NotFound, Refused, Sealed
from alerts.export.active import Exporter, list_state
from alerts.export.atom import MEDIA_TYPE as ATOM
from alerts.export.atom import AtomFeed, atom
from alerts.export.cap import MEDIA_TYPE as CAP
from alerts.export.cap import cap_document
from alerts.export.drawn import Drawings
from alerts.export.geojson import MEDIA_TYPE as GEO_JSON
from alerts.export.geojson import AlertFeatures, geojson
from alerts.store.alerts import alert_by_public_id
from service.api.conditional import conditional
from service.auth import public
from service.http import documented, runtime
from service.pages.asked import named_language
from service.problem import ApiProblem
from service.wiring import Runtime

TAG = "Public"

public_export = Blueprint("public_export", __name__)


class ListLanguage(BaseModel):
    """In which language titles are."""

    lang: str | None = Field(None, description="BCP 47; English where we don't speak it")


class Written:
    """The list of each kind as it was written last, and its areas: nothing names a child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bodies: dict[str, tuple[str, bytes]] = {}
        self.drawings = Drawings()

    def get(self, kind: str, etag: str, make: Callable[[], bytes]) -> bytes:
        """Return the list of a kind, written anew only if it isn't that of `etag` any more."""
        with self._lock:
            known = self._bodies.get(kind)
        if known is not None and known[0] == etag:
            return known[1]
        body = make()
        with self._lock:
            self._bodies[kind] = etag, body
        return body


@public_export.after_request
def keep_no_errors(response: Response) -> Response:
    """Have no cache keep that an alert isn't there, or is over."""
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


@public_export.get("/v1/alerts.geojson")
@documented(gives={200: AlertFeatures}, tag=TAG)
@public
def list_areas() -> Response:
    """Return the areas of active alerts, without exercises and without a child's name."""

    def write(exporter: Exporter, session: Session, now: datetime, _: datetime) -> bytes:
        alerts = exporter.list_active(session, now)
        return geojson(alerts, _written().drawings.of(session, alerts))

    return _list(GEO_JSON, GEO_JSON, write)


@public_export.get("/v1/alerts.atom")
@documented(gives={200: None}, query=ListLanguage, tag=TAG)
@public
def list_entries() -> Response:
    """Return an Atom feed of active alerts, which leads to their posters and their CAP.

    Without exercises and without a child's name.
    """
    language, r = named_language(), runtime()
    base = r.settings.resolved_public_url

    def write(exporter: Exporter, session: Session, now: datetime, updated: datetime) -> bytes:
        feed = AtomFeed(
            feed_id=f"{base}/v1/alerts.atom",
            self_link=f"{base}/v1/alerts.atom?lang={language}",
            home=f"{base}/",
            sender=exporter.sender,
            updated=updated,
            language=language,
            authorities=r.authorities,
        )
        return atom(feed, exporter.list_active(session, now))

    return _list(f"{ATOM}; {language}", ATOM, write)


@public_export.get("/v1/alerts/<uuid:alert_id>.cap")
@documented(gives={200: None}, tag=TAG, problems=(404, 410))
@public
def show_cap(alert_id: UUID) -> Response:
    """Return an active alert as CAP 1.2; 410 once it is over.

    An exercise has the status Exercise. What CAP has no element for is in `porchlight:` parameters.
    """
    r = runtime()
    now = r.clock()
    with r.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        if alert.status is Status.HELD:
            raise NotFound(f"there is no alert {alert_id}")
        try:
            exported = exporter_of(r).export(session, alert, now)
        except Sealed:  # taken back in this very moment
            exported = None
        except Refused:
            raise NotFound(f"there is nothing to tell of alert {alert_id}") from None
    if exported is None:
        detail = "Nothing about the child is kept or shown any more. Thank you for looking out."
        raise ApiProblem(410, "alert_over", "This alert is over", detail)
    document = cap_document(exported)
    return conditional(
        lambda: document,
        etag=hashlib.sha256(document).hexdigest()[:32],
        changed_at=None if exported.photos else exported.sent,  # links to photos change by time
        now=now,
        content_type=CAP,
        max_age_s=r.settings.export_cache_s,
    )


def exporter_of(r: Runtime) -> Exporter:
    """Return what opens active alerts for others."""
    return Exporter(
        vault=r.vault,
        media=r.media,
        links=r.links,
        authorities=r.authorities,
        sender=r.settings.resolved_export_sender,
        public_url=r.settings.resolved_public_url,
    )


def _list(
    kind: str,
    content_type: str,
    write: Callable[[Exporter, Session, datetime, datetime], bytes],
) -> Response:
    r = runtime()
    now, exporter = r.clock(), exporter_of(r)
    with r.store.read() as session:
        state = list_state(session, now)
        told = (kind, exporter.public_url, exporter.sender, state.digest, str(state.changed_at))
        etag = hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]

        def make() -> bytes:
            return _written().get(
                kind, etag, lambda: write(exporter, session, now, state.changed_at or now)
            )

        return conditional(
            make,
            etag=etag,
            changed_at=state.changed_at,
            now=now,
            content_type=content_type,
            max_age_s=r.settings.export_cache_s,
        )


def _written() -> Written:
    """Return what this app wrote last."""
    kept: Written = current_app.extensions.setdefault("porchlight_written", Written())
    return kept
