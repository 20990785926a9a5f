"""What the desk is told of an alert's waves, asked once."""

from uuid import uuid4

import pytest

from alerts.store.alerts import Alert
from alerts.store.staff import Role
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.test_suggest import an_alert
from tests.service.api_desk.conftest import Hire, Person
from tests.service.api_partner.documents import add_neighbours


@pytest.fixture
def house(runtime: Runtime) -> Runtime:
    """With places, by which the alert has its area."""
    return runtime


@pytest.fixture
def alert(house: Runtime) -> Alert:
    return an_alert(house)


def path(alert_id: object) -> str:
    return f"/v1/desk/alerts/{alert_id}/waves"


def test_an_alert_that_nobody_was_told_of_has_none(viewer: Person, alert: Alert) -> None:
    answer = viewer.ask("GET", path(alert.public_id))
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {"items": [], "next": None}
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_telling_has_its_figures(house: Runtime, viewer: Person, alert: Alert) -> None:
    add_neighbours(house, 12)
    Jobs(house).run_until_quiet()
    said = viewer.ask("GET", path(alert.public_id)).get_json()
    [item] = said["items"]
    assert (item["kind"], item["revision"], item["status"]) == ("alert", 1, "done")
    assert (item["people"], item["devices"], item["sent"], item["queued"]) == (10, 10, 10, "<10")
    assert (item["share_done"], item["shown"], item["failed"]) == (1.0, "<10", [])
    assert [channel["channel"] for channel in item["channels"]] == ["console"]
    assert item["finished_at"] is not None


def test_only_the_desk_may_look(hire: Hire, viewer: Person, alert: Alert) -> None:
    for role in Role:
        answer = hire(f"one-{role}", role).ask("GET", path(alert.public_id))
        assert answer.status_code == 200
    for address in (path(alert.public_id), path(alert.public_id) + "/stream"):
        stranger = viewer.app.test_client().get(address, headers={"Authorization": "Bearer x"})
        assert stranger.status_code == 401


def test_an_alert_that_there_is_not_has_no_waves(house: Runtime, viewer: Person) -> None:
    for address in (path(uuid4()), path(uuid4()) + "/stream"):
        assert viewer.ask("GET", address).status_code == 404


def test_a_browser_that_saw_the_last_of_it_is_told_not_to_come_again(
    house: Runtime, viewer: Person, alert: Alert
) -> None:
    add_neighbours(house, 12)
    Jobs(house).run_until_quiet()
    stream = path(alert.public_id) + "/stream"
    first = viewer.ask("GET", stream)
    events = first.text.split("\n\n")
    assert [e.split("\n")[1] for e in events[1:3]] == ["event: progress", "event: done"]
    number = events[2].split("\n")[0].removeprefix("id: ")
    again = viewer.ask("GET", stream, headers={"Last-Event-ID": number})
    assert (again.status_code, again.data) == (204, b"")
    assert viewer.ask("GET", stream, headers={"Last-Event-ID": "older"}).status_code == 200


def test_both_ways_are_described(viewer: Person) -> None:
    paths = viewer.ask("GET", "/openapi.json").get_json()["paths"]
    base = "/v1/desk/alerts/{alert_id}/waves"
    asked, followed = paths[base]["get"], paths[base + "/stream"]["get"]
    assert "application/json" in asked["responses"]["200"]["content"]
    assert set(followed["responses"]["200"]["content"]) == {"text/event-stream"}
    assert {"204", "401", "404", "429", "503"} <= set(followed["responses"])
    assert followed["security"] == [{"staff": []}]
