from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.store.feeds import Feed, Trust
from alerts.store.waves import Receipt, Report
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import MARQUETTE, Person, add_feed, poster, push, sign_up


@pytest.fixture
def alert_id(runtime: Runtime, feed: Feed) -> UUID:
    taken = push(runtime, feed, poster())
    assert taken.alert_id is not None
    return taken.alert_id


def test_a_receipt_is_kept_once(runtime: Runtime, wren: Person, alert_id: UUID) -> None:
    path = f"/v1/me/alerts/{alert_id}/receipts"
    for event in ("shown", "shown", "opened", "dismissed", "opened"):
        answer = wren.ask("POST", path, {"event": event})
        assert (answer.status_code, answer.data) == (204, b"")
    with runtime.store.read() as session:
        kept = session.scalars(select(Receipt.event).order_by(Receipt.id)).all()
    assert kept == ["shown", "opened", "dismissed"]


def counted(runtime: Runtime, channel: str, event: str) -> float:
    labels = {"channel": channel, "event": event}
    found = runtime.metrics.registry.get_sample_value("porchlight_receipts_total", labels)
    return found or 0.0


def test_each_device_has_its_own_word(runtime: Runtime, wren: Person, alert_id: UUID) -> None:
    path = f"/v1/me/alerts/{alert_id}/receipts"
    for device in ("phone", "tablet"):
        wren.registers(device)
        for _ in range(2):
            sent = {"event": "shown", "device_id": device, "revision": 1, "kind": "alert"}
            assert wren.ask("POST", path, sent).status_code == 204
    receipts = wren.ask("GET", "/v1/me/export").get_json()["receipts"]
    assert [receipt["device_id"] for receipt in receipts] == ["phone", "tablet"]
    assert counted(runtime, "console", "shown") == 2


def test_a_word_without_a_device_is_of_the_only_one(
    runtime: Runtime, wren: Person, alert_id: UUID
) -> None:
    path = f"/v1/me/alerts/{alert_id}/receipts"
    wren.ask("POST", path, {"event": "dismissed"})
    wren.registers("phone")
    wren.ask("POST", path, {"event": "shown"})
    wren.ask("POST", path, {"event": "shown", "device_id": "phone"})
    wren.registers("tablet")
    wren.ask("POST", path, {"event": "opened"})
    receipts = wren.ask("GET", "/v1/me/export").get_json()["receipts"]
    assert [(receipt["device_id"], receipt["event"]) for receipt in receipts] == [
        (None, "dismissed"),
        ("phone", "shown"),
        (None, "opened"),
        (None, "shown"),
    ]
    assert (counted(runtime, "unknown", "dismissed"), counted(runtime, "console", "shown")) == (
        1,
        1,
    )


def test_a_device_of_somebody_else_says_nothing(
    client: FlaskClient, wren: Person, alert_id: UUID
) -> None:
    sign_up(client).registers("theirs")
    wren.registers("mine")
    wren.ask("DELETE", "/v1/me/devices/mine")
    path = f"/v1/me/alerts/{alert_id}/receipts"
    for device in ("theirs", "mine", "none"):
        answer = wren.ask("POST", path, {"event": "shown", "device_id": device})
        assert answer.status_code == 422
        assert answer.get_json()["problems"][0]["where"] == "/device_id"
        assert f'"{device}"' in answer.get_json()["detail"]
    seen = {"event": "shown", "device_id": "I saw her at the harbour"}
    answer = wren.ask("POST", path, seen)
    assert (answer.status_code, "harbour" in answer.text) == (422, False)


def test_what_is_confirmed_is_in_the_metrics(
    runtime: Runtime, jobs: Jobs, client: FlaskClient, feed: Feed
) -> None:
    people = [sign_up(client) for _ in range(4)]
    for person in people:
        person.registers()
        person.draws(MARQUETTE)
    alert_id = push(runtime, feed, poster("2")).alert_id
    jobs.run_until_quiet()
    people[0].ask("POST", f"/v1/me/alerts/{alert_id}/receipts", {"event": "opened"})
    said = client.get("/metrics").text
    assert 'porchlight_confirmed_share{channel="console"} 0.25' in said
    assert 'porchlight_receipts_total{channel="console",event="shown"} 1.0' in said


