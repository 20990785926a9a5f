"""What the desk sees of batches that wait, and how it sends parked ones again."""

from uuid import uuid4

import pytest

from alerts.store.alerts import Alert
from alerts.store.staff import AuditEntry, Role
from alerts.store.waves import Batch, BatchState
from service.jobs import Job
from service.wiring import Runtime
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.service.api_desk.conftest import Hire, Person

WHY = "the message has 5000 bytes, 4096 are allowed"
PATH = "/v1/desk/batches"


@pytest.fixture
def town(house: Runtime, clock: StandingClock) -> Town:
    """Twelve people and three, each with an alert: a batch each, parked."""
    town = Town(store=house.store, vault=house.vault, clock=clock, index=house.index)
    for _ in range(12):
        town.person()
    town.plan(town.alert())
    with house.store.begin() as session:
        session.get_one(Batch, 1).state = BatchState.PARKED
        session.get_one(Batch, 1).last_error = WHY
    return town


@pytest.fixture
def editor(hire: Hire) -> Person:
    return hire("ed", Role.EDITOR)


def alert_of(town: Town, alert_id: int = 1) -> str:
    with town.store.read() as session:
        return str(session.get_one(Alert, alert_id).public_id)


def deeds(town: Town) -> list[tuple[str, str]]:
    with town.store.read() as session:
        return [
            (entry.actor, entry.subject)
            for entry in session.query(AuditEntry)
            if entry.deed == "batch.replayed"
        ]


def test_what_is_parked_is_listed_with_why_in_tens(viewer: Person, town: Town) -> None:
    answer = viewer.ask("GET", f"{PATH}?state=parked")
    assert answer.status_code == 200, answer.text
    [item] = answer.get_json()["items"]
    assert item == {
        "id": 1,
        "alert_id": alert_of(town),
        "kind": "alert",
        "revision": 1,
        "channel": "fcm",
        "language": "en",
        "state": "parked",
        "devices": 10,
        "waiting": 10,
        "refused": "<10",
        "attempts": 0,
        "why": WHY,
        "since": "2026-11-22T12:00:00Z",
    }


def test_the_list_is_read_piece_by_piece(viewer: Person, town: Town) -> None:
    town.plan(town.alert())
    first = viewer.ask("GET", f"{PATH}?limit=1").get_json()
    assert [item["state"] for item in first["items"]] == ["parked"]
    rest = viewer.ask("GET", f"{PATH}?limit=1&cursor={first['next']}").get_json()
    assert [item["state"] for item in rest["items"]] == ["ready"]
    assert rest["next"] is None
    assert viewer.ask("GET", f"{PATH}?state=ready").get_json()["items"] == rest["items"]


@pytest.mark.parametrize("query", ["state=done", "limit=0", "limit=101", "cursor=x", "cursor=-1"])
def test_what_cant_be_asked_is_said(viewer: Person, query: str) -> None:
    assert viewer.ask("GET", f"{PATH}?{query}").status_code == 422


@pytest.mark.parametrize("what", ["batch", "alert"])
def test_an_editor_sends_it_again_once(town: Town, editor: Person, what: str) -> None:
    path = f"{PATH}/1/replay" if what == "batch" else f"/v1/desk/alerts/{alert_of(town)}/replay"
    done = editor.ask("POST", path)
    assert done.status_code == 200, done.text
    assert done.get_json() == {"batches": 1, "devices": 10}
    assert town.batches()[0].state is BatchState.READY
    again = editor.ask("POST", path)
    assert (again.status_code, again.get_json()["batches"]) == (200, 0)
    assert deeds(town) == [("staff:ed", f"alert:{alert_of(town)}")]


def test_who_may_look_only_may_not(town: Town, viewer: Person) -> None:
    for path in (f"{PATH}/1/replay", f"/v1/desk/alerts/{alert_of(town)}/replay"):
        assert viewer.ask("POST", path).status_code == 403
    assert town.batches()[0].state is BatchState.PARKED


def test_what_there_is_not_or_what_is_over_is_said(town: Town, editor: Person) -> None:
    assert editor.ask("POST", f"{PATH}/99/replay").status_code == 404
    assert editor.ask("POST", f"/v1/desk/alerts/{uuid4()}/replay").status_code == 404
    town.end(1)
    answer = editor.ask("POST", f"{PATH}/1/replay")
    assert answer.status_code == 409
    assert "over" in answer.get_json()["detail"]
    assert deeds(town) == []


def test_it_rings_for_the_sender(town: Town, editor: Person) -> None:
    rung: list[Job] = []
    bell = editor.app.extensions["porchlight"].bell
    bell.ring = lambda *jobs: rung.extend(jobs)
    editor.ask("POST", f"{PATH}/1/replay")
    editor.ask("POST", f"{PATH}/1/replay")
    assert rung == [Job.SEND]


def test_the_metrics_and_the_health_say_what_waits_for_a_person(
    town: Town, viewer: Person, clock: StandingClock
) -> None:
    town.plan(town.alert())
    clock.move_on(seconds=121)
    client = viewer.app.test_client()
    metrics = client.get("/metrics").get_data(as_text=True)
    assert 'porchlight_stuck_batches{channel="fcm"} 1.0' in metrics
    assert 'porchlight_stuck_batches{channel="console"} 0.0' in metrics
    checks = client.get("/health/ready").get_json()["checks"]
    for name in ("channels", "backlog"):
        assert not checks[name]["ok"]
        assert "porchlight batch list" in checks[name]["detail"]
