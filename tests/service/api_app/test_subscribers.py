from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.store.feeds import Feed
from alerts.store.idempotency import RememberedAnswer
from alerts.store.subscribers import Device, Neighborhood, Subscriber
from alerts.store.waves import Receipt, Report
from geo.circle import circle_ground
from geo.coordinates import LonLat
from service.http import APP_BODY_BYTES
from service.jobs import Jobs
from service.problem import UNPARSABLE
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import MARQUETTE, Person, poster, push, sign_up

NIGHT = {"start": "22:00", "end": "07:00", "time_zone": "America/Detroit", "tiers": ["missing"]}


def test_signing_up_needs_no_body_and_gives_a_token_that_works(client: FlaskClient) -> None:
    answer = client.post("/v1/subscribers")
    assert answer.status_code == 201
    assert set(answer.get_json()) == {"id", "token"}
    assert answer.headers["Cache-Control"] == "no-store"
    me = client.get(
        "/v1/me", headers={"Authorization": f"Bearer {answer.get_json()['token']}"}
    ).get_json()
    assert me["id"] == answer.get_json()["id"]
    assert (me["language"], me["quiet_hours"], me["weekly_cap"], me["tester"]) == (
        "en",
        None,
        None,
        False,
    )


def test_choices_may_come_with_the_sign_up(client: FlaskClient) -> None:
    person = sign_up(client, language="es-MX", weekly_cap=0, tester=True, quiet_hours=NIGHT)
    me = person.ask("GET", "/v1/me").get_json()
    assert (me["language"], me["weekly_cap"], me["tester"]) == ("es", 0, True)
    assert me["quiet_hours"]["tiers"] == ["missing"]


def test_a_change_changes_what_is_sent_and_nothing_else(wren: Person) -> None:
    wren.ask("PATCH", "/v1/me", {"quiet_hours": NIGHT, "weekly_cap": 5})
    me = wren.ask("PATCH", "/v1/me", {"language": "es"}).get_json()
    assert (me["language"], me["weekly_cap"]) == ("es", 5)
    assert me["quiet_hours"]["start"] == "22:00:00"
    me = wren.ask("PATCH", "/v1/me", {"quiet_hours": None, "weekly_cap": None}).get_json()
    assert (me["quiet_hours"], me["weekly_cap"], me["language"]) == (None, None, "es")


@pytest.mark.parametrize(
    ("sent", "code", "where"),
    [
        ({"language": "tlh"}, "unknown_language", "/language"),
        ({"language": "x" * 500}, "string_too_long", "/language"),
        ({"language": None}, "string_type", "/language"),
        ({"language": "\ud800"}, "string_unicode", "/language"),
        ({"weekly_cap": -1}, "greater_than_equal", "/weekly_cap"),
        ({"weekly_cap": True}, "int_type", "/weekly_cap"),
        ({"weekly_cap": 2.5}, "int_type", "/weekly_cap"),
        ({"weekly_cap": 10**30}, "less_than_equal", "/weekly_cap"),
        ({"tester": "yes"}, "bool_type", "/tester"),
        ({"quiet_hours": {**NIGHT, "time_zone": "Mars/Olympus"}}, None, "/quiet_hours/time_zone"),
        ({"quiet_hours": {**NIGHT, "tiers": ["loud"]}}, "enum", "/quiet_hours/tiers/0"),
        ({"quiet_hours": {"start": "22:00"}}, "missing", "/quiet_hours/end"),
        ({"name": "Wren Example"}, "extra_forbidden", "/name"),
        (["language", "es"], "model_type", ""),
        (b'{"language": ', "malformed_json", "line 1, column 14"),
        (b'{"weekly_cap": NaN}', "not_finite", "/weekly_cap"),
        (b"", "malformed_json", "line 1, column 1"),
        (b"\xff\xfe", "not_utf8", "line 1"),
    ],
)
def test_a_choice_that_is_none_is_named(
    wren: Person, sent: object, code: str | None, where: str
) -> None:
    before = wren.ask("GET", "/v1/me").get_json()
    answer = wren.ask("PATCH", "/v1/me", sent)
    assert answer.status_code == (400 if code in UNPARSABLE else 422)
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()["problems"][0]
    assert problem["where"] == where
    assert code is None or problem["code"] == code
    assert wren.ask("GET", "/v1/me").get_json() == before


