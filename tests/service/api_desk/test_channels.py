"""How channels are, as the desk sees it, and a channel that somebody has tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from alerts.push import Outcome, PushOutcome
from alerts.store.staff import AuditEntry, Role
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch
from service.wiring import Runtime
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.service.api_desk.conftest import Hire, Person

PATH = "/v1/desk/channels"
DOWN = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE", retry_after_s=10)


@pytest.fixture
def editor(hire: Hire) -> Person:
    return hire("ed", Role.EDITOR)


@pytest.fixture
def wait(house: Runtime, clock: StandingClock) -> Callable[[int], None]:
    """Have so many phones wait for an alert over FCM, which isn't set up here."""

    def wait(phones: int) -> None:
        town = Town(store=house.store, vault=house.vault, clock=clock, index=house.index)
        for _ in range(phones):
            town.person(phones=(Channel.FCM,))
        town.plan(town.alert())

    return wait


def listed(person: Person) -> dict[str, dict[str, Any]]:
    answer = person.ask("GET", PATH)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    document = answer.get_json()
    assert document["next"] is None
    return {item["channel"]: item for item in document["items"]}


def fail(house: Runtime, times: int = 3) -> None:
    for _ in range(times):
        house.gate.hear("fcm", [DOWN], house.clock())


def deeds(house: Runtime) -> list[tuple[str, str, str, dict[str, Any]]]:
    with house.store.read() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(d.actor, d.deed, d.subject, d.details) for d in found]


def test_what_is_set_up_is_listed_and_flows(viewer: Person) -> None:
    assert listed(viewer)["console"] == {
        "channel": "console",
        "is_set_up": True,
        "breaker": "closed",
        "why": None,
        "opened_at": None,
        "retry_at": None,
        "pushes_per_s": None,
        "waiting_batches": 0,
        "waiting_devices": 0,
    }


def test_a_channel_that_fails_says_why_since_when_and_until_when(
    house: Runtime, clock: StandingClock, viewer: Person
) -> None:
    began = clock()
    fail(house)
    clock.move_on(seconds=5)
    fcm = listed(viewer)["fcm"]
    assert (fcm["breaker"], fcm["why"], fcm["pushes_per_s"]) == ("open", "UNAVAILABLE", 0)
    assert fcm["opened_at"].replace("Z", "+00:00") == began.isoformat()
    assert fcm["retry_at"].replace("Z", "+00:00") >= (began + timedelta(seconds=10)).isoformat()


def test_the_rate_is_that_of_this_moment_of_the_ramp(
    house: Runtime, clock: StandingClock, viewer: Person
) -> None:
    for _ in range(31):
        with house.store.begin() as session:
            assert house.gate.reserve(session, "fcm", 1, clock()) is not None
        clock.move_on(seconds=1)
    assert listed(viewer)["fcm"]["pushes_per_s"] == 5_650  # 10 % and 31/60 of the rest


@pytest.mark.parametrize(("phones", "shown"), [(1, "<10"), (9, "<10"), (10, 10), (27, 20)])
def test_few_who_wait_are_hidden(
    viewer: Person, wait: Callable[[int], None], phones: int, shown: object
) -> None:
    wait(phones)
    fcm = listed(viewer)["fcm"]
    assert (fcm["is_set_up"], fcm["waiting_batches"]) == (False, 1)
    assert fcm["waiting_devices"] == shown


def test_an_editor_has_a_channel_tried_at_once_and_it_is_written_down(
    house: Runtime, clock: StandingClock, editor: Person, wait: Callable[[int], None]
) -> None:
    wait(3)
    fail(house)
    soon = clock() + timedelta(minutes=4)
    with house.store.begin() as session:
        session.execute(update(Batch).values(not_before=soon, last_error="UNAVAILABLE", attempts=1))
    answer = editor.ask("POST", f"{PATH}/fcm/retry")
    assert answer.status_code == 200, answer.text
    said = answer.get_json()
    assert (said["breaker"], said["why"], said["retry_at"]) == ("closed", None, None)
    with house.store.read() as session:
        assert house.gate.closed(session, clock()) == []
        assert session.scalars(select(Batch.not_before)).all() == [clock()]
    details = {"was": "open", "batches": 1}
    assert deeds(house)[-1] == ("staff:ed", "channel.retried", "channel:fcm", details)


def test_to_ask_twice_changes_and_writes_nothing_more(house: Runtime, editor: Person) -> None:
    fail(house)
    answers = [editor.ask("POST", f"{PATH}/fcm/retry") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [deed for _, deed, _, _ in deeds(house)].count("channel.retried") == 1
    again = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    first, second = (editor.ask("POST", f"{PATH}/fcm/retry", headers=again) for _ in range(2))
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"


def test_if_it_fails_still_it_is_left_alone_again(
    house: Runtime, clock: StandingClock, editor: Person
) -> None:
    fail(house)
    editor.ask("POST", f"{PATH}/fcm/retry")
    fail(house)
    assert listed(editor)["fcm"]["breaker"] == "open"


def test_a_viewer_may_only_look_and_an_unknown_channel_is_not_found(
    house: Runtime, viewer: Person, editor: Person
) -> None:
    fail(house)
    assert viewer.ask("POST", f"{PATH}/fcm/retry").status_code == 403
    assert listed(viewer)["fcm"]["breaker"] == "open"
    answer = editor.ask("POST", f"{PATH}/pigeon/retry")
    assert answer.status_code == 404
    assert "there are: console, fcm" in answer.get_json()["detail"]
    assert deeds(house) == []
