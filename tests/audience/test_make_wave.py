"""Who is in a wave, in which batch, and when may it go out?"""

from datetime import timedelta

import pytest

from alerts.alert import Tier, WaveKind
from alerts.audience.make_wave import WavePolicy
from alerts.audience.told import pushes_since
from alerts.push import Outcome
from alerts.store.subscribers import Channel
from alerts.store.waves import BatchState
from geo.circle import circle_ground
from tests.audience.told import answer_all, devices_by_kind
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
SLEEPS_LONGER = {**NIGHT, "end": "21:00"}


def test_whom_the_area_touches_is_told_and_nobody_else(town: Town) -> None:
    near, _ = town.person(), town.person(at=FAR_AWAY)
    town.person(at=None)
    alert_id = town.alert()
    assert town.plan(alert_id) == 1
    [wave] = town.waves(alert_id)
    assert (wave.kind, wave.people, wave.devices, wave.silent) == (WaveKind.ALERT, 1, 1, False)
    [batch] = town.batches()
    assert batch.people().tolist() == [near]
    assert batch.neighborhoods().tolist() == [town.home_of(near)]
    assert (batch.state, batch.not_before) == (BatchState.READY, town.clock())
    assert batch.outcome_array().tolist() == [Outcome.PENDING]


def test_nobody_in_the_area_makes_no_wave(town: Town) -> None:
    town.person(at=FAR_AWAY)
    alert_id = town.alert()
    assert town.plan(alert_id) == 0
    assert town.waves(alert_id) == []


def test_a_person_with_many_neighborhoods_and_phones_is_told_once_on_each_phone(
    town: Town,
) -> None:
    ana = town.person(phones=[Channel.FCM, Channel.FCM, Channel.CONSOLE])
    for _ in range(3):
        town.draw(ana, circle_ground(CENTRE, NEARBY_M))
    alert_id = town.alert()
    assert town.plan(alert_id) == 3
    [wave] = town.waves(alert_id)
    assert (wave.people, wave.devices) == (1, 3)
    told = [device for batch in town.batches() for device in batch.devices().tolist()]
    assert len(set(told)) == len(told) == 3


def test_batches_are_by_channel_and_language_and_of_limited_size(town: Town) -> None:
    town.policy = WavePolicy(batch_size=4, weekly_cap=3)
    for number in range(11):
        town.person(language="es" if number % 3 == 0 else "en")
    town.person(phones=[Channel.CONSOLE])
    town.plan(town.alert())
    found = [(b.channel, b.language, b.size, len(b.outcomes)) for b in town.batches()]
    assert sorted(found) == [
        (Channel.CONSOLE, "en", 1, 1),
        (Channel.FCM, "en", 3, 3),
        (Channel.FCM, "en", 4, 4),
        (Channel.FCM, "es", 4, 4),
    ]


def test_quiet_hours_split_batches_by_the_time_of_release(town: Town) -> None:
    town.person()
    for _ in range(2):
        town.person(quiet_hours=NIGHT)
    town.person(quiet_hours=SLEEPS_LONGER)
    town.plan(town.alert(tier=Tier.MISSING))
    waits = [(b.not_before - town.clock(), b.size) for b in town.batches()]
    assert waits == [(timedelta(0), 1), (timedelta(hours=8), 2), (timedelta(hours=9), 1)]


def test_amber_doesnt_wait_for_the_morning(town: Town) -> None:
    town.person(quiet_hours=NIGHT)
    town.plan(town.alert(tier=Tier.AMBER))
    assert [batch.not_before for batch in town.batches()] == [town.clock()]


def test_an_exercise_goes_to_testers_only_and_says_so(town: Town) -> None:
    town.person()
    tester = town.person(tester=True)
    alert_id = town.alert(exercise=True)
    assert town.plan(alert_id) == 1
    assert [wave.kind for wave in town.waves(alert_id)] == [WaveKind.EXERCISE]
    assert town.batches()[0].people().tolist() == [tester]


def test_testers_are_told_of_real_alerts_like_everybody(town: Town) -> None:
    town.person(tester=True)
    assert town.plan(town.alert()) == 1


def test_a_long_term_case_is_listed_and_never_pushed(town: Town) -> None:
    town.person()
    alert_id = town.alert(tier=Tier.LONG_TERM)
    assert town.plan(alert_id) == 0
    assert town.waves(alert_id) == []


@pytest.mark.parametrize(("tier", "priority"), [(Tier.AMBER, 0), (Tier.MISSING, 2)])
def test_amber_goes_first(town: Town, tier: Tier, priority: int) -> None:
    town.person()
    town.plan(town.alert(tier=tier))
    assert [batch.priority for batch in town.batches()] == [priority]


class TestWeeklyCap:
    def push(self, town: Town, tier: Tier = Tier.MISSING, outcome: Outcome = Outcome.SENT) -> int:
        """Raise an alert and send it; return how many devices were due."""
        town.plan(town.alert(tier=tier))
        due = sum((b.outcome_array() == Outcome.PENDING).sum() for b in town.batches())
        answer_all(town, outcome)
        return int(due)

    def test_after_the_cap_a_person_is_left_out_and_counted(self, town: Town) -> None:
        town.person()
        assert [self.push(town) for _ in range(4)] == [1, 1, 1, 0]
        last = town.waves(4)[0]
        assert (last.people, last.capped) == (1, 1)
        batch = town.batches()[-1]
        assert batch.state is BatchState.DONE
        assert batch.outcome_array().tolist() == [Outcome.CAPPED]

    def test_it_counts_seven_days(self, town: Town) -> None:
        town.person()
        for _ in range(3):
            self.push(town)
        town.clock.move_on(days=7, seconds=-1)
        assert self.push(town) == 0
        town.clock.move_on(seconds=1)
        assert self.push(town) == 1

    def test_amber_is_neither_capped_nor_counted(self, town: Town) -> None:
        town.person()
        assert [self.push(town, Tier.AMBER) for _ in range(5)] == [1] * 5
        assert [self.push(town) for _ in range(4)] == [1, 1, 1, 0]
        assert self.push(town, Tier.AMBER) == 1

    def test_what_didnt_arrive_doesnt_count(self, town: Town) -> None:
        town.person()
        for outcome in (Outcome.ENDED, Outcome.MOVED_AWAY, Outcome.REFUSED):
            self.push(town, outcome=outcome)
        assert [self.push(town) for _ in range(4)] == [1, 1, 1, 0]

    def test_each_person_may_choose_another_number(self, town: Town) -> None:
        never, often = town.person(weekly_cap=0), town.person(weekly_cap=5)
        for _ in range(5):
            self.push(town)
        told = [b.people().tolist() for b in town.batches() if Outcome.SENT in b.outcomes]
        assert told == [[often]] * 5
        assert [never] in [b.people().tolist() for b in town.batches()]

    def test_one_alert_on_two_phones_is_one_push(self, town: Town) -> None:
        ana = town.person(phones=[Channel.FCM, Channel.CONSOLE])
        for _ in range(2):
            self.push(town)
        with town.store.read() as session:
            people, counts = pushes_since(session, town.clock() - timedelta(days=7))
        assert (people.tolist(), counts.tolist()) == ([ana], [2])
        assert self.push(town) == 2

    def test_a_capped_person_isnt_told_when_the_alert_is_revised(self, town: Town) -> None:
        town.person(weekly_cap=0)
        alert_id = town.alert(tier=Tier.MISSING)
        town.plan(alert_id)
        town.revise(alert_id)
        town.plan(alert_id)
        assert devices_by_kind(town, alert_id, Outcome.PENDING) == {}
