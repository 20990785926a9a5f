"""A partner repeats what it isn't sure of: the same answer, or a word why there is none yet."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from alerts.errors import Conflict
from alerts.store.feeds import Feed, FeedKind
from alerts.store.idempotency import RememberedAnswer
from alerts.store.submissions import Submission
from service.jobs import ANSWERS_KEPT
from service.problem import ApiProblem
from tests.service.api_partner.conftest import Partner, Site
from tests.service.api_partner.documents import poster

WITHIN_S = 20
KEY = {"Idempotency-Key": "one"}


def code_of(answer: Any) -> str:
    return str(answer.json["type"]).rsplit(":", 1)[-1]


def count(site: Site, table: type[Submission | RememberedAnswer]) -> int:
    with site.runtime.store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def intake_raises(site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[int]:
    """Let what asks for a dry run end in an error; return where each time is noted."""
    times: list[int] = []

    def raises(*_: object, **__: object) -> None:
        times.append(1)
        raise error

    monkeypatch.setattr(type(site.runtime.intake), "would_be_poster", raises)
    return times


def test_a_repeat_makes_no_second_submission(site: Site, police: Partner) -> None:
    first, again = (police.post("posters", json=poster(), headers=KEY) for _ in range(2))
    assert again.get_data() == first.get_data()
    assert (again.status_code, again.content_type) == (first.status_code, first.content_type)
    assert count(site, Submission) == 1


def test_another_body_under_the_same_key_is_refused(police: Partner) -> None:
    police.post("posters", json=poster(), headers=KEY)
    other = police.post("posters", json=poster("2"), headers=KEY)
    assert (other.status_code, code_of(other)) == (422, "idempotency_key_reused")


def test_a_key_is_a_feeds_own_and_an_addresses_own(site: Site, police: Partner) -> None:
    police.post("posters", json=poster(), headers=KEY)
    other = site.partner("other").post("posters", json=poster(), headers=KEY)
    put = police.ask("PUT", "posters/NCMC/1", json=poster(), headers=KEY)
    rehearsal = police.post("posters?dry_run=true", json=poster(), headers=KEY)
    for answer in (other, put, rehearsal):
        assert "Idempotent-Replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
def test_a_key_that_is_none_is_refused(police: Partner, key: str) -> None:
    answer = police.post("posters", json=poster(), headers={"Idempotency-Key": key})
    assert (answer.status_code, code_of(answer)) == (400, "bad_idempotency_key")


def test_a_withdrawal_is_repeated_too(site: Site, police: Partner) -> None:
    police.post("posters", json=poster())
    first, again = (police.ask("DELETE", "posters/NCMC/1", headers=KEY) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("error", "status", "asked"),
    [
        (ApiProblem(422, "bad_parameter", "No", "No."), 422, 1),
        (ApiProblem(404, "not_found", "No", "No."), 404, 1),
        (Conflict("not now"), 409, 2),
        (ApiProblem(401, "unauthorized", "No", "No."), 401, 2),
        (ApiProblem(429, "rate_limited", "No", "No."), 429, 2),
        (ApiProblem(503, "busy", "No", "No."), 503, 2),
        (RuntimeError("ours"), 500, 2),
    ],
)
def test_a_refusal_is_repeated_and_what_may_pass_is_asked_again(
    site: Site,
    police: Partner,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    asked: int,
) -> None:
    times = intake_raises(site, monkeypatch, error)
    answers = [police.post("posters?dry_run=true", json=poster(), headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert all(answer.content_type == "application/problem+json" for answer in answers)
    assert len(times) == asked
    assert count(site, RememberedAnswer) == 2 - asked


def test_who_is_turned_away_by_the_limit_may_repeat_with_the_same_key(
    site: Site, police: Partner
) -> None:
    with site.runtime.store.begin() as session:
        session.get_one(Feed, police.feed.id).requests_per_minute = 1
    police.post("posters", json=poster())
    assert police.post("posters", json=poster("2"), headers=KEY).status_code == 429
    assert count(site, RememberedAnswer) == 0


def test_while_the_first_is_being_answered_the_second_is_told_to_wait(
    site: Site, police: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = Event(), Event()
    slow = site.runtime.intake.poster

    def waits(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        assert may_end.wait(WITHIN_S)
        return slow(*args, **kwargs)

    monkeypatch.setattr(type(site.runtime.intake), "poster", lambda _self, *a, **k: waits(*a, **k))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(police.post, "posters", json=poster(), headers=KEY)
        assert begun.wait(WITHIN_S)
        second = police.post("posters", json=poster(), headers=KEY)
        may_end.set()
        answered = first.result(WITHIN_S)
    assert (second.status_code, code_of(second)) == (409, "request_in_hand")
    assert second.headers["Retry-After"] == "1"
    assert answered.status_code == 202
    assert police.post("posters", json=poster(), headers=KEY).json == answered.json
    assert count(site, Submission) == 1


def test_answers_are_kept_for_a_day(site: Site, police: Partner) -> None:
    assert timedelta(days=1) == ANSWERS_KEPT
    police.post("posters", json=poster(), headers=KEY)
    with site.runtime.store.begin() as session:
        session.scalars(select(RememberedAnswer)).one().answered_at -= timedelta(hours=23)
    site.process.jobs.expire()
    assert count(site, RememberedAnswer) == 1
    with site.runtime.store.begin() as session:
        session.scalars(select(RememberedAnswer)).one().answered_at -= timedelta(hours=2)
    site.process.jobs.expire()
    assert count(site, RememberedAnswer) == 0


def test_a_feed_of_another_kind_is_told_so_each_time(site: Site) -> None:
    wrong = site.partner("wrong", FeedKind.CAP)
    answers = [wrong.post("posters", json=poster(), headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 403]
