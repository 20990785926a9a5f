"""Two different people approve one revision on one area; then, and only then, it goes out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.alert import Status
from alerts.desk.approve import Approved, approve
from alerts.errors import Conflict
from alerts.store.alerts import Alert, newest_revision
from alerts.store.staff import AuditEntry, Staff, first_broken_link
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.conftest import POSTER, Hire, Submit, fresh, hours_ago

NOW = timedelta()


def says_yes(runtime: Runtime, alert: Alert, person: Staff, later: timedelta = NOW) -> Approved:
    with runtime.store.begin() as session:
        return approve(
            session,
            runtime.vault,
            runtime.authorities,
            fresh(session, alert),
            person,
            runtime.clock() + later,
            needed=2,
        )


def test_the_second_person_makes_it_live(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert = submit()
    first = says_yes(runtime, alert, hire("ana"))
    assert (first.status, first.approvals, first.went_live) == (Status.HELD, 1, False)
    second = says_yes(runtime, alert, hire("bo", "admin"))
    assert (second.status, second.approvals, second.went_live) == (Status.ACTIVE, 2, True)
    with runtime.store.read() as session:
        assert fresh(session, alert).live_revision == 1
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
        assert [d for d in deeds if d.startswith("alert.")] == [
            "alert.approved",
            "alert.approved",
            "alert.live",
        ]
        assert first_broken_link(session) is None


def test_the_same_person_counts_once(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert, ana = submit(), hire("ana")
    says_yes(runtime, alert, ana)
    again = says_yes(runtime, alert, ana)
    assert (again.approvals, again.is_repeat, again.went_live) == (1, True, False)


def test_another_area_asks_again(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert, ana, bo = submit(), hire("ana"), hire("bo")
    says_yes(runtime, alert, ana)
    with runtime.store.begin() as session:
        area = newest_revision(session, alert.id).area
        assert area is not None
        area.digest = "0" * 64  # as if the desk had drawn another
    assert says_yes(runtime, alert, bo).approvals == 1
    assert says_yes(runtime, alert, ana).went_live


def test_a_newer_revision_asks_again(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert, ana, bo = submit(), hire("ana"), hire("bo")
    says_yes(runtime, alert, ana)
    submit(lastModified=hours_ago(0.5), amberAlert=True)
    newer = says_yes(runtime, alert, bo)
    assert (newer.revision, newer.approvals) == (2, 1)
    assert says_yes(runtime, alert, ana).status is Status.ACTIVE


def test_roles_that_only_look_do_not_approve(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert = submit()
    for role in ("viewer", "editor"):
        with pytest.raises(Conflict, match="only an approver"):
            says_yes(runtime, alert, hire(role, role))


def test_without_an_area_there_is_nothing_to_approve(
    runtime: Runtime, submit: Submit, hire: Hire
) -> None:
    alert = submit(children=[{"firstName": "Wren", "lastName": "Example"}])
    with pytest.raises(Conflict, match="no area"):
        says_yes(runtime, alert, hire("ana"))


def test_without_anybody_to_call_there_is_nothing_to_approve(
    runtime: Runtime, submit: Submit, hire: Hire
) -> None:
    alert = submit(contacts=[])
    with runtime.store.begin() as session:
        fresh(session, alert).country = None
    with pytest.raises(Conflict, match="nobody to call"):
        says_yes(runtime, alert, hire("ana"))


def test_what_has_gone_out_expired_or_ended_is_not_approved(
    runtime: Runtime, submit: Submit, hire: Hire
) -> None:
    alert, ana, bo = submit(), hire("ana"), hire("bo")
    with pytest.raises(Conflict, match="run out"):
        says_yes(runtime, alert, ana, later=timedelta(days=30))
    says_yes(runtime, alert, ana)
    says_yes(runtime, alert, bo)
    with pytest.raises(Conflict, match="nothing of this alert is held"):
        says_yes(runtime, alert, bo)
    child = POSTER["children"][0] | {"dateFound": hours_ago(0)}
    submit(children=[child], lastModified=hours_ago(0))
    Jobs(runtime).run_until_quiet()
    with pytest.raises(Conflict, match="has ended"):
        says_yes(runtime, alert, bo)
