"""`porchlight alert`: two people approve, one recalls, and anybody can be told why."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.receipts import ReceiptCount
from alerts.store.subscribers import Subscriber
from alerts.store.waves import Batch, Wave
from service.demo.neighbours import move_in
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.conftest import POSTER
from tests.neighbours import AWAKE
from tests.service.cli.conftest import Run


@pytest.fixture
def held(runtime: Runtime) -> str:
    """The id of an alert that waits for the desk."""
    with runtime.store.begin() as session:
        feed = Feed(
            slug="police", kind=FeedKind.POSTER, trust=Trust.REVIEW, created_at=runtime.clock()
        )
        session.add(feed)
        move_in(session, runtime.clock(), AWAKE)
    return str(runtime.intake.poster(feed, json.dumps(POSTER).encode()).alert_id)


def test_two_people_make_it_live_and_one_recalls(quick: Run, runtime: Runtime, held: str) -> None:
    for name in ("ana", "bo"):
        quick("staff", "add", name)
    first = quick("alert", "approve", held, "--by", "ana", "--json")
    assert first.code == 0, first.err
    said = {key: first.json[key] for key in ("alert", "status", "approvals", "needed")}
    assert said == {"alert": held, "status": "held", "approvals": 1, "needed": 2}
    same = quick("alert", "approve", held, "--by", "ana", "--json")
    assert (same.json["status"], same.json["approvals"]) == ("held", 1)
    assert "counts once" in same.json["note"]
    second = quick("alert", "approve", held, "--by", "bo", "--json")
    assert (second.json["status"], second.json["approvals"]) == ("active", 2)
    Jobs(runtime).run_until_quiet()
    recalled = quick("alert", "recall", held, "--by", "bo", "--reason", "wrong area")
    assert recalled.code == 0
    assert "all-clear" in recalled.out
    Jobs(runtime).run_until_quiet()
    shown = quick("alert", "show", held, "--json").json
    assert (shown["status"], shown["end_reason"]) == ("ended", "recalled")
    assert [wave["kind"] for wave in shown["waves"]] == ["alert", "all_clear"]
    first = shown["waves"][0]
    assert (first["outcomes"], first["shown"], first["waiting"]) == ({"sent": 9}, 0, [])
    assert first["finished_at"] is not None


def test_show_and_list_say_why_it_is_held(quick: Run, held: str) -> None:
    shown = quick("alert", "show", held, "--json").json
    assert "The desk approves every alert" in shown["revisions"][0]["held_reasons"][0]
    assert shown["revisions"][0]["area"]["provenance"] == "zip"
    assert shown["revisions"][0]["area"]["confidence_words"] == "very likely"
    assert "confidence 0.8: very likely" in quick("alert", "show", held).out
    assert "Example" not in quick("alert", "show", held).out
    assert [item["id"] for item in quick("alert", "list", "--json").json["items"]] == [held]
    assert quick("alert", "list", "--status", "active", "--json").json["items"] == []
    assert held in quick("alert", "list", "--status", "held").out


def test_strangers_decide_nothing(quick: Run, held: str) -> None:
    ran = quick("alert", "approve", held, "--by", "nobody")
    assert ran.code == 1
    assert "porchlight staff add" in ran.err
    quick("staff", "add", "vi", "--role", "viewer")
    assert quick("alert", "approve", held, "--by", "vi").code == 1
    assert quick("alert", "recall", held, "--by", "vi").code == 1
    assert quick("alert", "show", str(uuid4())).code == 1


def test_explain_answers_for_one_person(quick: Run, runtime: Runtime, held: str) -> None:
    with runtime.store.read() as session:
        people = [str(i) for i in session.scalars(select(Subscriber.public_id))]
    before = quick("alert", "explain", held, "--subscriber", people[0], "--json").json
    assert before["told"] is False
    assert "held" in before["answer"]
    for name in ("ana", "bo"):
        quick("staff", "add", name)
        quick("alert", "approve", held, "--by", name)
    Jobs(runtime).run_until_quiet()
    told = [
        quick("alert", "explain", held, "--subscriber", person, "--json").json["told"]
        for person in people
    ]
    assert told.count(True) == 9
    assert quick("alert", "explain", held, "--subscriber", str(uuid4())).code == 1


def test_show_says_what_waits_and_what_was_seen(quick: Run, runtime: Runtime, held: str) -> None:
    for name in ("ana", "bo"):
        quick("staff", "add", name)
        quick("alert", "approve", held, "--by", name)
    jobs = Jobs(runtime)
    jobs.plan()
    with runtime.store.begin() as session:
        session.execute(update(Batch).values(last_error="UNAVAILABLE", attempts=1))
        wave = session.scalars(select(Wave)).one()
        said = {"wave_id": wave.id, "channel": "console", "event": "shown"}
        session.add(ReceiptCount(**said, slot=0, count=7))
    shown = quick("alert", "show", held, "--json").json["waves"][0]
    waits = {"channel": "console", "why": "UNAVAILABLE", "devices": 9}
    assert (shown["waiting"], shown["outcomes"]) == ([waits], {"pending": 9})
    assert "9 wait: console: UNAVAILABLE" in quick("alert", "show", held).out
    jobs.run_until_quiet()
    assert "7 shown, 0 opened" in quick("alert", "show", held).out
