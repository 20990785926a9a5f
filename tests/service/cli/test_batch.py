"""`porchlight batch list|replay`, and what the doctor says of batches."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.clock import utc_now
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.staff import Role, Staff
from alerts.store.waves import Batch, BatchState
from config.settings import Settings
from service.wiring import Runtime, wire
from tests.audience.town import Town
from tests.fakes.clock import StandingClock
from tests.service.cli.conftest import Run

WHY = "the message has 5000 bytes, 4096 are allowed"


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    made = wire(settings)
    with made.store.begin() as session:
        session.add(Staff(name="ana", role=Role.EDITOR.value, joined_at=utc_now()))
    yield made
    made.close()


@pytest.fixture
def town(runtime: Runtime) -> Town:
    """Two people, who are alerted of two cases: a batch each."""
    clock = StandingClock(utc_now() - timedelta(minutes=1))
    town = Town(store=runtime.store, vault=runtime.vault, clock=clock, index=runtime.index)
    for _ in range(2):
        town.person()
    for _ in range(2):
        town.plan(town.alert())
    return town


def park(town: Town, *batch_ids: int) -> None:
    with town.store.begin() as session:
        for batch_id in batch_ids:
            batch = session.get_one(Batch, batch_id)
            batch.state, batch.last_error, batch.attempts = BatchState.PARKED, WHY, 1


def public_id(town: Town, alert_id: int) -> str:
    with town.store.read() as session:
        return str(session.get_one(Alert, alert_id).public_id)


def test_what_waits_is_listed_with_the_reason(quick: Run, town: Town) -> None:
    park(town, 1)
    said = quick("batch", "list", "--json").json
    assert [(item["id"], item["state"]) for item in said["items"]] == [(1, "parked"), (2, "ready")]
    assert said["next"] is None
    [item] = quick("batch", "list", "--parked", "--json").json["items"]
    assert (item["alert_id"], item["why"]) == (public_id(town, 1), WHY)
    assert (item["kind"], item["channel"], item["devices"], item["waiting"]) == (
        *("alert", "fcm"),
        *(2, 2),
    )
    assert item["since"]
    read = quick("batch", "list", "--parked").out
    assert WHY in read
    assert "2 of 2" in read
    assert quick("batch", "list", "--after", "2").out == "No such batches.\n"


def test_a_parked_batch_is_replayed_by_somebody_once(quick: Run, town: Town) -> None:
    park(town, 1, 2)
    done = quick("batch", "replay", "1", "--by", "ana", "--json").json
    assert (done["batches"], done["devices"], done["over"]) == (1, 2, 0)
    assert "sent again" in done["note"]
    again = quick("batch", "replay", "1", "--by", "ana")
    assert (again.code, again.out) == (0, "Nothing is parked there: nothing was changed.\n")
    assert [batch.state for batch in town.batches()] == [BatchState.READY, BatchState.PARKED]


def test_all_of_an_alert_or_all_there_are_and_what_is_over_is_said(quick: Run, town: Town) -> None:
    park(town, 1, 2)
    one = quick("batch", "replay", "--alert", public_id(town, 1), "--by", "ana", "--json")
    assert one.json["batches"] == 1
    park(town, 1)
    town.end(1)
    refused = quick("batch", "replay", "1", "--by", "ana")
    assert refused.code == 1
    assert "is over" in refused.err
    everything = quick("batch", "replay", "--all", "--by", "ana", "--json").json
    assert (everything["batches"], everything["over"]) == (1, 1)
    assert "1 alerts are over" in everything["note"]


def test_single_devices_that_were_refused_are_found_and_put_back(quick: Run, town: Town) -> None:
    with town.store.begin() as session:
        batch = session.get_one(Batch, 1)
        batch.state, batch.outcomes = BatchState.DONE, bytes([Outcome.REFUSED, Outcome.SENT])
    [item] = quick("batch", "list", "--refused", "--json").json["items"]
    assert (item["id"], item["refused"]) == (1, 1)
    assert "1 refused" in quick("batch", "list", "--refused").out
    assert quick("batch", "replay", "--all", "--by", "ana", "--json").json["batches"] == 0
    done = quick("batch", "replay", "--all", "--refused", "--by", "ana", "--json").json
    assert (done["batches"], done["devices"]) == (1, 1)
    assert "Nobody was refused" in quick("batch", "replay", "1", "--refused", "--by", "ana").out
    assert list(town.batches()[0].outcomes) == [Outcome.PENDING, Outcome.SENT]


def test_what_cant_be_meant_is_said(quick: Run, town: Town) -> None:
    for wrong in ((), ("1", "--all"), ("--alert", public_id(town, 1), "--all")):
        assert quick("batch", "replay", *wrong, "--by", "ana").code == 2
    assert quick("batch", "list", "--parked", "--refused").code == 2
    assert "no batch 99" in quick("batch", "replay", "99", "--by", "ana").err
    assert "named 'bob'" in quick("batch", "replay", "1", "--by", "bob").err


def test_the_doctor_says_what_is_parked_or_stuck_and_what_to_do(quick: Run, town: Town) -> None:
    def batches() -> dict[str, object]:
        ran = quick("doctor", "--json", PORCHLIGHT_BACKLOG_STALE_AFTER_S="30")
        [found] = [check for check in ran.json["checks"] if check["name"] == "batches"]
        assert not found["required"]
        return dict(found)

    stuck = batches()
    assert not stuck["ok"]
    assert "fcm: 2 don't get on" in str(stuck["detail"])
    park(town, 1, 2)
    parked = batches()
    assert "2 are parked" in str(parked["detail"])
    assert "porchlight batch list --parked" in str(parked["todo"])
    for alert_id in (1, 2):
        town.end(alert_id)
    with town.store.begin() as session:
        for batch_id in (1, 2):
            session.get_one(Batch, batch_id).state = BatchState.DONE
    assert batches()["ok"]
