"""When a case becomes amber, do those hear of it whom quiet hours or the weekly cap held back?"""

from datetime import timedelta

import pytest

from alerts.alert import Tier
from alerts.audience.make_wave import WavePolicy
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.subscribers import Subscriber
from alerts.store.waves import PRIORITY_AMBER, BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
NIGHT_FOR_ALL = NIGHT | {"tiers": ["amber", "endangered", "missing"]}
LONG_NIGHT_FOR_ALL = NIGHT_FOR_ALL | {"end": "21:00"}


def raised(town: Town, alert_id: int, *, material: bool = True) -> int:
    """Make the next revision amber, and plan it; return how many devices are to be sent to."""
    with town.store.begin() as session:
        session.get_one(Alert, alert_id).tier = Tier.AMBER
    town.revise(alert_id, material=material)
    return town.plan(alert_id)


def missing(town: Town) -> int:
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    return alert_id


class TestTheWeeklyCap:
    def test_who_was_left_out_by_it_is_told_of_amber_once(
        self, town: Town, post: PostOffice
    ) -> None:
        town.person(weekly_cap=0)
        alert_id = missing(town)
        assert post.send() == 0
        assert raised(town, alert_id) == 1
        post.send()
        assert set(post.channel.times().values()) == {1}
        assert post.channel.last().kind == "alert"
        assert town.catch_up(alert_id) == 0
        town.revise(alert_id, material=False)
        assert town.plan(alert_id) == 0

    def test_who_was_told_isnt_told_as_if_anew(self, town: Town, post: PostOffice) -> None:
        town.person()
        alert_id = missing(town)
        post.send()
        assert raised(town, alert_id, material=False) == 0

    def test_it_stays_for_what_isnt_amber(self, town: Town) -> None:
        town.person(weekly_cap=0)
        alert_id = missing(town)
        town.revise(alert_id)
        assert town.plan(alert_id) == 0


class TestQuietHours:
    def test_who_sleeps_is_woken_and_before_all_others(self, town: Town, post: PostOffice) -> None:
        town.person(quiet_hours=NIGHT)
        alert_id = missing(town)
        assert post.send() == 0
        assert raised(town, alert_id) == 1
        [batch] = town.batches()
        assert (batch.not_before, batch.priority) == (town.clock(), PRIORITY_AMBER)
        post.send()
        assert list(post.outcomes().values()) == [Outcome.SENT]
        assert post.channel.last().tier is Tier.AMBER

    def test_who_said_not_even_amber_sleeps_on(self, town: Town, post: PostOffice) -> None:
        """They share a batch with one who said nothing of the kind, and may sleep longer."""
        light = [town.person(quiet_hours=NIGHT) for _ in range(3)]
        deep = [town.person(quiet_hours=NIGHT_FOR_ALL) for _ in range(2)]
        alert_id = missing(town)
        assert [batch.size for batch in town.batches()] == [5]
        assert raised(town, alert_id) == 3
        evening = town.clock() + timedelta(hours=8)
        found = [(b.people().tolist(), b.not_before, b.size, b.state) for b in town.batches()]
        assert found == [
            (light, town.clock(), 3, BatchState.READY),
            (deep, evening, 2, BatchState.READY),
        ]
        post.send()
        assert post.channel.devices() == post.phones(*light)
        town.clock.now = evening
        post.send()
        assert set(post.channel.times().values()) == {1}
        assert set(post.outcomes()) == set(post.phones(*light, *deep))
        assert all(b.neighborhoods().tolist() for b in town.batches())

    def test_whose_hours_changed_since_is_held_by_the_new_ones(self, town: Town) -> None:
        deep = town.person(quiet_hours=NIGHT)
        alert_id = missing(town)
        with town.store.begin() as session:
            session.get_one(Subscriber, deep).quiet_hours = LONG_NIGHT_FOR_ALL
        assert raised(town, alert_id) == 0
        [batch] = town.batches()
        assert (batch.people().tolist(), batch.priority) == ([deep], PRIORITY_AMBER)
        assert batch.not_before == town.clock() + timedelta(hours=9)

    def test_a_batch_in_a_senders_hands_is_left_to_it(self, town: Town) -> None:
        town.person(quiet_hours=NIGHT)
        alert_id = missing(town)
        before = town.batches()[0].not_before
        with town.store.begin() as session:
            session.merge(town.batches()[0]).lease_until = town.clock() + timedelta(seconds=60)
        assert raised(town, alert_id) == 0
        assert town.batches()[0].not_before == before

    def test_what_waits_because_the_channel_asked_for_it_goes_on_waiting(self, town: Town) -> None:
        town.person()
        alert_id = missing(town)
        later = town.clock() + timedelta(minutes=5)
        with town.store.begin() as session:
            batch = session.merge(town.batches()[0])
            batch.not_before, batch.attempts = later, 1
        assert raised(town, alert_id) == 0
        [batch] = town.batches()
        assert (batch.not_before, batch.priority) == (later, PRIORITY_AMBER)

    @pytest.mark.parametrize("size", [1, 2, 500])
    def test_every_held_batch_is_released(self, town: Town, post: PostOffice, size: int) -> None:
        town.policy = WavePolicy(batch_size=size, weekly_cap=3)
        for _ in range(4):
            town.person(quiet_hours=NIGHT)
        alert_id = missing(town)
        assert raised(town, alert_id) == 4
        post.send()
        assert list(post.channel.times().values()) == [1] * 4


def test_an_update_that_quiet_hours_held_goes_out_now_and_only_once(
    town: Town, post: PostOffice
) -> None:
    person = town.person()
    alert_id = missing(town)
    post.send()
    with town.store.begin() as session:
        session.get_one(Subscriber, person).quiet_hours = NIGHT
    town.phone(person)  # as the app does: the index hears of it
    town.revise(alert_id)
    town.plan(alert_id)
    assert post.send() == 0
    assert raised(town, alert_id) == 1
    assert post.send() == 1
    town.clock.move_on(hours=8)
    assert post.send() == 0
    assert post.channel.devices("update") == post.phones(person)
