"""When a case turns out not to be amber, is nobody woken any more who wasn't told yet?"""

from datetime import timedelta

import pytest

from alerts.alert import Tier
from alerts.audience.make_wave import WavePolicy
from alerts.push import Outcome
from alerts.store.waves import PRIORITY_AMBER, PRIORITY_OTHER, BatchState
from tests.audience.post_office import PostOffice
from tests.audience.told import answer_all
from tests.audience.town import Town

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon


def amber(town: Town) -> int:
    alert_id = town.alert(tier=Tier.AMBER)
    town.plan(alert_id)
    return alert_id


def lowered(town: Town, alert_id: int, tier: Tier = Tier.MISSING) -> int:
    town.revise(alert_id, tier=tier)
    return town.plan(alert_id)


def test_who_sleeps_is_told_in_the_morning(town: Town, post: PostOffice) -> None:
    awake, asleep = town.person(), town.person(quiet_hours=NIGHT)
    alert_id = amber(town)
    lowered(town, alert_id)
    found = {b.people().tolist()[0]: (b.not_before, b.priority) for b in town.batches()}
    morning = town.clock() + timedelta(hours=8)
    assert found == {awake: (town.clock(), PRIORITY_OTHER), asleep: (morning, PRIORITY_OTHER)}
    post.send()
    assert post.channel.devices() == post.phones(awake)
    town.clock.now = morning
    post.send()
    assert post.channel.times() == dict.fromkeys(post.phones(awake, asleep), 1)


def test_who_has_had_their_pushes_of_the_week_isnt_told(town: Town, post: PostOffice) -> None:
    full, free = town.person(weekly_cap=0), town.person()
    alert_id = amber(town)
    lowered(town, alert_id)
    post.send()
    phones = post.phones(full, free)
    assert post.outcomes() == dict(zip(phones, (Outcome.CAPPED, Outcome.SENT), strict=True))
    assert town.waves(alert_id)[0].capped == 1
    town.revise(alert_id, tier=Tier.AMBER)
    assert town.plan(alert_id) == 2  # it is amber after all: one is told, the other again


@pytest.mark.parametrize(("others", "told"), [(2, True), (3, False)])
def test_this_alert_isnt_counted_among_the_pushes_of_the_week(
    town: Town, post: PostOffice, others: int, *, told: bool
) -> None:
    person = town.person()
    for _ in range(others):
        town.plan(town.alert(tier=Tier.MISSING))
    answer_all(town)
    alert_id = amber(town)
    lowered(town, alert_id)
    post.send()
    assert (post.outcomes()[post.phones(person)[0]] is Outcome.SENT) is told


def test_what_becomes_long_term_is_told_to_nobody_new(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = amber(town)
    assert lowered(town, alert_id, Tier.LONG_TERM) == 0
    assert post.send() == 0
    assert [batch.state for batch in town.batches()] == [BatchState.DONE]
    assert list(post.outcomes().values()) == [Outcome.ENDED]


@pytest.mark.parametrize("is_planned", [True, False])
def test_what_comes_back_from_a_sender_isnt_pushed_as_long_term(
    town: Town, post: PostOffice, *, is_planned: bool
) -> None:
    """The batch was in its hands while the alert became long-term: who was told is corrected."""
    people = [town.person() for _ in range(5)]
    alert_id = amber(town)

    def lower(*_: object) -> None:
        if len(post.channel.chunks) == 1:
            town.revise(alert_id, tier=Tier.LONG_TERM)
            if is_planned:
                town.plan(alert_id)

    post.channel.after = lower
    post.send()
    post.send()
    town.plan(alert_id)
    post.send()
    told = post.phones(*people)[:2]
    assert post.channel.devices("alert") == post.channel.devices("correction") == told
    assert list(post.outcomes().values()) == [Outcome.SENT] * 2 + [Outcome.ENDED] * 3
    assert set(post.states()) == {BatchState.DONE}


def test_an_update_that_waits_is_held_too_and_a_correction_is_not(
    town: Town, post: PostOffice
) -> None:
    town.person(quiet_hours=NIGHT)
    alert_id = amber(town)
    post.send()
    town.revise(alert_id)
    town.plan(alert_id)
    assert lowered(town, alert_id, Tier.ENDANGERED) == 1
    update, correction = town.batches()[1:]
    assert update.not_before == town.clock() + timedelta(hours=8)
    assert (correction.not_before, correction.priority) == (town.clock(), PRIORITY_AMBER)
    assert lowered(town, alert_id, Tier.MISSING) == 0
    assert town.batches()[2].not_before == town.clock()


def test_a_batch_in_a_senders_hands_is_left_to_it(town: Town) -> None:
    town.person(quiet_hours=NIGHT)
    alert_id = amber(town)
    with town.store.begin() as session:
        session.merge(town.batches()[0]).lease_until = town.clock() + timedelta(seconds=60)
    lowered(town, alert_id)
    assert town.batches()[0].not_before == town.clock()


@pytest.mark.parametrize("size", [1, 2, 500])
def test_nobody_is_lost_however_batches_are_cut(town: Town, post: PostOffice, size: int) -> None:
    town.policy = WavePolicy(batch_size=size, weekly_cap=3)
    for number in range(6):
        town.person(quiet_hours=NIGHT if number % 2 else None)
    alert_id = amber(town)
    lowered(town, alert_id)
    post.send()
    town.clock.move_on(hours=8)
    post.send()
    assert list(post.channel.times().values()) == [1] * 6
    assert sum(batch.size for batch in town.batches()) == 6
