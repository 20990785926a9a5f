"""Is a mistake put right with everybody who heard it, and as loud as they heard it?"""

from datetime import timedelta

import numpy as np

from alerts.alert import Tier, WaveKind
from alerts.audience.make_wave import first_wave
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.subscribers import Device, Subscriber
from alerts.store.waves import PRIORITY_AMBER, PRIORITY_OTHER, Batch
from geo.circle import circle_ground
from geo.polygon import ground
from tests.audience.again import NIGHT, kinds, revised, sleeps_from_now_on, told_alert
from tests.audience.post_office import PostOffice
from tests.audience.told import answer_all, devices_by_kind
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

NEAR, FAR = circle_ground(CENTRE, NEARBY_M), circle_ground(FAR_AWAY, NEARBY_M)
BOTH = ground(NEAR.union(FAR)).shape


def test_a_lower_tier_is_a_correction_to_all_who_were_told(town: Town, post: PostOffice) -> None:
    person = town.person()
    alert_id = told_alert(town, post, Tier.AMBER)
    assert revised(town, alert_id, tier=Tier.ENDANGERED) == 1
    wave = town.waves(alert_id)[-1]
    assert (wave.kind, wave.silent) == (WaveKind.CORRECTION, False)
    post.send()
    message = post.channel.last()
    assert (message.kind, message.tier) == (WaveKind.CORRECTION, Tier.ENDANGERED)
    assert message.title.startswith("Correction: ")
    assert "amber" not in (message.title + message.body).lower()
    assert devices_by_kind(town, alert_id)["correction"] == post.phones(person)


