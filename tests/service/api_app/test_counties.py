"""A neighborhood knows its county as soon as it is drawn, and again when it is moved."""

from sqlalchemy import select

from alerts.store.subscribers import Neighborhood
from service.wiring import Runtime
from tests.service.api_app.people import MARQUETTE, Person, circle

PATH = "/v1/me/neighborhoods"


def county(runtime: Runtime) -> str | None:
    with runtime.store.read() as session:
        return session.scalars(select(Neighborhood)).one().county


def test_it_has_the_county_of_its_middle_wherever_it_goes(wren: Person, runtime: Runtime) -> None:
    drawn = wren.ask("POST", PATH, circle(MARQUETTE, 1500)).get_json()
    assert county(runtime) == "26103"
    wren.ask("PUT", f"{PATH}/{drawn['id']}", circle((-97.743, 30.267), 1500))
    assert county(runtime) == "48453"
    wren.ask("PUT", f"{PATH}/{drawn['id']}", circle((2.35, 48.86), 1500))
    assert county(runtime) == ""
