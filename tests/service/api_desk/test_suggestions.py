"""What the desk is suggested to add to an alert's ground, and whom that would reach."""

from uuid import uuid4

import pytest

from alerts.alert import EndReason
from alerts.lifecycle import end_alert
from alerts.store.alerts import Alert, alert_by_public_id
from geo.geojson import parse_geometry
from service.wiring import Runtime
from tests.desk.test_suggest import an_alert
from tests.service.api_desk.conftest import Person
from tests.service.api_partner.documents import add_neighbours


@pytest.fixture
def house(runtime: Runtime) -> Runtime:
    """With places, which suggestions are made of."""
    return runtime


@pytest.fixture
def alert(house: Runtime) -> Alert:
    return an_alert(house, vehicle={"description": "blue van"})


def path(alert_id: object) -> str:
    return f"/v1/desk/alerts/{alert_id}/suggestions"


def test_each_has_words_ground_counties_roads_and_hidden_figures(
    house: Runtime, viewer: Person, alert: Alert
) -> None:
    add_neighbours(house, 12)
    answer = viewer.ask("GET", path(alert.public_id))
    assert answer.status_code == 200, answer.text
    items = answer.get_json()["items"]
    assert {item["kind"] for item in items} >= {"circle", "counties"}
    for item in items:
        assert "after last seen, by car: " in item["words"]
        assert item["reach"]["already_told"] == "<10"
        assert item["reach"]["subscribers"] in (12, "<10")
        assert parse_geometry(item["geometry"]).shape.area > 0
    wide = next(item for item in items if item["kind"] == "counties")
    assert {"county": "26103", "name": "Marquette County, MI"} in wide["counties"]
    assert wide["reach"]["subscribers"] == 12
    assert (wide["means"], wide["states"][0]) == ("by_car", "MI")


def test_an_alert_that_ended_or_that_there_is_not_has_none(
    house: Runtime, viewer: Person, alert: Alert
) -> None:
    assert viewer.ask("GET", path(uuid4())).status_code == 404
    with house.store.begin() as session:
        ended = alert_by_public_id(session, alert.public_id)
        end_alert(session, ended, EndReason.RECALLED, house.clock(), actor="test")
    answer = viewer.ask("GET", path(alert.public_id))
    assert answer.status_code == 409
    assert "ended" in answer.get_json()["detail"]
