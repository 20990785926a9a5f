"""Growth with time: at the first word of a case, never by a later one (rule 6, docs/adr/0029)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.aftercare.expire import expire
from alerts.alert import RevisionState, Tier
from alerts.area_of_interest import Provenance
from alerts.intake.document import TakenIn
from alerts.poster import CaseKey
from alerts.store.alerts import Alert, AlertRevision, AreaRecord
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.submissions import SubmissionOutcome
from config.settings import Settings
from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.service.api_partner.documents import as_bytes, poster

START = datetime(2026, 11, 22, 20, tzinfo=UTC)
ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(START)


@pytest.fixture
def runtime(settings: Settings, clock: StandingClock) -> Iterator[Runtime]:
    made = wire(settings, clock)
    yield made
    made.close()


def a_feed(runtime: Runtime, slug: str = "police", **more: Any) -> Feed:
    with runtime.store.begin() as session:
        feed = Feed(
            slug=slug,
            kind=FeedKind.POSTER,
            trust=more.pop("trust", Trust.AUTO),
            created_at=START,
            **more,
        )
        session.add(feed)
    return feed


def document(hour: int = 0, *, missing_since: str = "2026-11-22T18:00:00Z", **more: Any) -> Any:
    """Return a poster of a child who was last seen two hours before START."""
    dated = {"lastModified": f"2026-11-22T{20 + hour}:00:00Z", "amberAlert": False}
    said = poster() | dated | more
    said["children"][0] |= {"missingSince": missing_since, "ageNow": "15"}
    return said


def push(runtime: Runtime, feed: Feed, document: Any) -> TakenIn:
    return runtime.intake.poster(feed, as_bytes(document))


def revisions(runtime: Runtime) -> list[AlertRevision]:
    with runtime.store.read() as session:
        found = list(session.scalars(select(AlertRevision).order_by(AlertRevision.number)))
        assert all(one.area for one in found)
        return found


def sources(runtime: Runtime) -> list[str]:
    return [revision.area.source for revision in revisions(runtime) if revision.area]


WORDS: dict[str, Any] = {
    "descriptions": [{"languageId": "en-US", "description": "Last seen near the school."}]
}
CAR: dict[str, Any] = {"vehicle": {"description": "blue van", "licensePlate": "EXA 555"}}
GROWN = "30 km around ZIP 49855 (Marquette, MI), grown for 2 h by means unknown"


def test_the_first_word_of_a_case_is_told_on_grown_ground(runtime: Runtime) -> None:
    assert push(runtime, a_feed(runtime), document()).outcome is ACCEPTED
    assert sources(runtime) == [GROWN]


def test_a_later_word_widens_nothing_and_is_not_material(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document())
    clock.move_on(hours=3)
    assert push(runtime, feed, document(3, **WORDS)).outcome is ACCEPTED
    first, second = revisions(runtime)
    assert second.state is RevisionState.LIVE
    assert not second.material
    assert second.area_id == first.area_id
    with runtime.store.read() as session:
        assert len(session.scalars(select(AreaRecord)).all()) == 1


def test_a_vehicle_that_becomes_known_is_told_on_the_same_ground(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document())
    clock.move_on(hours=1)
    assert push(runtime, feed, document(1, **CAR)).outcome is ACCEPTED
    first, second = revisions(runtime)
    assert second.material  # the plate is
    assert second.area_id == first.area_id


def test_a_time_that_is_corrected_moves_no_ground_that_is_told(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document())
    clock.move_on(hours=1)
    push(runtime, feed, document(1, missing_since="2026-11-21T18:00:00Z"))
    assert sources(runtime) == [GROWN, GROWN]
    assert not revisions(runtime)[1].material


def test_another_place_is_other_ground_grown_until_the_first_word(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document())
    clock.move_on(hours=3)
    moved = document(3)
    moved["children"][0] |= {"missingCity": "Ishpeming", "missingZip": "49849"}
    push(runtime, feed, moved)
    second = revisions(runtime)[1]
    assert second.material
    assert sources(runtime)[1].startswith("30 km around ZIP 49849")


def test_raised_to_amber_it_has_the_ground_of_an_amber_case_then(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document(missing_since="2026-11-22T14:00:00Z"))
    clock.move_on(hours=3)
    push(runtime, feed, document(3, missing_since="2026-11-22T14:00:00Z", amberAlert=True))
    first, second = sources(runtime)
    assert first.startswith("32 km")
    assert (
        second == "80 km around ZIP 49855 (Marquette, MI), grown for 6 h by means unknown, capped"
    )
    assert revisions(runtime)[1].tier is Tier.AMBER


def test_another_feed_that_takes_over_widens_nothing(
    runtime: Runtime, clock: StandingClock
) -> None:
    first, other = a_feed(runtime), a_feed(runtime, "state")
    born = {"dateOfBirth": "2011-05-01", "ncicNumber": "M123456789"}
    ours, theirs = document(), document(3, organizationCode="EXST", caseNumber="77")
    for said in (ours, theirs):
        said["children"][0] |= born
    push(runtime, first, ours)
    clock.move_on(hours=3)
    assert push(runtime, other, theirs).outcome is DUPLICATE
    runtime.intake.withdrawal(first, CaseKey(organization="NCMC", number="1"))
    live = [one for one in revisions(runtime) if one.state is RevisionState.LIVE]
    assert [one.number for one in live] == [max(one.number for one in revisions(runtime))]
    assert sources(runtime) == [GROWN] * len(revisions(runtime))
    assert len(revisions(runtime)) > 1


def test_while_nobody_is_told_the_newest_word_counts_at_the_first_hour(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime, trust=Trust.REVIEW)
    assert push(runtime, feed, document()).outcome is HELD
    clock.move_on(hours=3)
    push(runtime, feed, document(3, **WORDS))
    same = [revision.area.digest for revision in revisions(runtime) if revision.area]
    assert same[0] == same[1]  # so that an approval holds
    clock.move_on(minutes=5)
    push(runtime, feed, document(3, **CAR, lastModified="2026-11-22T23:05:00Z"))
    assert sources(runtime)[2].startswith("80 km around ZIP 49855 (Marquette, MI), grown for 2 h")


def test_a_case_that_ran_out_of_time_begins_anew_with_its_own_clock(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    push(runtime, feed, document(missing_since="2026-11-22T19:30:00Z"))
    assert sources(runtime) == ["16 km around ZIP 49855 (Marquette, MI)"]
    clock.move_on(days=8)
    with runtime.store.begin() as session:
        assert expire(session, session.scalars(select(Alert.id)).one(), clock())
    again = document(missing_since="2026-11-22T19:30:00Z", lastModified="2026-11-30T20:00:00Z")
    push(runtime, feed, again | WORDS)
    assert sources(runtime)[-1].startswith("32 km")


@pytest.mark.parametrize(
    "limits",
    [{"max_area_km2": 3_000}, {"jurisdiction": ["county:26103"]}],
)
def test_an_area_never_grows_into_a_hold(runtime: Runtime, limits: dict[str, Any]) -> None:
    feed = a_feed(runtime, limits=limits)
    taken = push(runtime, feed, document(missing_since="2026-11-20T18:00:00Z", **CAR))
    assert taken.outcome is ACCEPTED
    assert sources(runtime) == ["16 km around ZIP 49855 (Marquette, MI)"]


def test_what_would_be_held_anyhow_is_held_as_it_has_grown(runtime: Runtime) -> None:
    taken = push(runtime, a_feed(runtime, limits={"max_area_km2": 10}), document())
    assert taken.outcome is HELD
    assert sources(runtime) == [GROWN]


def test_a_dry_run_says_the_ground_that_the_real_thing_has(runtime: Runtime) -> None:
    would = runtime.intake.would_be_poster(a_feed(runtime), as_bytes(document()))
    assert would.proposal is not None
    assert would.proposal.area is not None
    assert would.proposal.area.source == GROWN
    assert would.proposal.area.provenance is Provenance.ZIP


def test_a_day_without_a_time_grows_by_the_end_of_it_there(
    runtime: Runtime, clock: StandingClock
) -> None:
    feed = a_feed(runtime)
    day = document(missing_since="2026-11-22T00:00:00")
    clock.move_on(hours=7, minutes=30)  # 22:30 in Marquette, half past three in London
    push(runtime, feed, day)
    assert sources(runtime) == ["16 km around ZIP 49855 (Marquette, MI)"]


def test_a_time_in_the_future_is_told(runtime: Runtime) -> None:
    soon = (START + timedelta(hours=5)).isoformat()
    taken = push(runtime, a_feed(runtime), document(missing_since=soon))
    assert "missing_since_future" in {problem.code for problem in taken.problems}
    assert sources(runtime) == ["16 km around ZIP 49855 (Marquette, MI)"]
