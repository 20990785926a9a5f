"""How many an area reaches, exactly, on both sizes."""

from datetime import timedelta

import pytest

from alerts.alert import Tier
from alerts.audience.index import DeviceCount, Question
from alerts.audience.reach import Reach, hide_small, question, reach_of, told_of
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.subscribers import Channel, Device
from geo.circle import circle_ground
from tests.audience.post_office import PostOffice
from tests.audience.told import answer_all
from tests.audience.town import CENTRE, FAR_AWAY, Town
from tests.desk.situations import link

AREA = circle_ground(CENTRE, 5_000)
NIGHT = {"start": "08:00", "end": "20:00", "time_zone": "UTC", "tiers": ["missing"]}


def reached(town: Town, asked: Question | None = None) -> Reach:
    with town.store.read() as session:
        return reach_of(session, town.index, AREA, asked or question(session, town.clock()))


def test_reach_counts_what_the_area_touches_and_names_it_sorted(town: Town) -> None:
    for _ in range(3):
        town.person()
    town.person(at=FAR_AWAY)
    reach = reached(town)
    figures = reach.figures
    assert (figures.neighborhoods, figures.subscribers, figures.device_total) == (3, 3, 3)
    assert figures.neighborhood_ids.tolist() == [1, 2, 3]
    assert reach.took_ms > 0


def test_it_sees_what_was_drawn_since_it_was_asked_last(town: Town) -> None:
    assert reached(town).figures.neighborhoods == 0
    person = town.person()
    assert reached(town).figures.neighborhoods == 1
    town.leave(town.home_of(person))
    assert reached(town).figures.neighborhoods == 0


def test_devices_are_told_apart_and_those_that_ended_are_left_out(town: Town) -> None:
    town.person(phones=(Channel.FCM, Channel.WEBPUSH))
    town.person(language="es")
    town.person(language="es")
    with town.store.begin() as session:
        session.get_one(Device, 4).ended_at = town.clock()
    figures = reached(town).figures
    assert figures.subscribers == 3
    assert figures.devices == (
        DeviceCount(channel="fcm", language="en", devices=1),
        DeviceCount(channel="fcm", language="es", devices=1),
        DeviceCount(channel="webpush", language="en", devices=1),
    )


def test_quiet_hours_are_those_of_the_tier(town: Town) -> None:
    town.person(quiet_hours=NIGHT)
    town.person()
    with town.store.read() as session:
        usual = question(session, town.clock())
        amber = question(session, town.clock(), tier=Tier.AMBER)
    assert usual.tier is Tier.MISSING
    assert reached(town, usual).figures.in_quiet_hours == 1
    assert reached(town, amber).figures.in_quiet_hours == 0


def test_an_exercise_reaches_testers_only(town: Town) -> None:
    town.person()
    tester = town.person(tester=True)
    alert = town.alert(exercise=True)
    with town.store.read() as session:
        of_alert = question(session, town.clock(), alert=session.get_one(Alert, alert))
        forced = question(session, town.clock(), testers_only=True)
    for asked in (of_alert, forced):
        figures = reached(town, asked).figures
        assert (figures.neighborhoods, figures.subscribers, figures.device_total) == (1, 1, 1)
        assert figures.neighborhood_ids.tolist() == [town.home_of(tester)]


def told_already(town: Town, alert_id: int) -> int:
    with town.store.read() as session:
        asked = question(session, town.clock(), alert=session.get_one(Alert, alert_id))
    return reached(town, asked).figures.already_told


def test_who_knows_of_the_case_is_counted_by_this_alert_or_another_of_the_child(
    town: Town, post: PostOffice
) -> None:
    town.person()
    town.person(quiet_hours=NIGHT)
    town.person(weekly_cap=0)
    alert = town.alert(tier=Tier.MISSING)
    assert told_already(town, alert) == 0
    town.plan(alert)
    post.send()
    assert told_already(town, alert) == 2  # told, and to be told in the morning; none by the cap
    same, other = town.alert(tier=Tier.MISSING), town.alert(tier=Tier.MISSING)
    link(town, alert, same)
    assert told_already(town, same) == 2
    assert told_already(town, other) == 0
    assert reached(town).figures.already_told == 0  # no alert was named


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.MOVED_AWAY])
def test_who_was_not_reached_was_not_told(town: Town, outcome: Outcome) -> None:
    town.person()
    alert = town.alert()
    town.plan(alert)
    answer_all(town, outcome)
    assert told_already(town, alert) == 0


def test_nobody_is_reached_where_nobody_lives(town: Town) -> None:
    figures = reached(town).figures
    assert (figures.neighborhoods, figures.subscribers, figures.device_total) == (0, 0, 0)
    assert (figures.devices, figures.counties, len(figures.neighborhood_ids)) == ((), (), 0)


def test_the_first_telling_is_counted_without_the_capped(town: Town) -> None:
    town.person(phones=(Channel.FCM, Channel.FCM))
    town.person(weekly_cap=0)
    alert = town.alert(tier=Tier.MISSING, lives=timedelta(days=2))
    town.plan(alert)
    with town.store.read() as session:
        told = told_of(session, alert)
    assert (told.people, told.devices) == (1, 2)
    assert hide_small(told.people) == "<10"
