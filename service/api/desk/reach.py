"""How many would this area reach? Asked before an alert goes out, or is widened."""

from typing import Any, NamedTuple

from flask import Response, request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from alerts.audience.reach import Reach, question, reach_of
from alerts.store.alerts import Alert, alert_by_public_id
from alerts.store.staff import Role
from geo.measure import area_km2
from geo.polygon import Ground
from service.api.desk.blueprint import ASK_PROBLEMS, TAG, desk_api
from service.api.desk.schemas import DeskReach, ReachDocument, ReachOptions
from service.api.figures import DESK, figures_shown
from service.asked_area import read_area, read_asked
from service.auth import for_staff
from service.http import STAFF_AUTH, documented, reply, runtime
from service.problem import ApiProblem, from_validation, refused

OPTIONS = frozenset(ReachOptions.model_fields)


class Asked(NamedTuple):
    """A question that could be read."""

    ground: Ground
    options: ReachOptions


@desk_api.post("/v1/desk/reach")
@documented(
    gives={200: DeskReach}, takes=ReachDocument, tag=TAG, auth=STAFF_AUTH, problems=ASK_PROBLEMS
)
@for_staff(Role.VIEWER)
def ask_reach() -> Response:
    """Say how many an area would reach now; nothing is stored or sent.

    Figures below ten are hidden, parts of a total are rounded down to tens. Of areas that touch
    nearly the same neighborhoods, the totals of the first one asked about today are shown, at most
    nine beside the truth.
    """
    asked, r = _asked(_body()), runtime()
    options = asked.options
    with r.store.read() as session:
        r.index.refresh(session)  # the first question after a start loads everybody
        alert = _alert(session, options)
        about = question(
            session,
            r.clock(),
            alert=alert,
            tier=options.tier,
            testers_only=options.testers_only,
        )
        found = reach_of(session, r.index, asked.ground.shape, about)
    shown = figures_shown(found, DESK, knows_told=alert is not None)
    return reply(
        DeskReach(
            **shown.model_dump(),
            tier=about.tier,
            testers_only=about.testers_only,
            area_km2=_rounded_km2(asked.ground),
            notes=list(asked.ground.notes),
            took_ms=_rounded_ms(found),
        )
    )


def _body() -> object:
    """Read the body as JSON; 413 for more than anybody draws."""
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        most = runtime().settings.max_body_bytes
        said = f"An area may have {most:,} bytes at most; simplify its outline."
        raise ApiProblem(413, "too_large", "Too large", said) from None
    reading = read_asked(raw)
    if not reading.ok:
        raise refused(reading.problems)
    return reading.value


def _asked(said: object) -> Asked:
    """Tell the area from what is asked of it: GeoJSON itself, or under `area`."""
    if not isinstance(said, dict) or "type" not in said:
        return _under_area(said)
    options = _options({name: said[name] for name in OPTIONS & said.keys()})
    return Asked(ground=read_area(said), options=options)


def _under_area(said: object) -> Asked:
    if not isinstance(said, dict) or "area" not in said:
        detail = "Send GeoJSON, or an object with GeoJSON under area."
        raise ApiProblem(422, "no_area", "There is no area", detail)
    members: dict[str, Any] = {name: value for name, value in said.items() if name != "area"}
    options = _options(members)
    return Asked(ground=read_area(said["area"], "/area"), options=options)


def _options(members: dict[str, Any]) -> ReachOptions:
    try:
        return ReachOptions.model_validate(members)
    except ValidationError as bad:
        raise from_validation(bad) from None


def _alert(session: Session, options: ReachOptions) -> Alert | None:
    return alert_by_public_id(session, options.alert_id) if options.alert_id else None


def _rounded_km2(ground: Ground) -> float:
    return round(area_km2(ground.shape), 3)


def _rounded_ms(found: Reach) -> float:
    return round(found.took_ms, 3)
