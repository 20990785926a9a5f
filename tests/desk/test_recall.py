"""One person recalls: who was told hears the end, who wasn't hears nothing."""

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, Status, WaveKind
from alerts.desk.approve import approve
from alerts.desk.recall import LONGEST_REASON, Recalled, recall
from alerts.errors import Conflict
from alerts.store.alerts import Alert
from alerts.store.cases import CaseRecord
from alerts.store.staff import AuditEntry, Staff
from alerts.store.waves import waves_of
from service.demo.neighbours import move_in
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.conftest import Hire, Submit, fresh
from tests.neighbours import AWAKE


def takes_back(runtime: Runtime, alert: Alert, person: Staff, reason: str = "") -> Recalled:
    with runtime.store.begin() as session:
        return recall(session, fresh(session, alert), person, runtime.clock(), reason=reason)


def test_those_who_were_told_hear_the_end_and_the_data_goes(
    runtime: Runtime, submit: Submit, hire: Hire
) -> None:
    alert, ana = submit(), hire("ana")
    with runtime.store.begin() as session:
        move_in(session, runtime.clock(), AWAKE)
        now = runtime.clock()
        approve(
            session,
            runtime.vault,
            runtime.authorities,
            fresh(session, alert),
            ana,
            now,
            needed=1,
        )
    Jobs(runtime).run_until_quiet()
    done = takes_back(runtime, alert, ana, "wrong city")
    assert (done.status, done.was_live, done.had_ended) == (Status.ENDED, True, False)
    Jobs(runtime).run_until_quiet()
    with runtime.store.read() as session:
        waves = waves_of(session, alert.id)
        assert [(w.kind, w.devices) for w in waves] == [
            (WaveKind.ALERT, 9),
            (WaveKind.ALL_CLEAR, 9),
        ]
        assert fresh(session, alert).end_reason is EndReason.RECALLED
        assert session.get_one(CaseRecord, alert.case_id).taken_down_at is not None
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "alert.recalled")).one()
        assert (entry.actor, entry.details) == ("staff:ana", {"reason": "wrong city"})


def test_a_held_alert_ends_in_silence(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert, ana = submit(), hire("ana", "editor")
    assert takes_back(runtime, alert, ana).was_live is False
    Jobs(runtime).run_until_quiet()
    with runtime.store.read() as session:
        assert waves_of(session, alert.id) == []


def test_recalling_twice_changes_nothing(runtime: Runtime, submit: Submit, hire: Hire) -> None:
    alert, ana = submit(), hire("ana")
    takes_back(runtime, alert, ana)
    assert takes_back(runtime, alert, ana).had_ended
    with runtime.store.read() as session:
        deeds = session.scalars(select(AuditEntry.deed)).all()
    assert deeds.count("alert.recalled") == 1


def test_a_viewer_recalls_nothing_and_reasons_are_short(
    runtime: Runtime, submit: Submit, hire: Hire
) -> None:
    alert = submit()
    with pytest.raises(Conflict, match="viewer"):
        takes_back(runtime, alert, hire("vi", "viewer"))
    with pytest.raises(Conflict, match="characters"):
        takes_back(runtime, alert, hire("ana"), "x" * (LONGEST_REASON + 1))
