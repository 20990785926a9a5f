"""What might be added to an alert's ground, and whom would that reach?"""

from uuid import UUID

from flask import Response

from alerts.area.suggestion import Suggestion
from alerts.audience.reach import Reach, question, reach_of
from alerts.store.alerts import alert_by_public_id
from alerts.store.staff import Role
from geo.geojson import to_geometry
from service.api.desk.blueprint import READ_PROBLEMS, TAG, desk_api
from service.api.desk.schemas import SuggestedArea, SuggestedCounty, Suggestions
from service.api.figures import DESK, figures_shown
from service.auth import for_staff
from service.http import STAFF_AUTH, documented, reply, runtime
from service.suggesting import suggestions

KM_M = 1000.0


@desk_api.get("/v1/desk/alerts/<uuid:alert_id>/suggestions")
@documented(gives={200: Suggestions}, tag=TAG, auth=STAFF_AUTH, problems=(*READ_PROBLEMS, 409))
@for_staff(Role.VIEWER)
def suggest_areas(alert_id: UUID) -> Response:
    """Suggest wider ground for an alert, as of now, each with whom it would reach.

    Nothing is changed: an area is set by two people. 409: the alert has ended.
    """
    r = runtime()
    with r.store.read() as session:
        alert = alert_by_public_id(session, alert_id)
        found = suggestions(r, session, alert)
        asked = question(session, r.clock(), alert=alert)
        reached = [reach_of(session, r.index, one.shape, asked) for one in found]
    items = [_item(one, reach) for one, reach in zip(found, reached, strict=True)]
    return reply(Suggestions(items=items))


def _item(one: Suggestion, reach: Reach) -> SuggestedArea:
    return SuggestedArea(
        kind=one.kind,
        words=one.words,
        geometry=to_geometry(one.shape),
        area_km2=round(one.km2, 3),
        counties=[SuggestedCounty(county=c.fips, name=c.name) for c in one.counties],
        states=list(one.states),
        roads=list(one.roads),
        hours=round(one.hours, 2),
        is_exact=one.is_exact,
        means=one.means,
        distance_km=round(one.distance_m / KM_M, 3),
        reach=figures_shown(reach, DESK, knows_told=True),
    )
