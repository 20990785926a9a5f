"""The ground that a person cares about. Nobody but its owner ever sees it (DOMAIN rule 19)."""

from uuid import UUID

from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from alerts.problem import error
from alerts.store.subscribers import (
    Neighborhood,
    neighborhood_of,
    neighborhoods_of,
    note_change,
    remove_neighborhood,
)
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.drawn import (
    Drawing,
    DrawnFeature,
    NeighborhoodFeature,
    as_feature,
    read_drawing,
)
from service.auth import for_subscribers
from service.http import SUBSCRIBER_AUTH, documented, no_content, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job
from service.problem import ApiProblem, refused


class NeighborhoodList(BaseModel):
    """All neighborhoods of a person."""

    items: list[NeighborhoodFeature]
    next: str | None = None


@app_api.get("/v1/me/neighborhoods")
@documented(gives={200: NeighborhoodList}, tag=TAG, auth=SUBSCRIBER_AUTH)
@for_subscribers
def list_neighborhoods() -> Response:
    """List your neighborhoods, oldest first."""
    with runtime().store.read() as session:
        found = neighborhoods_of(session, me(session).id)
    return reply(NeighborhoodList(items=[as_feature(n) for n in found]))


@app_api.post("/v1/me/neighborhoods")
@documented(
    gives={201: NeighborhoodFeature},
    takes=DrawnFeature,
    tag=TAG,
    auth=SUBSCRIBER_AUTH,
    problems=(400, 422),
)
@for_subscribers
@idempotent
def draw_neighborhood() -> Response:
    """Draw a neighborhood: active alerts that touch it are pushed to you at once."""
    r = runtime()
    drawing = read_drawing(r.settings)
    with r.store.begin() as session:
        owner = me(session, writes=True)
        _check_count(session, owner.id, r.settings.neighborhoods_per_subscriber)
        neighborhood = Neighborhood(subscriber_id=owner.id)
        _draw(session, neighborhood, drawing)
        answer = as_feature(neighborhood, drawing.notes)
    process().bell.ring(Job.PLAN)
    return reply(answer, 201, Location=f"/v1/me/neighborhoods/{answer.id}")


@app_api.get("/v1/me/neighborhoods/<uuid:neighborhood_id>")
@documented(gives={200: NeighborhoodFeature}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(404,))
@for_subscribers
def show_neighborhood(neighborhood_id: UUID) -> Response:
    """Return one of your neighborhoods."""
    with runtime().store.read() as session:
        return reply(as_feature(neighborhood_of(session, me(session).id, neighborhood_id)))


@app_api.put("/v1/me/neighborhoods/<uuid:neighborhood_id>")
@documented(
    gives={200: NeighborhoodFeature},
    takes=DrawnFeature,
    tag=TAG,
    auth=SUBSCRIBER_AUTH,
    problems=(400, 404, 422),
)
@for_subscribers
@idempotent
def redraw_neighborhood(neighborhood_id: UUID) -> Response:
    """Draw one of your neighborhoods anew: active alerts that touch it now are pushed to you."""
    r = runtime()
    drawing = read_drawing(r.settings)
    with r.store.begin() as session:
        neighborhood = neighborhood_of(session, me(session, writes=True).id, neighborhood_id)
        _draw(session, neighborhood, drawing)
        answer = as_feature(neighborhood, drawing.notes)
    process().bell.ring(Job.PLAN)
    return reply(answer)


@app_api.delete("/v1/me/neighborhoods/<uuid:neighborhood_id>")
@documented(gives={204: None}, tag=TAG, auth=SUBSCRIBER_AUTH, problems=(400, 404))
@for_subscribers
@idempotent
def forget_neighborhood(neighborhood_id: UUID) -> Response:
    """Forget one of your neighborhoods: nothing is pushed for it any more."""
    with runtime().store.begin() as session:
        remove_neighborhood(
            session, neighborhood_of(session, me(session, writes=True).id, neighborhood_id)
        )
    process().bell.ring(Job.PLAN)
    return no_content()


def _draw(session: Session, neighborhood: Neighborhood, drawing: Drawing) -> None:
    neighborhood.name, neighborhood.shape = drawing.name, drawing.shape
    neighborhood.radius_m, neighborhood.drawn_at = drawing.radius_m, runtime().clock()
    session.add(neighborhood)
    note_change(session, neighborhood)


def _check_count(session: Session, subscriber_id: int, most: int) -> None:
    if len(neighborhoods_of(session, subscriber_id)) >= most:
        raise _too_many(most)


def _too_many(most: int) -> ApiProblem:
    words = f"You have {most} neighborhoods, and that is the limit; remove one first."
    return refused([error("too_many_neighborhoods", "", words)])
