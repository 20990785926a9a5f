"""What does a poster cost? Statements are counted: time is for benchmarks, and machines differ."""

from typing import Any

import pytest

from alerts.store.feeds import Feed
from service.jobs import Job, Jobs
from service.wiring import Runtime
from tests.fakes.names import name_of
from tests.intake.case.carried import WREN, add_feed, doc, drawn, push
from tests.intake.statements import counted
from tests.service.api_partner.documents import as_bytes

pytest_plugins = ("tests.intake.case.carrying_feeds",)


@pytest.fixture
def relay(runtime: Runtime) -> Feed:
    return add_feed(runtime, "relay")


def of_somebody(number: int) -> dict[str, Any]:
    first, last = name_of(str(number))
    child = WREN | {
        "firstName": first,
        "lastName": last,
        "dateOfBirth": f"20{number % 16:02}-05-01",
    }
    return drawn(doc(child, number=str(number), amberAlert=True))


def of_one_name(number: int) -> dict[str, Any]:
    """Return one name in place after place: never surely the same child, always perhaps."""
    child = {"firstName": "Wren", "lastName": "Example", "ageNow": "9", "missingState": "MI"}
    return drawn(doc(child, organization=f"ORG{number}", amberAlert=True))


def test_a_new_poster_takes_few_statements(runtime: Runtime, relay: Feed) -> None:
    for number in range(2, 5):
        push(runtime, relay, of_somebody(number))
    with counted(runtime) as statements:
        push(runtime, relay, of_somebody(5))
    inserts = [s for s in statements if s.startswith("INSERT")]
    assert len(inserts) == 8  # case, voice, poster, area, alert, revision, submission, audit
    assert [s for s in statements if s.startswith("UPDATE")] == []
    assert len(statements) - len(inserts) <= 8


def test_planning_a_poster_without_photos_takes_few_statements(
    runtime: Runtime, relay: Feed
) -> None:
    jobs = Jobs(runtime)
    push(runtime, relay, of_somebody(2))
    jobs.run(Job.PLAN)
    push(runtime, relay, of_somebody(3))
    with counted(runtime) as statements:
        jobs.run(Job.PLAN)
    assert any(s.startswith("UPDATE alert_revision SET planned_at") for s in statements)
    assert len(statements) <= 26  # one asks what changed of people, one for a wave that was begun


def test_the_thirtieth_child_of_one_name_costs_no_more_than_the_tenth(
    runtime: Runtime, relay: Feed
) -> None:
    counts = []
    for number in range(30):
        with counted(runtime) as statements:
            assert push(runtime, relay, of_one_name(number)).alert_id is not None
        counts.append(len(statements))
    assert counts[29] <= counts[9]


def test_the_thirtieth_feed_of_one_case_costs_no_more_than_the_tenth(runtime: Runtime) -> None:
    counts = []
    for number in range(30):
        feed = add_feed(runtime, f"feed-{number}")
        with counted(runtime) as statements:
            push(runtime, feed, drawn(doc(WREN, organization=f"ORG{number}")))
        counts.append(len(statements))
    assert counts[29] <= counts[9]


def test_what_this_process_committed_is_not_opened_again(
    runtime: Runtime, relay: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(runtime, relay, of_somebody(2))
    opened: list[int] = []
    monkeypatch.setattr(
        "alerts.intake.likeness.known.open_poster",
        lambda _vault, _key_id, record: opened.append(record.id),
    )
    first = push(runtime, relay, drawn(doc(WREN)))
    second = push(runtime, relay, drawn(doc(WREN, organization="TXDPS", number="77")))
    assert (second.alert_id, opened) == (first.alert_id, [])


def test_what_a_savepoint_took_back_is_not_known_to_the_rest_of_its_page(
    runtime: Runtime, relay: Feed
) -> None:
    pages = [drawn(doc(WREN)), drawn(doc(WREN, organization="TXDPS", number="77"))]
    gone, stays = (runtime.intake._read_poster(relay, as_bytes(page), None) for page in pages)
    with runtime.store.begin() as session:
        undone = session.begin_nested()
        runtime.intake.write(session, relay, gone)
        undone.rollback()
        taken = runtime.intake.write(session, relay, stays)
    assert taken.outcome.value == "accepted"
    again = push(runtime, relay, drawn(doc(WREN)))
    assert again.alert_id == taken.alert_id
