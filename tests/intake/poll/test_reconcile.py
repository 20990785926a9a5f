"""What is gone from the source ends; if it flickers, breaks off or loses too much, nothing does."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, Status
from alerts.errors import FeedUnavailable
from alerts.intake.ncmec.api import PosterApi
from alerts.intake.ncmec.token_store import Credentials, MemoryTokens
from alerts.intake.poll.poll import Pull
from alerts.intake.poll.reconcile import (
    RECONCILED_AT,
    TRIED_AT,
    Reconciled,
    ReconcilePolicy,
    read_poster_api,
    reconcile,
)
from alerts.store.alerts import Alert
from alerts.store.cases import PhotoRecord, PosterRecord
from alerts.store.feeds import Feed, FeedKind, Trust, checkpoint, set_checkpoint
from alerts.store.listings import ListedItem
from alerts.store.notices import open_notices
from alerts.store.staff import AuditEntry, first_broken_link
from alerts.store.submissions import Submission, SubmissionOutcome
from service.demo.cases import fictional_case, siblings_case, sparse_case
from service.demo.poster_api import PosterApiStandIn, run_poster_api
from service.jobs import Jobs
from service.wiring import Runtime
from tests.fakes.clock import StandingClock

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

POLICY = ReconcilePolicy(every=timedelta(hours=24), hold_share=0.3)


@pytest.fixture
def runtime(house: Runtime) -> Runtime:
    """The product without places: every alert waits for the desk, and is open all the same."""
    return house


@pytest.fixture
def clock(runtime: Runtime) -> StandingClock:
    assert isinstance(runtime.clock, StandingClock)
    return runtime.clock


@pytest.fixture
def stand_in(clock: StandingClock) -> PosterApiStandIn:
    return PosterApiStandIn(clock=clock)


@pytest.fixture
def pull(stand_in: PosterApiStandIn, runtime: Runtime) -> Iterator[Pull]:
    with runtime.store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.AUTO, created_at=runtime.clock())
        session.add(feed)
    credentials = Credentials(client_id="demo-client", client_secret="demo-secret")
    with run_poster_api(stand_in) as running:
        api = PosterApi(running.url, tokens=MemoryTokens(credentials), clock=runtime.clock)
        yield Pull(
            store=runtime.store, intake=runtime.intake, api=api, feed=feed, clock=runtime.clock
        )


def publish(stand_in: PosterApiStandIn, clock: StandingClock, *cases: str) -> None:
    for minutes, case in enumerate(cases):
        stand_in.add(of_a_child_alone(case, clock() - timedelta(minutes=len(cases) - minutes)))


def of_a_child_alone(case: str, moment: datetime) -> dict[str, Any]:
    """A poster of a child whose name is like no other's, so that no case is linked to another."""
    poster, _ = sparse_case(case, moment)
    name = hashlib.sha256(case.encode()).hexdigest()
    unlike = {"firstName": name[:12], "lastName": f"{name[12:24]} Example"}
    return poster | {"children": [poster["children"][0] | unlike]}


def ten(stand_in: PosterApiStandIn, clock: StandingClock, pull: Pull) -> list[str]:
    """Publish ten cases and poll them."""
    cases = [f"C{number}" for number in range(10)]
    publish(stand_in, clock, *cases)
    poll(pull)
    clock.move_on(hours=1)
    return cases


def poll(pull: Pull) -> list[Any]:
    return list(read_poster_api(pull.store, pull.intake, pull.api, pull.feed, pull.clock, POLICY))


def counts(done: Reconciled) -> dict[str, int]:
    names = ("listed", "open", "missing", "found", "still_there", "unknown", "gone", "ended")
    return {name: getattr(done, name) for name in names if getattr(done, name)}


def ends(pull: Pull) -> list[EndReason | None]:
    with pull.store.read() as session:
        ended = select(Alert.end_reason).where(Alert.status == Status.ENDED)
        return list(session.scalars(ended.order_by(Alert.id)))


def notices(pull: Pull) -> list[str]:
    with pull.store.read() as session:
        return [notice.code for notice in open_notices(session)]


def suspended(pull: Pull) -> str | None:
    with pull.store.read() as session:
        return session.get_one(Feed, pull.feed.id).suspended_why