def test_a_report_is_a_reason_and_nothing_else(
    runtime: Runtime, client: FlaskClient, alert_id: UUID
) -> None:
    one, other = sign_up(client), sign_up(client)
    path = f"/v1/me/alerts/{alert_id}/reports"
    answer = one.ask("POST", path, {"reason": "wrong_area"})
    assert answer.status_code == 201
    assert answer.get_json()["alert_id"] == str(alert_id)
    assert answer.get_json()["reason"] == "wrong_area"
    assert one.ask("POST", path, {"reason": "wrong_area"}).get_json() == answer.get_json()
    one.ask("POST", path, {"reason": "duplicate"})
    other.ask("POST", path, {"reason": "wrong_area"})
    with runtime.store.read() as session:
        assert len(session.scalars(select(Report)).all()) == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"reason": "other", "comment": "I saw her at the harbour"},
        {"reason": "I saw her at the harbour"},
        {"reason": None},
        {},
        ["other"],
        b"other",
        b'{"reason": "other"',
    ],
)
def test_a_tip_is_never_taken(runtime: Runtime, wren: Person, alert_id: UUID, sent: object) -> None:
    for kind in ("reports", "receipts"):
        answer = wren.ask("POST", f"/v1/me/alerts/{alert_id}/{kind}", sent)
        assert answer.status_code in (400, 422)
        assert "harbour" not in answer.text
    with runtime.store.read() as session:
        assert session.scalars(select(Report)).all() == []


def test_the_end_of_an_alert_may_still_be_acknowledged(
    runtime: Runtime, clock: MovableClock, jobs: Jobs, wren: Person, alert_id: UUID
) -> None:
    clock.moves(timedelta(hours=25))
    jobs.expire()
    jobs.run_until_quiet()
    answer = wren.ask("POST", f"/v1/me/alerts/{alert_id}/receipts", {"event": "dismissed"})
    assert answer.status_code == 204


def test_an_alert_that_nobody_may_know_of_is_not_there(runtime: Runtime, wren: Person) -> None:
    held = push(runtime, add_feed(runtime, Trust.REVIEW, slug="reviewed"), poster("held"))
    nowhere = "018f4d2e-0000-7000-8000-000000000000"
    for alert_id in (held.alert_id, nowhere):
        receipt = wren.ask("POST", f"/v1/me/alerts/{alert_id}/receipts", {"event": "shown"})
        report = wren.ask("POST", f"/v1/me/alerts/{alert_id}/reports", {"reason": "other"})
        assert (receipt.status_code, report.status_code) == (404, 404)


def test_the_export_has_everything(
    runtime: Runtime, jobs: Jobs, client: FlaskClient, feed: Feed
) -> None:
    one, other = sign_up(client, weekly_cap=2), sign_up(client)
    for person in (one, other):
        person.registers("phone")
    home = one.draws(MARQUETTE, name="Home")
    other.draws(MARQUETTE, name="Elsewhere")
    alert_id = str(push(runtime, feed, poster()).alert_id)
    jobs.run_until_quiet()
    one.ask("POST", f"/v1/me/alerts/{alert_id}/receipts", {"event": "opened"})
    one.ask("POST", f"/v1/me/alerts/{alert_id}/reports", {"reason": "duplicate"})
    answer = one.ask("GET", "/v1/me/export")
    said = answer.get_json()
    assert said["me"]["weekly_cap"] == 2
    [neighborhood] = said["neighborhoods"]["features"]
    assert (neighborhood["id"], neighborhood["properties"]["name"]) == (home, "Home")
    [device] = said["devices"]
    assert device["address"].endswith("/phone")
    [told] = said["told"]
    assert (told["alert_id"], told["kind"]) == (alert_id, "alert")
    assert (told["device_id"], told["neighborhood_id"]) == ("phone", home)
    assert said["receipts"][0]["event"] == "opened"
    assert said["reports"][0]["reason"] == "duplicate"
    assert "Elsewhere" not in answer.text
    assert "Wren" not in answer.text


def test_the_export_of_somebody_new_is_nearly_empty(wren: Person) -> None:
    said = wren.ask("GET", "/v1/me/export").get_json()
    assert said["me"]["id"] == wren.id
    assert said["neighborhoods"] == {"type": "FeatureCollection", "features": []}
    assert said["devices"] == said["told"] == said["receipts"] == said["reports"] == []
