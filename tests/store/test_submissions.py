"""Is every document found again, by those whose business it is?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from alerts.problem import Problem, warning
from alerts.store.engine import Store
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import (
    Submission,
    SubmissionOutcome,
    as_json,
    of_case,
    old_refused,
    submission_by_public_id,
    submissions_of,
    was_refused,
    was_seen,
)
from tests.audience.town import Town
from tests.fakes.clock import NOON


@pytest.fixture
def feeds(store: Store) -> tuple[int, int]:
    with store.begin() as session:
        made = [
            Feed(slug=slug, kind=FeedKind.CAP, trust=Trust.AUTO, created_at=NOON)
            for slug in ("police", "county")
        ]
        session.add_all(made)
    return made[0].id, made[1].id


def submit(
    store: Store,
    feed_id: int,
    outcome: SubmissionOutcome = SubmissionOutcome.ACCEPTED,
    *,
    digest: bytes = b"same",
    age: timedelta = timedelta(0),
    case_id: int | None = None,
    problems: tuple[Problem, ...] = (),
) -> Submission:
    with store.begin() as session:
        made = Submission(
            feed_id=feed_id,
            received_at=NOON - age,
            media_type="application/json",
            size_bytes=4,
            digest=digest,
            key_id=uuid4(),
            sealed_raw=b"seal",
            outcome=outcome,
            problems=as_json(problems),
            case_id=case_id,
        )
        session.add(made)
    return made


def test_a_feed_sees_its_own_submissions_only(store: Store, feeds: tuple[int, int]) -> None:
    police, county = feeds
    mine = submit(store, police)
    with store.read() as session:
        found = submission_by_public_id(session, police, mine.public_id)
        assert found is not None
        assert found.id == mine.id
        assert submission_by_public_id(session, county, mine.public_id) is None
        assert submission_by_public_id(session, police, uuid4()) is None


def test_they_are_listed_newest_first_in_pages(store: Store, feeds: tuple[int, int]) -> None:
    ids = [submit(store, feeds[0]).id for _ in range(5)]
    submit(store, feeds[1])
    with store.read() as session:
        first = [s.id for s in submissions_of(session, feeds[0], None, 3)]
        rest = [s.id for s in submissions_of(session, feeds[0], first[-1], 3)]
    assert first + rest == ids[::-1]


def test_bytes_that_a_feed_sent_before_are_known_unless_they_were_refused(
    store: Store, feeds: tuple[int, int]
) -> None:
    submit(store, feeds[0], SubmissionOutcome.REFUSED, digest=b"refused")
    submit(store, feeds[0], SubmissionOutcome.HELD, digest=b"held")
    submit(store, feeds[1], digest=b"elsewhere")
    with store.read() as session:
        assert was_seen(session, feeds[0], b"held")
        assert not was_seen(session, feeds[0], b"refused")
        assert not was_seen(session, feeds[0], b"elsewhere")
        assert was_refused(session, feeds[0], b"refused")
        assert not was_refused(session, feeds[0], b"held")
        assert not was_refused(session, feeds[1], b"refused")


def test_problems_come_back_as_they_were_said(store: Store, feeds: tuple[int, int]) -> None:
    said = warning("no_area", "/areas/0", "No ground could be named: “draw” it.")
    kept = submit(store, feeds[0], problems=(said,))
    with store.read() as session:
        found = session.get_one(Submission, kept.id)
        assert [Problem.model_validate(p) for p in found.problems] == [said]


def test_old_documents_of_no_case_are_listed_to_be_forgotten(
    town: Town, feeds: tuple[int, int]
) -> None:
    week = timedelta(days=7)
    town.alert()
    old = submit(town.store, feeds[0], SubmissionOutcome.REFUSED, age=week)
    submit(town.store, feeds[0], SubmissionOutcome.REFUSED)
    of_a_case = submit(town.store, feeds[0], age=week, case_id=1)
    emptied = submit(town.store, feeds[0], SubmissionOutcome.REFUSED, age=week)
    with town.store.begin() as session:
        session.get_one(Submission, emptied.id).sealed_raw = None
    with town.store.read() as session:
        found = old_refused(session, NOON - timedelta(days=1))
        assert [s.id for s in found] == [old.id]
        assert [s.id for s in of_case(session, 1)] == [of_a_case.id]
