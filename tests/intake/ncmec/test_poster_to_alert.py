"""What a poster becomes: one of somebody unidentified is never pushed, doubtful ground waits."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alerts.alert import RevisionState, Status, Tier
from alerts.audience.plan import plan_revision
from alerts.desk.approve import approve
from alerts.errors import Conflict
from alerts.intake.document import TakenIn
from alerts.lifecycle import go_live
from alerts.store.alerts import Alert, AlertRevision, alert_by_public_id, newest_revision
from alerts.store.feeds import Feed, FeedKind, Trust
from alerts.store.staff import Staff
from service.demo.cases import fictional_case
from service.demo.neighbours import move_in
from service.wiring import Runtime
from tests.neighbours import AWAKE

Submit = Callable[..., TakenIn]


@pytest.fixture
def submit(runtime: Runtime) -> Submit:
    """Take in a poster of a feed whose alerts go out by themselves."""
    with runtime.store.begin() as session:
        feed = Feed(slug="ncmec", kind=FeedKind.NCMEC, trust=Trust.AUTO, created_at=runtime.clock())
        session.add(feed)

    def submit(**changes: Any) -> TakenIn:
        poster, _ = fictional_case("1", runtime.clock() - timedelta(hours=1))
        return runtime.intake.poster(feed, json.dumps(poster | changes).encode())

    return submit


def alert_of(runtime: Runtime, taken: TakenIn) -> tuple[Alert, AlertRevision]:
    assert taken.alert_id is not None
    with runtime.store.read() as session:
        alert = alert_by_public_id(session, taken.alert_id)
        revision = newest_revision(session, alert.id)
        assert revision.area is not None  # read while the session lasts
        return alert, revision


def reasons(revision: AlertRevision) -> list[str]:
    return [reason["code"] for reason in revision.held_reasons]


@pytest.mark.parametrize("amber", [False, True])
def test_an_unidentified_poster_is_held_at_the_lowest_tier(
    runtime: Runtime, submit: Submit, amber: bool
) -> None:
    alert, revision = alert_of(runtime, submit(unidentified=True, amberAlert=amber))
    assert (alert.status, alert.tier) == (Status.HELD, Tier.LONG_TERM)
    assert reasons(revision) == ["unidentified"]


def test_the_desk_cant_approve_it(runtime: Runtime, submit: Submit) -> None:
    alert, _ = alert_of(runtime, submit(unidentified=True))
    with runtime.store.begin() as session:
        ana = Staff(name="ana", role="admin", joined_at=runtime.clock())
        session.add(ana)
    with (
        pytest.raises(Conflict, match="never pushed"),
        runtime.store.begin() as session,
    ):
        approve(
            session,
            runtime.vault,
            runtime.authorities,
            session.get_one(Alert, alert.id),
            ana,
            runtime.clock(),
            needed=1,
        )


def test_raising_its_tier_pushes_it_to_nobody(runtime: Runtime, submit: Submit) -> None:
    """Whoever gets it live by some way of their own: the planner makes no wave of it."""
    somebody_else = {
        "firstName": "Robin",
        "lastName": "Otherwise-Example",
        "dateOfBirth": "2012-12-12",
        "missingZip": "49855",
        "missingState": "MI",
    }
    taken = submit(unidentified=True)
    other = submit(caseNumber="2", children=[somebody_else])
    with runtime.store.begin() as session:
        move_in(session, runtime.clock(), AWAKE)
    for one, is_pushed in ((taken, False), (other, True)):
        alert, revision = alert_of(runtime, one)
        with runtime.store.begin() as session:
            here = session.get_one(AlertRevision, revision.id)
            here.tier = Tier.AMBER
            if here.state is not RevisionState.LIVE:
                now = runtime.clock()
                go_live(session, session.get_one(Alert, alert.id), here, now, actor="staff:ana")
        with runtime.store.begin() as session:
            here = session.get_one(AlertRevision, revision.id)
            told = plan_revision(session, runtime.index, here, runtime.clock(), runtime.wave_policy)
        assert (told > 0) is is_pushed


@pytest.mark.parametrize("amber", [False, True])
def test_an_area_far_from_the_distribution_waits_unless_it_is_amber(
    runtime: Runtime, submit: Submit, amber: bool
) -> None:
    taken = submit(amberAlert=amber, distributionLocations=[{"state": "TX"}])
    alert, revision = alert_of(runtime, taken)
    assert [p.code for p in taken.problems] == ["distribution_elsewhere"]
    assert alert.status is (Status.ACTIVE if amber else Status.HELD)
    assert reasons(revision) == ([] if amber else ["distribution_elsewhere"])
    assert revision.area is not None
    assert revision.area.confidence < 0.5


@pytest.mark.parametrize("amber", [False, True])
def test_states_of_distribution_for_want_of_a_place_wait_for_the_desk(
    runtime: Runtime, submit: Submit, amber: bool
) -> None:
    nowhere = {"firstName": "Wren", "lastName": "Example"}
    taken = submit(
        amberAlert=amber, children=[nowhere], distributionLocations=[{"state": "Delaware"}]
    )
    alert, revision = alert_of(runtime, taken)
    assert alert.status is Status.HELD
    assert reasons(revision) == ["area_from_distribution"]
    assert revision.area is not None
    assert revision.area.places == ["state:DE"]