def test_nobody_gets_in_without_a_token(client: FlaskClient) -> None:
    for headers in ({}, {"Authorization": "Bearer pls_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = client.get("/v1/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_token_of_an_erased_person_opens_nothing(wren: Person) -> None:
    assert wren.ask("DELETE", "/v1/me").status_code == 204
    for method, path in (
        ("GET", "/v1/me"),
        ("GET", "/v1/me/export"),
        ("GET", "/v1/me/alerts"),
        ("DELETE", "/v1/me"),
    ):
        assert wren.ask(method, path).status_code == 401


def test_an_erasure_may_be_repeated_under_its_key(wren: Person) -> None:
    first = wren.ask("DELETE", "/v1/me", Idempotency_Key="k")
    again = wren.ask("DELETE", "/v1/me", Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_an_erased_person_leaves_no_rows(
    runtime: Runtime, client: FlaskClient, jobs: Jobs, feed: Feed
) -> None:
    gone, stays = sign_up(client), sign_up(client)
    alert_id = push(runtime, feed, poster()).alert_id
    for person in (gone, stays):
        person.registers()
        person.draws(MARQUETTE)
    jobs.run_until_quiet()
    for person in (gone, stays):
        person.ask("POST", f"/v1/me/alerts/{alert_id}/receipts", {"event": "shown"})
        person.ask("POST", f"/v1/me/alerts/{alert_id}/reports", {"reason": "other"})
    with runtime.store.read() as session:
        before = _rows(session)
    assert gone.ask("DELETE", "/v1/me").status_code == 204
    with runtime.store.read() as session:
        assert before == dict.fromkeys(before, 2)
        assert _rows(session) == dict.fromkeys(before, 1)
    jobs.run_until_quiet()
    with runtime.store.read() as session:
        runtime.index.refresh(session)
        found = runtime.index.reach(session, circle_ground(LonLat(*MARQUETTE), 1_000))
    assert len(found.neighborhood_ids) == 1


def _rows(session: Session) -> dict[str, int]:
    tables = (Subscriber, Neighborhood, Device, Receipt, Report)
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def test_too_many_sign_ups_from_an_address_wait(
    runtime: Runtime, client: FlaskClient, clock: MovableClock
) -> None:
    most = runtime.settings.signups_per_hour
    for _ in range(most):
        assert client.post("/v1/subscribers").status_code == 201
    clock.moves(timedelta(minutes=20))
    refused = client.post("/v1/subscribers")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "2400"
    elsewhere = client.post("/v1/subscribers", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 201
    clock.moves(timedelta(minutes=41))
    assert client.post("/v1/subscribers").status_code == 201


def test_a_repeated_sign_up_is_the_same_person(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "018f4d2e-0000-7000-8000-000000000000"}
    one, same = (client.post("/v1/subscribers", headers=key).get_json() for _ in range(2))
    assert one == same
    other = client.post("/v1/subscribers", headers=key, json={"tester": True})
    assert other.status_code == 422
    stranger = client.post(
        "/v1/subscribers", headers=key, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert stranger.get_json()["token"] != one["token"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer null"}])
@pytest.mark.parametrize("key", ["1", "first-start", "x" * 31, "x" + " " * 40])
def test_a_key_that_anybody_may_use_is_refused_at_sign_up(
    client: FlaskClient, key: str, headers: dict[str, str]
) -> None:
    answers = [
        client.post("/v1/subscribers", headers={"Idempotency-Key": key, **headers})
        for _ in range(2)
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert answer.get_json()["type"].endswith(":weak_idempotency_key")
        assert "32 characters" in answer.get_json()["detail"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Bearer "])
def test_an_erased_persons_sign_up_is_forgotten_too(
    runtime: Runtime, client: FlaskClient, scheme: str
) -> None:
    key = {"Idempotency-Key": "018f4d2e00007000800000000000000a"}
    one = client.post("/v1/subscribers", headers=key).get_json()
    with runtime.store.read() as session:
        [kept] = session.scalars(select(RememberedAnswer))
    assert kept.who == runtime.vault.lookup("asker", f"Bearer {one['token']}")
    gone = client.delete("/v1/me", headers={"Authorization": f"{scheme} {one['token']}"})
    assert gone.status_code == 204
    with runtime.store.read() as session:
        assert session.scalars(select(RememberedAnswer)).all() == []
    assert client.post("/v1/subscribers", headers=key).get_json()["id"] != one["id"]


def test_a_body_that_no_app_sends_is_too_large(wren: Person, client: FlaskClient) -> None:
    for size in (APP_BODY_BYTES + 1, 6_000_000):
        sent = b" " * size
        answers = [
            client.post("/v1/subscribers", data=sent),
            wren.ask("PATCH", "/v1/me", sent),
            wren.ask("PUT", "/v1/me/devices/phone", sent),
        ]
        for answer in answers:
            assert answer.status_code == 413
            assert answer.content_type == "application/problem+json"
            assert "256,000 bytes" in answer.get_json()["detail"]
    assert wren.ask("PATCH", "/v1/me", b"{}".ljust(APP_BODY_BYTES)).status_code == 200
