"""Is everybody told once, late joiners too, and told again only when it matters?"""

from datetime import timedelta

import pytest

from alerts.alert import EndReason, Tier, WaveKind
from alerts.audience.plan import plan_revision
from alerts.push import Outcome
from alerts.store.alerts import newest_revision
from geo.circle import circle_ground
from geo.polygon import ground
from tests.audience.told import answer_all, devices_by_kind
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

NEAR = circle_ground(CENTRE, NEARBY_M)
FAR = circle_ground(FAR_AWAY, NEARBY_M)
NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon


def kinds(town: Town, alert_id: int) -> list[str]:
    return [wave.kind.value for wave in town.waves(alert_id)]


def told_alert(town: Town, **how: object) -> int:
    """Raise an alert that has reached everybody it could."""
    alert_id = town.alert(**how)  # type: ignore[arg-type]
    town.plan(alert_id)
    answer_all(town)
    return alert_id


def test_planning_again_tells_nobody_again(town: Town) -> None:
    town.person()
    alert_id = town.alert()
    assert [town.plan(alert_id), town.plan(alert_id)] == [1, 0]
    assert town.catch_up(alert_id) == 0
    assert kinds(town, alert_id) == ["alert"]


def test_a_revision_that_changes_nothing_that_is_shown_is_told_to_nobody(town: Town) -> None:
    town.person()
    alert_id = told_alert(town)
    town.revise(alert_id, material=False)
    assert town.plan(alert_id) == 0
    assert kinds(town, alert_id) == ["alert"]


def test_a_material_revision_updates_exactly_those_who_were_told(town: Town) -> None:
    told, gone, waits = town.person(), town.person(), town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    with town.store.begin() as session:
        batch = session.merge(town.batches()[0])
        batch.outcomes = bytes([Outcome.SENT, Outcome.GONE, Outcome.PENDING])
    assert town.batches()[0].people().tolist() == [told, gone, waits]
    town.revise(alert_id)
    assert town.plan(alert_id) == 2
    update, alert = town.batches()[1:]
    assert (update.people().tolist(), alert.people().tolist()) == ([told], [gone])
    assert kinds(town, alert_id) == ["alert", "update", "alert"]
    assert [wave.revision for wave in town.waves(alert_id)] == [1, 2, 2]


def test_a_wider_area_tells_those_who_are_new_in_it(town: Town) -> None:
    near, far = town.person(), town.person(at=FAR_AWAY)
    alert_id = told_alert(town, area=NEAR)
    town.revise(alert_id, area=ground(NEAR.union(FAR)).shape)
    assert town.plan(alert_id) == 2
    assert [batch.people().tolist() for batch in town.batches()] == [[near], [near], [far]]
    assert kinds(town, alert_id) == ["alert", "update", "alert"]


def test_an_update_waits_for_the_morning(town: Town) -> None:
    town.person(quiet_hours=NIGHT)
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    answer_all(town)
    town.revise(alert_id)
    town.plan(alert_id)
    assert town.batches()[-1].not_before == town.clock() + timedelta(hours=8)


def test_who_was_told_and_has_a_new_phone_isnt_told_again(town: Town) -> None:
    ana = town.person()
    alert_id = told_alert(town)
    town.phone(ana, "a new phone")
    town.move(town.home_of(ana), NEAR)
    assert town.catch_up(alert_id) == 0
    town.revise(alert_id, material=False)
    assert town.plan(alert_id) == 0


class TestLateJoiners:
    def test_who_draws_a_neighborhood_in_the_area_is_told(self, town: Town) -> None:
        early = town.person()
        alert_id = told_alert(town)
        late, _ = town.person(), town.person(at=FAR_AWAY)
        assert town.catch_up(alert_id) == 1
        assert town.catch_up(alert_id) == 0
        assert [batch.people().tolist() for batch in town.batches()] == [[early], [late]]

    def test_who_moves_into_the_area_is_told(self, town: Town) -> None:
        ana = town.person(at=FAR_AWAY)
        alert_id = told_alert(town)
        town.move(town.home_of(ana), NEAR)
        assert town.catch_up(alert_id) == 1

    def test_who_was_told_and_draws_another_isnt_told_again(self, town: Town) -> None:
        ana = town.person()
        alert_id = told_alert(town)
        town.draw(ana, NEAR)
        assert town.catch_up(alert_id) == 0

    def test_who_is_about_to_be_told_isnt_told_twice(self, town: Town) -> None:
        ana = town.person(quiet_hours=NIGHT)
        alert_id = town.alert(tier=Tier.MISSING)
        town.plan(alert_id)
        town.draw(ana, NEAR)
        assert town.catch_up(alert_id) == 0

    def test_a_phone_of_theirs_that_was_gone_doesnt_keep_a_person_out(self, town: Town) -> None:
        ana = town.person()
        alert_id = town.alert()
        town.plan(alert_id)
        answer_all(town, Outcome.GONE)
        town.phone(ana)
        town.draw(ana, NEAR)
        assert town.catch_up(alert_id) == 1

    def test_an_alert_that_isnt_planned_yet_waits_for_its_first_plan(self, town: Town) -> None:
        alert_id = town.alert()
        town.person()
        assert town.catch_up(alert_id) == 0
        assert town.plan(alert_id) == 1


@pytest.mark.parametrize("how", ["ended", "expired"])
def test_an_alert_that_is_over_is_neither_planned_nor_caught_up(town: Town, how: str) -> None:
    town.person()
    planned, fresh = told_alert(town), town.alert()
    for alert_id in (planned, fresh):
        if how == "ended":
            town.end(alert_id, EndReason.FOUND)
    if how == "expired":
        town.clock.move_on(days=1)
    town.person()
    assert [town.plan(fresh), town.catch_up(planned)] == [0, 0]
    assert kinds(town, fresh) == []


def test_an_older_revision_isnt_planned_behind_a_newer_one(town: Town) -> None:
    town.person()
    alert_id = town.alert()
    with town.store.read() as session:
        first = newest_revision(session, alert_id)
    town.revise(alert_id)
    with town.store.begin() as session:
        old = session.get_one(type(first), first.id)
        assert plan_revision(session, town.index, old, town.clock(), town.policy) == 0


def test_workers_that_plan_the_same_revision_at_once_update_nobody_twice(town: Town) -> None:
    """In PostgreSQL both have read the revision before either of them locks the alert."""
    town.person()
    alert_id = told_alert(town)
    town.revise(alert_id)
    if town.store.is_sqlite:
        assert [town.plan(alert_id), town.plan(alert_id)] == [1, 0]
        return
    with town.store.begin() as session:
        read_early = newest_revision(session, alert_id)
        assert town.plan(alert_id) == 1
        assert plan_revision(session, town.index, read_early, town.clock(), town.policy) == 0
    assert devices_by_kind(town, alert_id)[WaveKind.UPDATE] == town.batches()[0].devices().tolist()
