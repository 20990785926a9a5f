"""Is nobody woken by a push that was meant for the day and comes in the night?"""

from datetime import timedelta

import pytest

from alerts.alert import EndReason, Tier
from alerts.push import Outcome, PushOutcome
from alerts.store.alerts import Alert
from alerts.store.waves import BatchState
from tests.audience.again import NIGHT, revised, told_alert
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

EVENING = {"start": "13:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
NEVER_AMBER = EVENING | {"tiers": ["amber", "missing"]}
DOWN = PushOutcome(outcome=Outcome.PENDING, retry_after_s=7_200, reason="UNAVAILABLE")
LOST = PushOutcome(outcome=Outcome.IN_FLIGHT, retry_after_s=7_200, reason="TIMEOUT")


def down_until_two(
    town: Town, post: PostOffice, *people: int, answer: PushOutcome = DOWN, tier: Tier
) -> int:
    """Raise an alert at noon of which the channel takes nothing for these people till 14:00."""
    alert_id = town.alert(tier=tier)
    town.plan(alert_id)
    post.channel.answers = dict.fromkeys(post.phones(*people), answer)
    post.send()
    post.channel.answers = {}
    town.clock.now += timedelta(hours=2, minutes=30)
    return alert_id


@pytest.mark.parametrize("answer", [DOWN, LOST])
def test_who_went_to_bed_while_the_channel_was_down_is_told_in_the_morning(
    town: Town, post: PostOffice, answer: PushOutcome
) -> None:
    noon = town.clock()
    told, awake, asleep = town.person(), town.person(), town.person(quiet_hours=EVENING)
    down_until_two(town, post, awake, asleep, answer=answer, tier=Tier.MISSING)
    post.send()
    assert post.channel.devices() == post.phones(told, awake)
    now, later = town.batches()
    assert (now.state, now.size) == (BatchState.DONE, 2)
    assert (later.state, later.turn, later.attempts) == (BatchState.READY, now.turn, 0)
    assert later.not_before == noon + timedelta(hours=8)
    assert post.outcomes()[post.phones(asleep)[0]] is answer.outcome
    assert post.send() == 0
    town.clock.now = later.not_before
    post.send()
    assert post.channel.times() == dict.fromkeys(post.phones(told, awake, asleep), 1)


def test_a_batch_of_which_all_sleep_waits_as_it_is(town: Town, post: PostOffice) -> None:
    people = [town.person(quiet_hours=EVENING) for _ in range(3)]
    down_until_two(town, post, *people, tier=Tier.MISSING)
    post.send()
    [batch] = town.batches()
    assert (batch.state, batch.lease_owner, batch.attempts) == (BatchState.READY, None, 0)
    assert post.channel.pushed == []
    town.clock.now = batch.not_before
    post.send()
    assert post.channel.devices() == post.phones(*people)


def test_who_was_told_before_keeps_their_outcome(town: Town, post: PostOffice) -> None:
    told, asleep = town.person(quiet_hours=EVENING), town.person(quiet_hours=EVENING)
    down_until_two(town, post, asleep, tier=Tier.MISSING)
    post.send()
    assert post.states() == [BatchState.DONE, BatchState.READY]
    outcomes = (Outcome.SENT, Outcome.PENDING)
    assert post.outcomes() == dict(zip(post.phones(told, asleep), outcomes, strict=True))


def test_amber_breaks_through_unless_the_person_says_otherwise(
    town: Town, post: PostOffice
) -> None:
    usual, strict = town.person(quiet_hours=EVENING), town.person(quiet_hours=NEVER_AMBER)
    down_until_two(town, post, usual, strict, tier=Tier.AMBER)
    post.send()
    assert post.channel.devices() == post.phones(usual)


def test_an_alert_that_becomes_amber_wakes_who_was_held(town: Town, post: PostOffice) -> None:
    person = town.person(quiet_hours=EVENING)
    alert_id = down_until_two(town, post, person, tier=Tier.MISSING)
    assert post.send() == 1
    assert post.channel.pushed == []
    assert revised(town, alert_id, tier=Tier.AMBER) == 1
    post.send()
    assert post.channel.devices() == post.phones(person)


@pytest.mark.parametrize("is_loud", [True, False])
def test_an_update_waits_and_what_makes_no_sound_does_not(
    town: Town, post: PostOffice, *, is_loud: bool
) -> None:
    person = town.person(quiet_hours=EVENING)
    alert_id = told_alert(town, post)
    revised(town, alert_id, material=is_loud, visible=True)
    post.channel.answers = dict.fromkeys(post.phones(person), DOWN)
    post.send()
    post.channel.answers = {}
    town.clock.now += timedelta(hours=2, minutes=30)
    assert post.send() == 1
    assert post.channel.devices("update") == ([] if is_loud else post.phones(person))


def test_the_end_waits_for_no_morning(town: Town, post: PostOffice) -> None:
    person = town.person(quiet_hours=EVENING)
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    post.send()
    town.end(alert_id, EndReason.FOUND)
    post.settle(alert_id)
    post.channel.answers = dict.fromkeys(post.phones(person), DOWN)
    post.send()
    post.channel.answers = {}
    town.clock.now += timedelta(hours=2, minutes=30)
    post.send()
    assert post.channel.devices("all_clear") == post.phones(person)


def test_a_batch_that_nobody_took_for_hours_is_looked_at_too(town: Town, post: PostOffice) -> None:
    awake, asleep = town.person(), town.person(quiet_hours=EVENING)
    town.plan(town.alert(tier=Tier.MISSING))
    town.clock.now += timedelta(hours=2)
    post.send()
    assert post.channel.devices() == post.phones(awake)
    assert post.outcomes()[post.phones(asleep)[0]] is Outcome.PENDING


def test_nobody_is_held_while_somebody_plans_the_alert(town: Town, post: PostOffice) -> None:
    """Whoever makes it amber may not see what we would hold: it is looked at again behind them."""
    if town.store.is_sqlite:
        pytest.skip("one writer at a time")
    person = town.person(quiet_hours=EVENING)
    alert_id = down_until_two(town, post, person, tier=Tier.MISSING)
    with town.store.begin() as session:
        session.get_one(Alert, alert_id, with_for_update=True)
        post.send()
    [batch] = town.batches()
    assert (batch.attempts, batch.lease_owner) == (1, None)
    assert batch.not_before == town.clock() + timedelta(seconds=1)
    town.clock.now = batch.not_before
    post.send()
    assert town.batches()[0].attempts == 0
    assert post.channel.pushed == []


def test_a_first_try_in_time_was_looked_at_already(town: Town, post: PostOffice) -> None:
    """It costs nothing: what the plan says holds for some minutes."""
    person = town.person(quiet_hours=NIGHT | {"start": "12:05"})
    town.plan(town.alert(tier=Tier.MISSING))
    town.clock.now += timedelta(minutes=6)
    post.send()
    assert post.channel.devices() == post.phones(person)
