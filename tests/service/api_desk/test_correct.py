"""The desk corrects an alert over the API: downward, by one person, once per key."""

from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from alerts.alert import RevisionState
from alerts.store.alerts import Alert, newest_revision
from alerts.store.staff import Role
from service.jobs import Jobs
from service.wiring import Runtime
from tests.intake.case.carried import add_feed, ago, alert, doc, drawn, push
from tests.service.api_desk.conftest import Hire, Person
from tests.service.api_partner.documents import add_neighbours

INSIDE = {"type": "Point", "coordinates": [-87.4, 46.6], "radius_m": 2_000}
BEYOND = INSIDE | {"radius_m": 200_000}


@pytest.fixture
def editor(hire: Hire) -> Person:
    return hire("ed", Role.EDITOR)


@pytest.fixture
def told(house: Runtime) -> Alert:
    """An endangered child's alert that three neighbours were told of."""
    add_neighbours(house, 3)
    feed = add_feed(house, "police")
    taken = push(house, feed, drawn(doc(endangered=True, lastModified=ago(minutes=9))))
    Jobs(house).run_until_quiet()
    return alert(house, taken.alert_id)


def ask(person: Person, alert_id: object, document: dict[str, Any], **headers: str) -> TestResponse:
    path = f"/v1/desk/alerts/{alert_id}/correction"
    return person.ask("POST", path, json={"reason": "another car", **document}, headers=headers)


def test_an_editor_corrects_and_those_who_were_told_hear_of_it(
    house: Runtime, editor: Person, told: Alert
) -> None:
    answer = ask(editor, told.public_id, {"tier": "missing", "area": INSIDE})
    assert answer.status_code == 200, answer.text
    said = answer.get_json()
    assert (said["alert_id"], said["revision"], said["tier"]) == (
        str(told.public_id),
        2,
        "missing",
    )
    assert said["area_km2"] == pytest.approx(12.6, abs=0.1)
    Jobs(house).run_until_quiet()
    with house.store.read() as session:
        newest = newest_revision(session, told.id)
    assert (newest.state, newest.correction) == (RevisionState.LIVE, True)


def test_the_same_key_corrects_once(house: Runtime, editor: Person, told: Alert) -> None:
    key = {"Idempotency-Key": "correct-once"}
    first = ask(editor, told.public_id, {"tier": "missing"}, **key)
    again = ask(editor, told.public_id, {"tier": "missing"}, **key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert ask(editor, told.public_id, {"tier": "missing"}).status_code == 409


@pytest.mark.parametrize(
    ("document", "status", "says"),
    [
        ({"tier": "amber"}, 409, "two people"),
        ({"area": BEYOND}, 409, "two people"),
        ({}, 409, "lower tier or a smaller area"),
        ({"tier": "gold"}, 422, "tier"),
        ({"tier": "missing", "reason": ""}, 422, "reason"),
        ({"tier": "missing", "name": "x"}, 422, "name"),
        ({"area": {"type": "Point", "coordinates": [0, 0], "radius_m": 5}}, 422, "(0, 0)"),
    ],
)
def test_what_cant_be_done_is_said_in_a_sentence(
    house: Runtime, editor: Person, told: Alert, document: dict[str, Any], status: int, says: str
) -> None:
    answer = ask(editor, told.public_id, document)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert says in answer.text
    assert alert(house, told.public_id).live_revision == 1


def test_a_viewer_may_not_and_there_must_be_such_an_alert(
    viewer: Person, editor: Person, told: Alert
) -> None:
    assert ask(viewer, told.public_id, {"tier": "missing"}).status_code == 403
    assert ask(editor, uuid4(), {"tier": "missing"}).status_code == 404
