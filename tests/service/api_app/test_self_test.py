"""A person has a push sent to their phone, and reads that it was shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from alerts.store.self_tests import SelfTest
from alerts.store.subscribers import Device
from alerts.store.waves import Receipt
from service.jobs import Job, Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import HeardBell, Person, sign_up

PHONE = "/v1/me/devices/phone/self-test"


def ask(person: Person, path: str = PHONE) -> Any:
    answer = person.ask("POST", path)
    assert answer.status_code == 202, answer.text
    return answer.get_json()


def look(person: Person, path: str = PHONE) -> Any:
    answer = person.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def confirm(person: Person, test_id: str, status: int = 204, **said: object) -> Any:
    path = f"/v1/me/alerts/{test_id}/receipts"
    answer = person.ask("POST", path, {"event": "shown", **said})
    assert answer.status_code == status, answer.text
    return answer.get_json()


@pytest.fixture
def ana(client: FlaskClient) -> Person:
    person = sign_up(client)
    person.registers()
    return person


def test_it_is_asked_sent_shown_and_told(
    clock: MovableClock, jobs: Jobs, bell: HeardBell, ana: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ask(ana)
    assert (asked["status"], asked["took_s"]) == ("waiting", None)
    assert bell.heard[-1] is Job.SELF_TEST
    assert jobs.waiting() >= {Job.SELF_TEST}
    jobs.run_until_quiet()
    assert f"kind=self_test revision=1 alert={asked['id']}" in capfd.readouterr().out
    assert look(ana)["status"] == "sent"
    clock.moves(timedelta(seconds=1.2))
    confirm(ana, asked["id"], device_id="phone", kind="self_test", revision=1)
    clock.moves(timedelta(seconds=1))
    confirm(ana, asked["id"])
    found = look(ana)
    assert (found["status"], found["took_s"]) == ("shown", 1.2)
    assert found["words"] == "Your phone showed it 1.2 s after we sent it."


def test_words_are_in_the_persons_language(client: FlaskClient) -> None:
    person = sign_up(client, language="es")
    person.registers()
    assert ask(person)["words"] == "Estamos a punto de enviarla."


def test_it_is_no_receipt_of_an_alert(runtime: Runtime, jobs: Jobs, ana: Person) -> None:
    asked = ask(ana)
    jobs.run_until_quiet()
    confirm(ana, asked["id"])
    with runtime.store.read() as session:
        assert session.scalars(select(Receipt)).all() == []


def test_a_phone_may_be_tested_five_times_an_hour(
    clock: MovableClock, client: FlaskClient, ana: Person
) -> None:
    ana.registers("tablet")
    for _ in range(5):
        ask(ana)
        clock.moves(timedelta(minutes=1))
    refused = ana.ask("POST", PHONE)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(55 * 60)
    assert refused.get_json()["type"].endswith("too_many_self_tests")
    ask(ana, "/v1/me/devices/tablet/self-test")
    clock.moves(timedelta(minutes=55))
    ask(ana)


def test_another_persons_phone_and_test_are_not_there(client: FlaskClient, ana: Person) -> None:
    ben = sign_up(client)
    for path in (PHONE, "/v1/me/devices/nobodys/self-test"):
        assert ben.ask("POST", path).status_code == 404
        assert ben.ask("GET", path).status_code == 404
    assert ana.ask("GET", PHONE).status_code == 404  # none was asked for
    confirm(ben, ask(ana)["id"], 404)
    assert look(ana)["status"] == "waiting"


def test_a_phone_that_was_removed_or_ended_is_to_be_registered_anew(
    runtime: Runtime, clock: MovableClock, ana: Person
) -> None:
    for reason in ("channel_says_gone", "registered_elsewhere"):
        with runtime.store.begin() as session:
            device = session.scalars(select(Device)).one()
            device.ended_at, device.ended_reason = clock(), reason
        refused = ana.ask("POST", PHONE)
        assert refused.status_code == 409
        assert "register it again" in refused.get_json()["detail"]
        ana.registers()
    ask(ana)
    assert ana.ask("DELETE", "/v1/me/devices/phone").status_code == 204
    assert ana.ask("POST", PHONE).status_code == 404


def test_a_test_is_confirmed_by_its_own_phone(ana: Person) -> None:
    ana.registers("tablet")
    asked = ask(ana)
    said = confirm(ana, asked["id"], 422, device_id="tablet")
    assert said["problems"][0]["where"] == "/device_id"
    confirm(ana, asked["id"])
    assert look(ana)["status"] == "shown"


def test_the_same_key_asks_once(runtime: Runtime, ana: Person) -> None:
    first = ana.ask("POST", PHONE, Idempotency_Key="tap-1")
    again = ana.ask("POST", PHONE, Idempotency_Key="tap-1")
    assert (first.status_code, again.get_json()) == (202, first.get_json())
    with runtime.store.read() as session:
        assert len(session.scalars(select(SelfTest)).all()) == 1


def test_it_is_in_the_export_and_forgotten_after_a_day(
    clock: MovableClock, jobs: Jobs, ana: Person
) -> None:
    asked = ask(ana)
    jobs.run_until_quiet()
    [kept] = ana.ask("GET", "/v1/me/export").get_json()["self_tests"]
    assert (kept["device_id"], kept["asked_at"]) == ("phone", asked["asked_at"])
    assert (kept["failed"], kept["shown_at"]) == (None, None)
    clock.moves(timedelta(hours=25))
    jobs.expire()
    assert ana.ask("GET", "/v1/me/export").get_json()["self_tests"] == []
    assert UUID(asked["id"])


def test_what_is_sent_is_counted(runtime: Runtime, jobs: Jobs, ana: Person) -> None:
    ask(ana)
    jobs.run_until_quiet()
    labels = {"channel": "console", "kind": "self_test", "outcome": "sent"}
    found = runtime.metrics.registry.get_sample_value("porchlight_pushes_total", labels)
    assert found == 1