def test_a_higher_tier_is_an_update(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = told_alert(town, post, Tier.MISSING)
    revised(town, alert_id, tier=Tier.ENDANGERED)
    assert kinds(town, alert_id)[-1] is WaveKind.UPDATE


def test_it_reaches_those_who_are_outside_of_the_smaller_area(town: Town, post: PostOffice) -> None:
    inside, outside = town.person(), town.person(at=FAR_AWAY)
    alert_id = told_alert(town, post, area=BOTH)
    assert revised(town, alert_id, area=NEAR, correction=True) == 2
    post.send()
    assert post.channel.devices("correction") == post.phones(inside, outside)
    assert set(post.outcomes().values()) == {Outcome.SENT}


def test_who_wasnt_told_gets_the_alert_as_it_is_now_or_nothing(
    town: Town, post: PostOffice
) -> None:
    inside, outside = town.person(), town.person(at=FAR_AWAY)
    alert_id = town.alert(tier=Tier.AMBER, area=BOTH)
    town.plan(alert_id)
    revised(town, alert_id, area=NEAR, tier=Tier.ENDANGERED)
    late = town.person()
    town.catch_up(alert_id)
    post.send()
    assert WaveKind.CORRECTION not in kinds(town, alert_id)
    pushed = {target.device_id: message for message, target in post.channel.pushed}
    assert set(pushed) == set(post.phones(inside, late))
    assert {m.kind for m in pushed.values()} == {WaveKind.ALERT}
    assert {m.tier for m in pushed.values()} == {Tier.ENDANGERED}
    assert post.outcomes()[post.phones(outside)[0]] is Outcome.MOVED_AWAY


def test_no_weekly_cap_keeps_it_back(town: Town, post: PostOffice) -> None:
    person = town.person()
    alert_id = told_alert(town, post, Tier.ENDANGERED)
    with town.store.begin() as session:
        session.get_one(Subscriber, person).weekly_cap = 0
    town.phone(person)
    assert revised(town, alert_id, correction=True) == 1
    assert post.send() == 1


def test_what_broke_through_the_night_is_put_right_in_the_night(
    town: Town, post: PostOffice
) -> None:
    town.person(quiet_hours=NIGHT)
    alert_id = told_alert(town, post, Tier.AMBER)
    revised(town, alert_id, tier=Tier.MISSING)
    batch = town.batches()[-1]
    assert (batch.not_before, batch.priority) == (town.clock(), PRIORITY_AMBER)
    assert post.send() == 1


def test_what_would_have_waited_is_put_right_in_the_morning(town: Town, post: PostOffice) -> None:
    person = town.person()
    alert_id = told_alert(town, post, Tier.ENDANGERED)
    sleeps_from_now_on(town, person)
    revised(town, alert_id, correction=True)
    batch = town.batches()[-1]
    assert batch.not_before == town.clock() + timedelta(hours=8)
    assert batch.priority == PRIORITY_OTHER


def test_each_is_told_as_loud_as_what_they_were_told(town: Town, post: PostOffice) -> None:
    """Who heard of it while it was amber is woken, who heard later sleeps on."""
    early, late = town.person(quiet_hours=NIGHT), town.person(at=FAR_AWAY)
    alert_id = told_alert(town, post, Tier.AMBER)
    revised(town, alert_id, tier=Tier.ENDANGERED)
    revised(town, alert_id, tier=Tier.ENDANGERED, area=BOTH, material=False)
    with town.store.begin() as session:
        first = session.get_one(Batch, 1)
        assert first.people().tolist() == [early]
    answer_all(town)
    sleeps_from_now_on(town, late)
    with town.store.begin() as session:  # the correction of revision 2 was never heard
        lost = session.get_one(Batch, 2)
        lost.outcomes = bytes([Outcome.GAVE_UP])
    revised(town, alert_id, tier=Tier.MISSING)
    times = {b.people().tolist()[0]: b.not_before for b in town.batches()[-2:]}
    assert times == {early: town.clock(), late: town.clock() + timedelta(hours=8)}


def test_it_follows_a_phone_that_was_registered_anew(town: Town, post: PostOffice) -> None:
    person = town.person()
    alert_id = told_alert(town, post, Tier.AMBER)
    before = post.phones(person)
    with town.store.begin() as session:
        device = session.get_one(Device, before[0])
        device.ended_at, device.ended_reason = town.clock(), "channel_says_gone"
    anew = town.phone(person)
    assert revised(town, alert_id, tier=Tier.MISSING) == 1
    assert devices_by_kind(town, alert_id)["correction"] == [anew]


def test_two_corrections_behind_each_other_are_one(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = told_alert(town, post, Tier.AMBER)
    revised(town, alert_id, tier=Tier.ENDANGERED)
    assert revised(town, alert_id, tier=Tier.MISSING) == 0
    post.send()
    assert (post.channel.last().revision, post.channel.last().tier) == (3, Tier.MISSING)


def test_those_who_were_corrected_hear_the_end(town: Town, post: PostOffice) -> None:
    people = [town.person(), town.person(at=FAR_AWAY)]
    alert_id = told_alert(town, post, Tier.AMBER, area=BOTH)
    revised(town, alert_id, tier=Tier.MISSING, area=NEAR)
    post.send()
    town.end(alert_id)
    post.settle(alert_id)
    post.send()
    assert post.channel.devices("all_clear") == post.phones(*people)


def test_who_was_told_ahead_of_the_plan_is_corrected_as_loud(town: Town, post: PostOffice) -> None:
    """A large wave is begun before it is planned; a revision may go live in between."""
    person, other = town.person(quiet_hours=NIGHT), town.person(quiet_hours=NIGHT)
    alert_id = town.alert(tier=Tier.AMBER)
    with town.store.begin() as session:
        alert, now = session.get_one(Alert, alert_id), town.clock()
        town.index.refresh(session)
        only = np.array([person])
        first_wave(session, town.index, alert, NEAR, now, town.policy, change_seq=0, only=only)
    post.send()
    revised(town, alert_id, tier=Tier.MISSING)
    assert post.send() == 1
    assert post.channel.devices("correction") == post.phones(person)
    assert post.phones(other)[0] not in post.channel.devices()
