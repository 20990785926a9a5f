"""Which alerts concern me, and why? Active ones whose area touches my neighborhoods."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import cast
from uuid import UUID

import structlog
from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from alerts.alert import Tier
from alerts.audience.told import tellings_of
from alerts.audience.why import Touching, alerts_touching
from alerts.errors import NotFound, Refused, Sealed
from alerts.place_words import place_words
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.subscribers import Subscriber, neighborhoods_of
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.why import Told, Why, explained, first_tellings
from service.api.paging import PageQuery, bad_page, page_query
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, documented, reply, runtime
from service.pages.show import headline, open_alert
from service.pages.views import Language
from service.wiring import Runtime

log = structlog.get_logger()


class MyAlert(BaseModel):
    """An active alert that concerns you."""

    id: UUID
    tier: Tier
    exercise: bool
    revision: int
    title: str
    place: str
    told: bool = Field(description="It was pushed to you; long_term never is")
    told_at: datetime | None
    told_by: Told | None
    issued_at: datetime
    updated_at: datetime
    expires_at: datetime
    link: str
    why: list[Why]


class MyAlertList(BaseModel):
    """One piece of the list, newest first."""

    items: list[MyAlert]
    next: UUID | None = None


@app_api.get("/v1/me/alerts")
@documented(
    gives={200: MyAlertList}, query=PageQuery, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(422,)
)
@for_subscribers
def list_my_alerts() -> Response:
    """List the active alerts that touch your neighborhoods, newest first, each with why."""
    query, r = page_query(), runtime()
    with r.store.read() as session:
        found = _touching(session, me(session), query, r)
        page, more = found[: query.limit], len(found) > query.limit
        items = _entries(session, me(session), page, r)
    return reply(MyAlertList(items=items, next=page[-1].alert.public_id if more else None))


def _touching(session: Session, owner: Subscriber, query: PageQuery, r: Runtime) -> list[Touching]:
    """Return a piece of the list, and one more if there is more."""
    found = alerts_touching(
        session,
        neighborhoods_of(session, owner.id),
        r.clock(),
        exercises=owner.tester,
        before=_row_of(session, query.cursor),
    )
    return list(islice(found, query.limit + 1))


def _row_of(session: Session, cursor: UUID | None) -> int | None:
    if cursor is None:
        return None
    try:
        return alert_by_public_id(session, cursor).id
    except NotFound:
        raise bad_page("cursor must be the `next` of the piece before.") from None


def _entries(
    session: Session, owner: Subscriber, page: Sequence[Touching], r: Runtime
) -> list[MyAlert]:
    told = tellings_of(session, owner.id, [touching.alert.id for touching in page])
    first = first_tellings(session, told, owner.language)
    entries = (
        _entry(session, owner, touching, r, first.get(touching.alert.id)) for touching in page
    )
    return [entry for entry in entries if entry is not None]


def _entry(
    session: Session, owner: Subscriber, touching: Touching, r: Runtime, told: Told | None
) -> MyAlert | None:
    """Return an entry; None if the alert ended at this moment, or can't be worded."""
    alert = touching.alert
    try:
        shown = open_alert(r, session, alert)
        if shown is None:
            return None
        title = headline(r, shown, cast("Language", owner.language))
    except (Sealed, Refused) as problem:
        log.warning("alert_not_listed", alert=str(alert.public_id), why=str(problem))
        return None
    return MyAlert(
        id=alert.public_id,
        tier=touching.revision.tier,
        exercise=alert.exercise,
        revision=alert.live_revision,
        title=title,
        place=place_words(shown.poster),
        told=told is not None,
        told_at=told.at if told else None,
        told_by=told,
        issued_at=_issued_at(alert),
        updated_at=touching.revision.made_at,
        expires_at=alert.expires_at,
        link=f"{r.settings.resolved_public_url}/alerts/{alert.public_id}",
        why=list(explained(touching.revision, touching.overlaps, owner.language)),
    )


def _issued_at(alert: Alert) -> datetime:
    return alert.activated_at or alert.received_at
