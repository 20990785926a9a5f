"""Whose batch is sent next? Amber first, ends before what is new, and alerts take turns."""

from collections.abc import Iterator
from itertools import groupby

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, Tier, WaveKind
from alerts.audience.make_wave import WavePolicy
from alerts.store.batches import ready_batches
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, Wave
from geo.circle import circle_ground
from tests.audience.post_office import PostOffice
from tests.audience.told import answer_all
from tests.audience.town import FAR_AWAY, Town

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
LARGE, SMALL = 12, 3  # batches


@pytest.fixture(autouse=True)
def small_batches(town: Town) -> None:
    town.policy = WavePolicy(batch_size=2, weekly_cap=99)


def crowd(town: Town, batches: int = LARGE) -> None:
    """People in the middle of town; of two an alert makes a batch."""
    for _ in range(2 * batches):
        town.person()


def far_crowd(town: Town, batches: int = SMALL) -> None:
    for _ in range(2 * batches):
        town.person(at=FAR_AWAY)


def raise_near(town: Town, tier: Tier = Tier.MISSING) -> int:
    alert_id = town.alert(tier=tier)
    town.plan(alert_id)
    return alert_id


def raise_far(town: Town, tier: Tier = Tier.MISSING) -> int:
    alert_id = town.alert(tier=tier, area=circle_ground(FAR_AWAY, 16_000))
    town.plan(alert_id)
    return alert_id


def sent(town: Town, post: PostOffice, most: int = 1_000) -> Iterator[tuple[int, WaveKind]]:
    """Send batch after batch as a sender does; yield of which alert and kind each was."""
    for _ in range(most):
        with town.store.read() as session:
            ready = ready_batches(session, town.clock(), 1)
            if not ready:
                return
            wave = session.get_one(Wave, session.get_one(Batch, ready[0]).wave_id)
        post.dispatcher.send_batch(ready[0])
        yield wave.alert_id, wave.kind


def alerts_of(found: Iterator[tuple[int, WaveKind]]) -> list[int]:
    return [alert_id for alert_id, _ in found]


def test_alerts_of_one_tier_take_turns(town: Town, post: PostOffice) -> None:
    crowd(town, SMALL)
    far_crowd(town, SMALL)
    first, second = raise_near(town), raise_far(town)
    assert alerts_of(sent(town, post)) == [first, second] * SMALL


def test_a_small_alert_isnt_kept_waiting_by_a_large_one(town: Town, post: PostOffice) -> None:
    """And once it is done, the large one goes on alone to its end."""
    crowd(town)
    far_crowd(town)
    large = raise_near(town)
    assert alerts_of(sent(town, post, 5)) == [large] * 5
    small = raise_far(town)
    order = alerts_of(sent(town, post))
    assert order[:SMALL] == [small] * SMALL
    assert order[SMALL:] == [large] * (LARGE - 5)


def test_two_that_came_together_are_done_in_turn(town: Town, post: PostOffice) -> None:
    crowd(town)
    far_crowd(town)
    large, small = raise_near(town), raise_far(town)
    order = alerts_of(sent(town, post))
    last = len(order) - order[::-1].index(small)
    assert last == 2 * SMALL  # as many of the other in between as it has itself
    assert order.count(large) == LARGE


def test_amber_overtakes_whatever_is_going(town: Town, post: PostOffice) -> None:
    crowd(town)
    far_crowd(town)
    large = raise_near(town)
    list(sent(town, post, 3))
    amber = raise_far(town, Tier.AMBER)
    order = alerts_of(sent(town, post))
    assert order == [amber] * SMALL + [large] * (LARGE - 3)


@pytest.mark.parametrize("reason", [EndReason.FOUND, EndReason.EXPIRED])
def test_an_end_goes_before_what_is_new_and_behind_amber(
    town: Town, post: PostOffice, reason: EndReason
) -> None:
    crowd(town, 2)
    far_crowd(town, 2)
    over = raise_far(town)
    list(sent(town, post))
    new = raise_near(town)
    town.end(over, reason)
    post.settle(over)
    amber = raise_near(town, Tier.AMBER)
    order = alerts_of(sent(town, post))
    assert [alert_id for alert_id, _ in groupby(order)] == [amber, over, new]


def test_what_makes_no_sound_goes_last(town: Town, post: PostOffice) -> None:
    crowd(town, 2)
    amber = raise_near(town, Tier.AMBER)
    list(sent(town, post))
    town.revise(amber, material=False, visible=True)
    town.plan(amber)
    new = raise_near(town)
    order = list(sent(town, post))
    assert order == [(new, WaveKind.ALERT)] * 2 + [(amber, WaveKind.UPDATE)] * 2


def test_an_exercise_never_overtakes_a_real_alert(town: Town, post: PostOffice) -> None:
    for _ in range(4):
        town.person(tester=True)
    drill = town.alert(tier=Tier.AMBER, exercise=True)
    town.plan(drill)
    real = raise_near(town, Tier.ENDANGERED)
    assert alerts_of(sent(town, post)) == [drill, real, drill, real]
    town.end(drill)
    post.settle(drill)
    over = raise_near(town)
    assert alerts_of(sent(town, post)) == [drill, over, drill, over]


def test_what_quiet_hours_held_takes_its_turn_in_the_morning(town: Town, post: PostOffice) -> None:
    """However large the part of its wave was that went out in the evening."""
    crowd(town, 4)
    for _ in range(4):
        town.person(quiet_hours=NIGHT)
    held = raise_near(town)
    list(sent(town, post))
    town.clock.move_on(hours=8)
    far_crowd(town, 2)
    new = raise_far(town)
    assert alerts_of(sent(town, post)) == [held, new, held, new]


def test_each_channel_has_turns_of_its_own(town: Town) -> None:
    """A queue is of one channel: those of another, before it in the wave, don't count."""
    for _ in range(5):
        town.person(phones=[Channel.FCM, Channel.CONSOLE])
    raise_near(town)
    with town.store.read() as session:
        rows = session.execute(select(Batch.channel, Batch.turn).order_by(Batch.id))
        found = [(str(channel), turn) for channel, turn in rows]
    assert found == [(name, turn) for name in ("console", "fcm") for turn in range(3)]


def test_what_follows_takes_turns_too(town: Town) -> None:
    crowd(town, 3)
    alert_id = raise_near(town)
    answer_all(town)
    town.revise(alert_id)
    town.plan(alert_id)
    assert [batch.turn for batch in town.batches()] == [0, 1, 2] * 2