def test_what_the_source_took_away_ends(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C3")
    done = reconcile(pull, POLICY)
    assert done.complete
    assert counts(done) == {"listed": 9, "open": 10, "missing": 1, "gone": 1, "ended": 1}
    assert ends(pull) == [EndReason.CANCELLED]
    [ended] = done.taken
    assert (ended.ended, [p.code for p in ended.problems]) == (True, ["gone_at_source"])
    with pull.store.read() as session:
        gone = session.scalars(select(ListedItem).where(ListedItem.gone_at.is_not(None))).all()
        assert [item.gone_at for item in gone] == [clock()]
        assert checkpoint(session, pull.feed, RECONCILED_AT) == clock().isoformat()
    assert counts(reconcile(pull, POLICY)) == {"listed": 9, "open": 9}


def test_its_data_is_taken_back_companions_who_are_minors_too(
    pull: Pull, runtime: Runtime, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    poster, photos = fictional_case("A", clock())
    poster["companions"][0] |= {"ageNow": "15", "dateOfBirth": "2011-05-01T00:00:00"}
    stand_in.add(poster, photos)
    poll(pull)
    with pull.store.read() as session:
        assert len(session.scalars(select(PhotoRecord.id)).all()) == 2
    stand_in.remove("A")
    reconcile(pull, POLICY)
    Jobs(runtime).run_until_quiet()
    with pull.store.read() as session:
        assert session.scalars(select(PosterRecord.sealed_payload)).all() == [None]
        assert None not in session.scalars(select(PhotoRecord.removed_at)).all()
        assert set(session.scalars(select(Submission.sealed_raw))) == {None}


def test_a_listing_that_flickers_ends_nothing(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    cases = ten(stand_in, clock, pull)
    stand_in.hide(*cases)
    done = reconcile(pull, POLICY)
    assert counts(done) == {"open": 10, "missing": 10, "still_there": 10}
    assert (ends(pull), suspended(pull), done.taken) == ([], None, ())


def test_a_poster_that_isnt_listed_and_says_found_is_found(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.mark_found("C1", clock())
    stand_in.hide("C1")
    done = reconcile(pull, POLICY)
    assert counts(done) == {"listed": 9, "open": 10, "missing": 1, "found": 1}
    assert ends(pull) == [EndReason.FOUND]


def test_one_sibling_who_was_found_leaves_the_case_open(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    poster, photos = siblings_case("S", clock() - timedelta(hours=1))
    stand_in.add(poster, photos)
    poll(pull)
    home = poster["children"][0] | {"dateFound": "2026-11-22T11:00:00Z"}
    changed = poster | {
        "children": [home, poster["children"][1]],
        "lastModified": "2026-11-22T12:00:00Z",
    }
    stand_in.add(changed)
    stand_in.hide("S")
    done = reconcile(pull, POLICY)
    assert counts(done) == {"open": 1, "missing": 1, "still_there": 1}
    assert [one.outcome for one in done.taken] == [SubmissionOutcome.HELD]


def test_if_too_many_are_gone_at_once_nothing_ends_and_the_feed_is_held(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    cases = ten(stand_in, clock, pull)
    for case in cases[:4]:
        stand_in.remove(case)
    done = reconcile(pull, POLICY)
    assert (done.suspended, ends(pull)) == (True, [])
    assert counts(done) == {"listed": 6, "open": 10, "missing": 4, "gone": 4}
    assert suspended(pull) == "4 of its 10 open cases are gone from the source at once"
    assert notices(pull) == ["vanished_at_once"]
    with pull.store.read() as session:
        assert "feed.suspended" in session.scalars(select(AuditEntry.deed)).all()
        assert first_broken_link(session) is None


def test_three_of_ten_are_not_too_many(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    cases = ten(stand_in, clock, pull)
    for case in cases[:3]:
        stand_in.remove(case)
    assert counts(reconcile(pull, POLICY))["ended"] == 3
    assert suspended(pull) is None


def test_a_small_feed_may_lose_two(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    publish(stand_in, clock, "A", "B")
    poll(pull)
    stand_in.remove("A")
    stand_in.remove("B")
    assert counts(reconcile(pull, POLICY))["ended"] == 2


def test_those_who_were_found_are_not_gone(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    cases = ten(stand_in, clock, pull)
    for case in cases[:6]:
        stand_in.mark_found(case, clock())
        stand_in.hide(case)
    done = reconcile(pull, POLICY)
    assert (counts(done)["found"], done.suspended) == (6, False)


def test_a_source_that_lost_very_many_isnt_asked_on(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    for case in ten(stand_in, clock, pull):
        stand_in.remove(case)
    done = reconcile(pull, ReconcilePolicy(every=POLICY.every, hold_share=0.3, ask_at_most=5))
    assert done.suspended
    assert not any(line.startswith("GET /Poster/") for line in stand_in.requests)


def test_a_held_feed_is_polled_and_not_compared(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    cases = ten(stand_in, clock, pull)
    for case in cases[:4]:
        stand_in.remove(case)
    reconcile(pull, POLICY)
    clock.move_on(days=2)
    publish(stand_in, clock, "new")
    assert [taken.ended for taken in poll(pull)] == [False]
    with pull.store.read() as session:
        tried_at = checkpoint(session, pull.feed, TRIED_AT)
    assert tried_at == (clock() - timedelta(days=2)).isoformat()


def test_somebody_who_looked_may_say_that_they_are_gone(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    for case in ten(stand_in, clock, pull):
        stand_in.remove(case)
    reconcile(pull, POLICY)
    done = reconcile(pull, POLICY, accepted_by="staff:ana")
    assert counts(done) == {"open": 10, "missing": 10, "gone": 10, "ended": 10}
    with pull.store.read() as session:
        accepted = select(AuditEntry).where(AuditEntry.deed == "feed.vanished_accepted")
        entry = session.scalars(accepted).one()
    assert (entry.actor, entry.details) == ("staff:ana", {"ended": 10})


@pytest.mark.parametrize("path", ["/Posters", "/Poster/DEMO"])
def test_a_reading_that_breaks_off_counts_for_nothing(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock, path: str
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C1")
    stand_in.remove("C2")
    stand_in.before_next(lambda: stand_in.fail_next(429, path=path), path=path)
    with pytest.raises(FeedUnavailable):
        reconcile(pull, POLICY)
    assert (ends(pull), suspended(pull)) == ([], None)
    assert counts(reconcile(pull, POLICY))["ended"] == 2


def test_a_listing_that_says_it_has_more_counts_for_nothing(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C1")
    stand_in.count_is_off_by = 1
    done = reconcile(pull, POLICY)
    assert (done.complete, done.why) == (False, "the listing counts 10 posters and showed 9")
    assert (ends(pull), notices(pull)) == ([], ["reconcile_incomplete"])
    with pull.store.read() as session:
        assert checkpoint(session, pull.feed, RECONCILED_AT) != clock().isoformat()
        assert checkpoint(session, pull.feed, TRIED_AT) == clock().isoformat()


def test_a_listing_that_shrinks_under_our_eyes_counts_for_nothing(
    pull: Pull,
    stand_in: PosterApiStandIn,
    clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alerts.intake.ncmec.api.PAGE_SIZE", 20)
    cases = [f"C{number:03}" for number in range(40)]
    publish(stand_in, clock, *cases)
    poll(pull)

    def take_away() -> None:
        for case in cases[:15]:
            stand_in.remove(case)

    stand_in.before_next(take_away, path="/Posters", skip=1)
    done = reconcile(pull, POLICY)
    assert not done.complete
    assert "shrank" in (done.why or "")
    assert ends(pull) == []


def test_an_answer_that_cant_be_used_leaves_the_case_open(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C1")
    stand_in.fail_next(503, path="/Poster/DEMO/C1")
    done = reconcile(pull, POLICY)
    assert counts(done) == {"listed": 9, "open": 10, "missing": 1, "unknown": 1}
    assert ends(pull) == []


def test_what_a_poll_missed_is_taken_in(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.add(of_a_child_alone("late", clock() - timedelta(days=3)))  # behind the checkpoint
    assert poll(pull) == []
    [taken] = reconcile(pull, POLICY).taken
    assert taken.alert_id is not None


def test_what_was_pushed_and_never_listed_is_not_missed(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    pushed = of_a_child_alone("pushed", clock())
    pull.intake.poster(pull.feed, json.dumps(pushed).encode())
    assert counts(reconcile(pull, POLICY)) == {"listed": 10, "open": 10}


def test_cases_from_before_listings_were_written_down_are_compared_once(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    with pull.store.begin() as session:  # as an instance of the first release has them
        for item in session.scalars(select(ListedItem)):
            session.delete(item)
        set_checkpoint(session, pull.feed, RECONCILED_AT, "", clock())
    stand_in.remove("C5")
    assert counts(reconcile(pull, POLICY))["ended"] == 1


def test_what_had_gone_and_is_back_is_told_to_the_desk(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    kept = stand_in.poster("DEMO", "C4")
    assert kept is not None
    stand_in.remove("C4")
    reconcile(pull, POLICY)
    stand_in.add(kept)
    done = reconcile(pull, POLICY)
    assert counts(done) == {"listed": 10, "open": 9}
    assert notices(pull) == ["listed_again"]


def test_the_comparison_comes_daily_after_a_poll(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C3")
    clock.move_on(hours=22)
    assert poll(pull) == []
    clock.move_on(hours=2)
    assert [taken.ended for taken in poll(pull)] == [True]
    stand_in.remove("C4")
    assert poll(pull) == []


def test_one_that_broke_off_is_tried_again_an_hour_later(
    pull: Pull, stand_in: PosterApiStandIn, clock: StandingClock
) -> None:
    ten(stand_in, clock, pull)
    stand_in.remove("C3")
    stand_in.count_is_off_by = 1
    clock.move_on(hours=24)
    assert poll(pull) == []
    stand_in.count_is_off_by = 0
    clock.move_on(minutes=50)
    assert poll(pull) == []
    clock.move_on(minutes=10)
    assert [taken.ended for taken in poll(pull)] == [True]
