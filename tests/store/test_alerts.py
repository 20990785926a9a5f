"""Are alerts and their revisions found as they stand?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from alerts.alert import RevisionState, Status, Tier
from alerts.errors import NotFound
from alerts.store.alerts import (
    Alert,
    alert_by_public_id,
    alert_of_case,
    count_by_status,
    newest_active,
    newest_revision,
    out_of_time,
    revision,
    unplanned,
)
from geo.circle import circle_ground
from tests.audience.town import CENTRE, Town


def test_an_alert_is_found_by_its_public_id_and_its_case(town: Town) -> None:
    alert_id = town.alert()
    with town.store.read() as session:
        alert = session.get_one(Alert, alert_id)
        assert alert_by_public_id(session, alert.public_id).id == alert_id
        found = alert_of_case(session, alert.case_id)
        assert found is not None
        assert found.id == alert_id
        assert alert_of_case(session, alert.case_id + 1) is None
        with pytest.raises(NotFound):
            alert_by_public_id(session, uuid4())


def test_the_newest_revision_is_live_and_those_before_it_are_superseded(town: Town) -> None:
    alert_id = town.alert()
    town.revise(alert_id)
    with town.store.read() as session:
        assert newest_revision(session, alert_id).number == 2
        states = [revision(session, alert_id, n).state for n in (1, 2)]
        assert states == [RevisionState.SUPERSEDED, RevisionState.LIVE]
        with pytest.raises(NotFound):
            revision(session, alert_id, 3)
        with pytest.raises(NotFound):
            newest_revision(session, alert_id + 1)


def test_its_area_travels_whole(town: Town) -> None:
    shape = circle_ground(CENTRE, 5_000)
    alert_id = town.alert(area=shape)
    with town.store.read() as session:
        record = revision(session, alert_id, 1).area
        assert record is not None
        area = record.value()
    assert area.shape.equals_exact(shape, 1e-7)
    assert area.source == "16 km around a fictional town"
    assert area.area_km2 == pytest.approx(78.6, rel=0.01)


def test_active_means_live_and_not_expired_newest_first(town: Town) -> None:
    first, second = town.alert(), town.alert(lives=timedelta(hours=1))
    ended = town.alert()
    town.end(ended)
    with town.store.read() as session:
        shown = newest_active(session, town.clock(), 10)
        assert [(alert.id, live.number) for alert, live in shown] == [(second, 1), (first, 1)]
        assert newest_active(session, town.clock(), 1) == shown[:1]
        later = town.clock.move_on(hours=1)
        assert [alert.id for alert, _ in newest_active(session, later, 10)] == [first]
        assert [alert.id for alert in out_of_time(session, later)] == [second]
        counts = {Status.ACTIVE: 2, Status.HELD: 0, Status.ENDED: 1}
        assert count_by_status(session) == counts


def test_held_alerts_run_out_of_time_too(town: Town) -> None:
    alert_id = town.alert()
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).status = Status.HELD
    with town.store.read() as session:
        assert not out_of_time(session, town.clock())
        assert [a.id for a in out_of_time(session, town.clock.move_on(days=1))] == [alert_id]


def test_what_waits_for_its_waves_comes_amber_first(town: Town) -> None:
    missing, amber = town.alert(tier=Tier.MISSING), town.alert(tier=Tier.AMBER)
    gone, expired = town.alert(), town.alert(lives=timedelta(0))
    town.end(gone)

    def waiting() -> list[int]:
        with town.store.read() as session:
            return [revision.alert_id for revision in unplanned(session, town.clock())]

    assert waiting() == [amber, missing]
    town.plan(amber)
    assert waiting() == [missing]
    assert expired not in waiting()
