"""How far are the waves of this alert? Asked once, or followed as it happens."""

from uuid import UUID

from flask import Response, request

from alerts.store.staff import Role
from service.api.desk.blueprint import READ_PROBLEMS, TAG, desk_api
from service.api.desk.wave_events import Following, events
from service.api.desk.wave_figures import WaveList
from service.api.desk.wave_watch import wave_watch
from service.auth import for_staff, may_still_ask
from service.http import STAFF_AUTH, documented, runtime
from service.problem import ApiProblem

FULL_AGAIN_S = 15  # streams end after minutes; one whose viewer went away, within seconds
EVENT_STREAM = "text/event-stream"


@desk_api.get("/v1/desk/alerts/<uuid:alert_id>/waves")
@documented(gives={200: WaveList}, tag=TAG, auth=STAFF_AUTH, problems=READ_PROBLEMS)
@for_staff(Role.VIEWER)
def list_waves(alert_id: UUID) -> Response:
    """Say how far an alert's waves are: queued, sent, failed and why, shown, opened."""
    look = wave_watch().look(alert_id)
    return Response(look.document, content_type="application/json")


@desk_api.get("/v1/desk/alerts/<uuid:alert_id>/waves/stream")
@documented(
    gives={200: None, 204: None},
    tag=TAG,
    auth=STAFF_AUTH,
    problems=(*READ_PROBLEMS, 503),
    streams=True,
)
@for_staff(Role.VIEWER)
def follow_waves(alert_id: UUID) -> Response:
    """Follow the same as Server-Sent Events: `progress` whenever it changes, at last `done`.

    Each event has the list as its data. After some minutes the stream ends: connect again, with
    Last-Event-ID. 204: nothing is on its way, and you have seen the last of it. 503: too many
    watch at this moment.
    """
    watch, seen = wave_watch(), request.headers.get("Last-Event-ID", "")
    look = watch.look(alert_id)
    if look.is_over and look.number == seen:
        return Response(status=204)  # which tells a browser not to connect again
    if not watch.begin_stream():
        raise _too_many()
    following = Following(
        alert_id=alert_id, seen=seen, may_go_on=may_still_ask(Role.VIEWER), ends=runtime().stopping
    )
    response = Response(events(watch, following), content_type=EVENT_STREAM)
    response.call_on_close(watch.end_stream)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep events for later
    return response


def _too_many() -> ApiProblem:
    said = f"As many follow waves now as this server can carry; again in {FULL_AGAIN_S} s."
    headers = {"Retry-After": str(FULL_AGAIN_S)}
    return ApiProblem(503, "too_many_streams", "Too many watch", said, headers=headers)
