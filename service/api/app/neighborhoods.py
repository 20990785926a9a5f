"""The ground that a person cares about. Nobody but its owner ever sees it (DOMAIN rule 19)."""

from uuid import UUID

from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from alerts.audience.kept_ground import KeptGround, Limits, keep, keep_after
from alerts.problem import error
from alerts.store.idempotency import forget_of
from alerts.store.subscribers import (
    Neighborhood,
    neighborhood_of,
    neighborhoods_of,
    note_change,
    remove_neighborhood,
)
from geo.cells import pack_cells
from service.api.app.blueprint import TAG, app_api, me
from service.api.app.drawn import (
    DrawnFeature,
    NeighborhoodFeature,
    Remarks,
    as_feature,
    kept_ground,
    read_drawing,
    remarks,
)
from service.auth import for_subscribers
from service.http import (
    DRAWING_BODY_BYTES,
    SUBSCRIBER_AUTH,
    documented,
    no_content,
    process,
    reply,
    runtime,
)
from service.idempotency import idempotent, who_asks
from service.jobs import Job
from service.neighborhood_limits import neighborhood_limits
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
    largest_body=DRAWING_BODY_BYTES,
)
@for_subscribers
@idempotent
def draw_neighborhood() -> Response:
    """Draw a neighborhood: active alerts that touch it are pushed to you at once."""
    r = runtime()
    drawing = read_drawing(_limits())
    kept = keep(drawing.ground, drawing.h3_resolution, _limits())
    said, county = remarks(drawing, kept), r.counties.of_shape(kept.shape)
    with r.store.begin() as session:
        owner = me(session, writes=True)
        _check_count(session, owner.id, r.settings.neighborhoods_per_subscriber)
        neighborhood = Neighborhood(subscriber_id=owner.id)
        _draw(session, neighborhood, drawing.name, kept, county)
        answer = as_feature(neighborhood, said)
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
    largest_body=DRAWING_BODY_BYTES,
)
@for_subscribers
@idempotent
def redraw_neighborhood(neighborhood_id: UUID) -> Response:
    """Draw one of your neighborhoods anew: active alerts that touch it now are pushed to you.

    What is kept as H3 cells stays the same cells if it is sent as it was given; it can be made
    coarser, not finer.
    """
    r = runtime()
    drawing = read_drawing(_limits())
    with r.store.read() as session:
        before = kept_ground(neighborhood_of(session, me(session).id, neighborhood_id))
    kept = keep_after(before, drawing.ground, drawing.h3_resolution, _limits())
    said = Remarks() if kept is before else remarks(drawing, kept)
    forgets_drawing = before.cells is None and kept.cells is not None
    county = r.counties.of_shape(kept.shape)
    with r.store.begin() as session:
        neighborhood = neighborhood_of(session, me(session, writes=True).id, neighborhood_id)
        _draw(session, neighborhood, drawing.name, kept, county)
        if forgets_drawing:  # answers that repeat it are kept for a while
            forget_of(session, who_asks())
        answer = as_feature(neighborhood, said)
    if forgets_drawing:
        r.store.scrub()
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


def _draw(
    session: Session, neighborhood: Neighborhood, name: str, kept: KeptGround, county: str | None
) -> None:
    neighborhood.name, neighborhood.drawn_at = name, runtime().clock()
    neighborhood.shape, neighborhood.radius_m = kept.shape, kept.radius_m
    neighborhood.cell_resolution = kept.resolution
    neighborhood.cells = pack_cells(kept.cells) if kept.cells else None
    neighborhood.county = county
    session.add(neighborhood)
    note_change(session, neighborhood)


def _limits() -> Limits:
    return neighborhood_limits(runtime().settings)


def _check_count(session: Session, subscriber_id: int, most: int) -> None:
    if len(neighborhoods_of(session, subscriber_id)) >= most:
        raise _too_many(most)


def _too_many(most: int) -> ApiProblem:
    words = f"You have {most} neighborhoods, and that is the limit; remove one first."
    return refused([error("too_many_neighborhoods", "", words)])
