"""What exceeds a feed's limits waits for two people; what doesn't goes out (DOMAIN rule 5)."""

from typing import Any

import pytest
from sqlalchemy import select

from alerts.alert import Status
from alerts.intake.document import TakenIn
from alerts.store.alerts import Alert
from alerts.store.drift import fields_of
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import SubmissionOutcome
from service.wiring import Runtime
from tests.service.api_partner.documents import add_neighbours, as_bytes, poster

ACCEPTED, HELD = SubmissionOutcome.ACCEPTED, SubmissionOutcome.HELD


def feed(runtime: Runtime, **more: Any) -> Feed:
    with runtime.store.begin() as session:
        made = Feed(
            slug="police",
            kind=FeedKind.POSTER,
            trust=Trust.AUTO,
            created_at=runtime.clock(),
            **more,
        )
        session.add(made)
    return made


def push(runtime: Runtime, feed: Feed, number: str, **more: Any) -> TakenIn:
    document = {**poster(), "caseNumber": number, **more}
    for child in document["children"]:
        child["firstName"] = f"Wren{number}"
    return runtime.intake.poster(feed, as_bytes(document))


def codes(taken: TakenIn) -> set[str]:
    return {p.code for p in taken.problems}


def test_a_feed_within_its_limits_goes_out(runtime: Runtime) -> None:
    limits = {"jurisdiction": ["state:MI"], "tiers": ["amber", "missing", "endangered"]}
    assert push(runtime, feed(runtime, limits=limits), "1").outcome is ACCEPTED


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"jurisdiction": ["state:TX"]}, "limit_jurisdiction"),
        ({"tiers": ["long_term"]}, "limit_tier"),
        ({"max_area_km2": 1.0}, "limit_area"),
        ({"alerts_per_hour": 0}, "limit_alerts_per_hour"),
    ],
)
def test_what_exceeds_a_limit_is_held_with_the_reason(
    runtime: Runtime, limits: dict[str, Any], reason: str
) -> None:
    taken = push(runtime, feed(runtime, limits=limits), "1")
    assert taken.outcome is HELD
    assert reason in codes(taken)
    with runtime.store.read() as session:
        assert session.scalars(select(Alert.status)).one() is Status.HELD


def test_alerts_of_an_hour_are_counted(runtime: Runtime) -> None:
    police = feed(runtime, limits={"alerts_per_hour": 2})
    taken = [push(runtime, police, str(n)) for n in range(3)]
    assert [one.outcome for one in taken] == [ACCEPTED, ACCEPTED, HELD]
    assert codes(taken[2]) >= {"limit_alerts_per_hour"}


def test_a_feed_that_is_held_holds_what_it_sends(runtime: Runtime) -> None:
    taken = push(runtime, feed(runtime, suspended_why="a third of it vanished"), "1")
    assert taken.outcome is HELD
    assert "feed_suspended" in codes(taken)


def test_a_field_never_seen_before_is_noted_and_a_dry_run_notes_nothing(runtime: Runtime) -> None:
    police = feed(runtime)
    document = as_bytes({**poster(), "favouriteColour": "blue"})
    runtime.intake.would_be_poster(police, document)
    with runtime.store.read() as session:
        assert fields_of(session, police.id) == []
    runtime.intake.poster(police, document)
    with runtime.store.read() as session:
        assert [field.path for field in fields_of(session, police.id)] == ["/favouriteColour"]


@pytest.mark.parametrize(("neighbours", "outcome"), [(3, ACCEPTED), (4, HELD)])
def test_people_are_counted_as_of_now(
    runtime: Runtime, neighbours: int, outcome: SubmissionOutcome
) -> None:
    police = feed(runtime, limits={"max_audience": 3})
    add_neighbours(runtime, neighbours)
    taken = push(runtime, police, "1")
    assert taken.outcome is outcome
    assert ("limit_audience" in codes(taken)) is (outcome is HELD)
    assert not any(str(neighbours) in p.message for p in taken.problems if neighbours > 3)
