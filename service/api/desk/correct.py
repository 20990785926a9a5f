"""The desk takes something of a live alert back: a lower tier, a smaller area."""

from uuid import UUID

from flask import Response

from alerts.desk.correct import correct
from alerts.store.alerts import alert_by_public_id
from alerts.store.staff import Role
from geo.polygon import Ground
from service.api.desk.blueprint import ASK_PROBLEMS, TAG, desk_api
from service.api.desk.schemas import Correction, CorrectionAsked
from service.asked_area import read_area
from service.auth import for_staff, this_person
from service.http import STAFF_AUTH, body, documented, process, reply, runtime
from service.idempotency import idempotent
from service.jobs import Job


@desk_api.post("/v1/desk/alerts/<uuid:alert_id>/correction")
@documented(
    gives={200: Correction},
    takes=CorrectionAsked,
    tag=TAG,
    auth=STAFF_AUTH,
    problems=(*ASK_PROBLEMS, 409),
)
@for_staff(Role.EDITOR)
@idempotent
def correct_alert(alert_id: UUID) -> Response:
    """Correct a live alert downward, at once: a lower tier, an area inside the old one, or both.

    Whoever was told before is told of it, as loud as they were told of the mistake. 409: nobody was
    told yet, it has ended, nothing would change, or it would be raised or widened.
    """
    asked, r = body(CorrectionAsked), runtime()
    ground: Ground | None = read_area(asked.area, "/area") if asked.area is not None else None
    with r.store.begin() as session:
        made = correct(
            session,
            alert_by_public_id(session, alert_id),
            this_person(),
            r.clock(),
            tier=asked.tier,
            ground=ground.shape if ground is not None else None,
            reason=asked.reason,
        )
    process().bell.ring(Job.PLAN)
    return reply(
        Correction(
            alert_id=alert_id,
            revision=made.revision,
            tier=made.tier,
            area_km2=round(made.area_km2, 3),
            notes=list(ground.notes) if ground is not None else [],
        )
    )
