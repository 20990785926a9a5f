"""Each condition of a push, asked for one person: the answer names the one in the way."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from alerts.desk.approve import approve
from alerts.desk.explain import Explanation, explain
from alerts.store.alerts import Alert
from alerts.store.subscribers import Device, Subscriber
from service.demo.neighbours import Neighbour, move_in
from service.jobs import Jobs
from service.wiring import Runtime
from tests.desk.conftest import Hire, Submit, fresh

NEAR = Neighbour(name="Near", lon=-87.40, lat=46.54, radius_m=1_000)
FAR = Neighbour(name="Far", lon=-84.35, lat=46.49, radius_m=1_000)
NIGHT = {"start": "00:00", "end": "23:59", "time_zone": "UTC", "tiers": ["missing"]}


@pytest.fixture
def alert(runtime: Runtime, submit: Submit) -> Alert:
    with runtime.store.begin() as session:
        move_in(session, runtime.clock(), (NEAR, FAR))
    return submit()


def go_out(runtime: Runtime, alert: Alert, hire: Hire) -> None:
    ana = hire("ana")
    with runtime.store.begin() as session:
        found = fresh(session, alert)
        now = runtime.clock()
        approve(session, runtime.vault, runtime.authorities, found, ana, now, needed=1)


def asked(
    runtime: Runtime, alert: Alert, number: int = 0, *, cap: int = 3, now: datetime | None = None
) -> Explanation:
    with runtime.store.read() as session:
        person = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()[number]
        now = now or runtime.clock()
        found = fresh(session, alert)
        return explain(session, found, person, now, weekly_cap=cap, channels=("console",))


def failing(found: Explanation) -> list[str]:
    return [step.name for step in found.steps if not step.ok]


def test_a_held_alert_tells_nobody(runtime: Runtime, alert: Alert) -> None:
    found = asked(runtime, alert)
    assert not found.was_told
    assert "held" in found.answer


def test_who_was_told_is_told_so_with_overlap(runtime: Runtime, alert: Alert, hire: Hire) -> None:
    go_out(runtime, alert, hire)
    assert "nothing stands in the way" in asked(runtime, alert).answer
    Jobs(runtime).run_until_quiet()
    found = asked(runtime, alert)
    assert found.was_told
    assert found.answer.startswith("Told. The alert to device 1 was sent")
    assert "(100 %)" in next(step.detail for step in found.steps if step.name == "area")
    assert failing(found) == []


def test_who_lives_elsewhere_is_not_reached(runtime: Runtime, alert: Alert, hire: Hire) -> None:
    go_out(runtime, alert, hire)
    Jobs(runtime).run_until_quiet()
    found = asked(runtime, alert, 1)
    assert failing(found) == ["area"]
    assert "None of the person's 1 neighborhoods" in found.answer


def test_devices_quiet_hours_and_cap_stand_in_the_way(
    runtime: Runtime, alert: Alert, hire: Hire
) -> None:
    go_out(runtime, alert, hire)
    with runtime.store.begin() as session:
        session.execute(update(Device).values(ended_at=runtime.clock()))
        session.execute(update(Subscriber).values(quiet_hours=NIGHT, weekly_cap=0))
    found = asked(runtime, alert, now=runtime.clock().replace(hour=12))
    assert failing(found) == ["devices", "quiet_hours", "weekly_cap"]


def test_an_ended_alert_says_what_became_of_the_push(
    runtime: Runtime, alert: Alert, hire: Hire
) -> None:
    go_out(runtime, alert, hire)
    with runtime.store.begin() as session:
        session.execute(update(Subscriber).values(weekly_cap=0))
    Jobs(runtime).run_until_quiet()
    capped = asked(runtime, alert)
    assert not capped.was_told
    assert "weekly cap" in capped.answer
    later = asked(runtime, alert, now=runtime.clock() + timedelta(days=30))
    assert "active" in failing(later)


def test_an_exercise_is_for_testers(runtime: Runtime, alert: Alert, hire: Hire) -> None:
    go_out(runtime, alert, hire)
    with runtime.store.begin() as session:
        fresh(session, alert).exercise = True
    assert "exercise" in failing(asked(runtime, alert))
