"""Does a poll take in whatever it can, and keep its turn while it does?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.errors import FeedUnavailable
from alerts.intake.document import TakenIn
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.ncmec.token_store import Credentials, MemoryTokens
from alerts.intake.poll.poll import CHECKPOINT, poll_poster_api
from alerts.store.cases import PhotoRecord
from alerts.store.feeds import Feed, FeedKind, Trust, checkpoint
from alerts.store.submissions import Submission, SubmissionOutcome
from service.demo.cases import fictional_case
from service.demo.poster_api import PosterApiStandIn, run_poster_api
from service.wiring import Runtime


@pytest.fixture
def stand_in() -> PosterApiStandIn:
    return PosterApiStandIn()


@pytest.fixture
def api(stand_in: PosterApiStandIn, runtime: Runtime) -> Iterator[PosterApi]:
    with run_poster_api(stand_in) as running:
        credentials = Credentials(client_id="demo-client", client_secret="demo-secret")
        yield PosterApi(running.url, tokens=MemoryTokens(credentials), clock=runtime.clock)


@pytest.fixture
def feed(runtime: Runtime) -> Feed:
    with runtime.store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.AUTO, created_at=runtime.clock())
        session.add(feed)
    return feed


def poll(runtime: Runtime, api: PosterApi, feed: Feed) -> list[TakenIn]:
    return list(poll_poster_api(runtime.store, runtime.intake, api, feed, runtime.clock))


def publish(stand_in: PosterApiStandIn, runtime: Runtime, *cases: str) -> None:
    for minute, case in enumerate(cases):
        moment = runtime.clock() - timedelta(minutes=len(cases) - minute)
        stand_in.add(*fictional_case(case, moment))


@pytest.mark.parametrize("status", [403, 500])
def test_a_photo_that_doesnt_come_holds_up_neither_its_poster_nor_the_page(
    runtime: Runtime, api: PosterApi, feed: Feed, stand_in: PosterApiStandIn, status: int
) -> None:
    publish(stand_in, runtime, "1", "2")
    stand_in.fail_next(status, times=9, path="/Poster/DEMO/1/Photo")
    one, two = poll(runtime, api, feed)
    assert {p.code for p in one.problems} >= {"photo_unavailable"}
    assert {p.severity for p in one.problems} <= {"warning", "note"}
    assert "photo_unavailable" not in {p.code for p in two.problems}
    assert one.alert_id
    assert two.alert_id
    with runtime.store.read() as session:
        assert set(session.scalars(select(PhotoRecord.case_id))) == {two.case_id}
        assert checkpoint(session, feed, CHECKPOINT)
    assert poll(runtime, api, feed) == []


def test_too_many_requests_stop_the_page_and_it_is_read_again(
    runtime: Runtime, api: PosterApi, feed: Feed, stand_in: PosterApiStandIn
) -> None:
    publish(stand_in, runtime, "1")
    stand_in.fail_next(429, path="/Poster/DEMO/1/Photo")
    with pytest.raises(FeedUnavailable):
        poll(runtime, api, feed)
    [one] = poll(runtime, api, feed)
    assert "photo_unavailable" not in {p.code for p in one.problems}


def test_what_was_refused_is_looked_at_again_and_recorded_once(
    runtime: Runtime, api: PosterApi, feed: Feed, stand_in: PosterApiStandIn
) -> None:
    stand_in.add_broken({"caseNumber": []})
    assert [t.outcome for t in poll(runtime, api, feed)] == [SubmissionOutcome.REFUSED]
    assert poll(runtime, api, feed) == []
    with runtime.store.read() as session:
        assert len(session.scalars(select(Submission.id)).all()) == 1


def test_what_was_refused_by_a_fault_of_ours_is_taken_in_by_the_next_poll(
    runtime: Runtime, api: PosterApi, feed: Feed, stand_in: PosterApiStandIn
) -> None:
    publish(stand_in, runtime, "1")
    poll(runtime, api, feed)
    with runtime.store.begin() as session:
        session.scalars(select(Submission)).one().outcome = SubmissionOutcome.REFUSED
    assert len(poll(runtime, api, feed)) == 1


def test_age_progressions_and_extra_photos_come_too(
    runtime: Runtime, api: PosterApi, feed: Feed, stand_in: PosterApiStandIn
) -> None:
    poster, photos = fictional_case("1", runtime.clock() - timedelta(minutes=1))
    portrait, grown = (
        photo | {"md5": md5} for photo, md5 in zip(_photos(poster), photos, strict=True)
    )
    child = poster["children"][0] | {"photos": None, "ageProgressionPhotos": [grown]}
    changed = {"children": [child], "companions": None, "extraPhotos": [portrait]}
    stand_in.add(poster | changed, photos)
    poll(runtime, api, feed)
    with runtime.store.read() as session:
        kept = session.scalars(select(PhotoRecord)).all()
    assert len(kept) == 2


def _photos(poster: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of the child's and of the companion's photo."""
    return [poster["children"][0]["photos"][0], poster["companions"][0]["photos"][0]]
