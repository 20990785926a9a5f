"""Does every device of a wave stand in exactly one place, and is it the right one?"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from alerts.alert import Tier
from alerts.audience import vanguard
from alerts.audience.make_wave import WavePolicy
from alerts.delivery.progress import Counting, Wait
from alerts.push import Outcome, PushOutcome
from alerts.store.alerts import newest_revision
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.delivery.progress.looks import change, progress
from tests.fakes.clock import NOON

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
EIGHT = timedelta(hours=8)  # until it is over


def alerted(town: Town, people: int = 6, batch_size: int = 2) -> int:
    town.policy = WavePolicy(batch_size=batch_size, weekly_cap=3)
    for _ in range(people):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


def test_what_was_just_made_is_queued(town: Town) -> None:
    alert_id = alerted(town)
    [one] = progress(town, alert_id)
    assert (one.total.queued, one.total.devices, one.total.final, one.share) == (6, 6, 0, 0.0)
    assert (one.is_over, one.is_on_its_way, one.started_at, one.finished_at) == (
        (False, True, None, None)
    )
    assert (one.per_s, one.ends_at) == (None, None)


def test_what_was_sent_is_sent_and_the_telling_is_over(town: Town, post: PostOffice) -> None:
    alert_id = alerted(town)
    made_at = town.clock()
    town.clock.move_on(seconds=3)
    post.send()
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.devices, one.share) == (6, 6, 1.0)
    assert (one.is_over, one.is_on_its_way) == (True, False)
    assert (one.started_at, one.finished_at) == (made_at, town.clock())
    assert (one.per_s, one.ends_at) == (2.0, None)


def test_whoever_sleeps_is_held_and_comes_last(town: Town, post: PostOffice) -> None:
    town.person()
    for _ in range(3):
        town.person(quiet_hours=NIGHT)
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    post.send()
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.held, one.total.queued) == (1, 3, 0)
    assert (one.is_on_its_way, one.ends_at) == (True, NOON + EIGHT)
    assert one.waits == ()


@pytest.mark.parametrize("outcome", [o for o in Outcome if o > Outcome.SENT])
def test_each_outcome_has_its_place(town: Town, outcome: Outcome) -> None:
    alert_id = alerted(town, 2)
    change(town, 0, outcomes=bytes([Outcome.SENT, outcome]), attempts=1)
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.devices) == (1, 2)
    if outcome is Outcome.IN_FLIGHT:
        assert (one.total.in_flight, dict(one.total.failed), one.share) == (1, {}, 0.5)
    else:
        assert (dict(one.total.failed), one.share) == ({outcome.name.lower(): 1}, 1.0)


def test_what_the_channel_refuses_for_now_waits_and_says_why(town: Town, post: PostOffice) -> None:
    alert_id = alerted(town, 4)
    later = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE")
    waiting = town.batches()[1]
    post.channel.answers = dict.fromkeys(waiting.devices().tolist(), later)
    post.send()
    [one] = progress(town, alert_id)
    assert (one.total.sent, one.total.queued, one.total.held) == (2, 2, 0)
    assert one.waits == (Wait(channel="fcm", why="UNAVAILABLE", devices=2),)
    assert one.ends_at is not None or one.per_s is None


def test_a_parked_batch_waits_for_a_person_and_is_not_on_its_way(town: Town) -> None:
    alert_id = alerted(town, 4)
    change(town, 0, state=BatchState.PARKED, last_error="too large", attempts=1)
    change(
        town,
        1,
        state=BatchState.DONE,
        outcomes=bytes([Outcome.SENT, Outcome.GONE]),
        done_at=town.clock(),
        attempts=1,
    )
    [one] = progress(town, alert_id)
    assert (one.total.parked, one.total.sent, one.total.queued) == (2, 1, 0)
    assert one.parked == (Wait(channel="fcm", why="too large", devices=2),)
    assert (one.is_over, one.is_on_its_way, one.share) == (False, False, 0.5)


def test_codes_and_repeats_are_added_up(town: Town) -> None:
    alert_id = alerted(town, 4)
    change(town, 0, reasons={"UNREGISTERED": 1}, repeats=2)
    change(town, 1, reasons={"UNREGISTERED": 1, "SENDER_ID_MISMATCH": 1}, repeats=1)
    [one] = progress(town, alert_id)
    assert dict(one.total.reasons) == {"SENDER_ID_MISMATCH": 1, "UNREGISTERED": 2}
    assert one.total.repeats == 3


def test_each_channel_has_its_figures(town: Town, post: PostOffice) -> None:
    for _ in range(2):
        town.person(phones=(Channel.FCM, Channel.CONSOLE))
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()  # there is no console
    [one] = progress(town, alert_id)
    assert {c: (f.sent, f.queued) for c, f in one.channels.items()} == {
        "fcm": (2, 0),
        "console": (0, 2),
    }
    assert (one.total.sent, one.total.queued) == (2, 2)
    assert [wait.channel for wait in one.waits] == ["console"]


def test_the_pace_is_of_the_last_ten_seconds(town: Town) -> None:
    alert_id = alerted(town, 8)
    made_at = town.clock()
    for number, after_s in enumerate((1, 11, 14)):
        change(
            town,
            number,
            state=BatchState.DONE,
            outcomes=bytes([Outcome.SENT] * 2),
            done_at=made_at + timedelta(seconds=after_s),
            attempts=1,
        )
    town.clock.move_on(seconds=15)
    [one] = progress(town, alert_id)
    assert one.per_s == 0.4
    assert one.ends_at == town.clock() + timedelta(seconds=5)
    town.clock.move_on(seconds=60)
    [one] = progress(town, alert_id)
    assert (one.per_s, one.ends_at) == (None, None)


def test_what_is_over_is_read_once_and_never_again(town: Town, post: PostOffice) -> None:
    first, second = alerted(town), town.alert()
    post.send()
    town.plan(second)
    counting = Counting()
    before = progress(town, first, counting), progress(town, second, counting)
    assert counting.remembered == 1
    with town.store.begin() as session:
        session.execute(update(Batch).values(outcomes=b"", size=0))
    assert progress(town, first, counting) == before[0]
    assert progress(town, second, counting) != before[1]


def test_what_a_person_puts_back_is_seen(town: Town) -> None:
    alert_id = alerted(town, 4)
    sent, refused = bytes([Outcome.SENT] * 2), bytes([Outcome.SENT, Outcome.REFUSED])
    done = {"state": BatchState.DONE, "attempts": 1, "done_at": town.clock()}
    change(town, 0, outcomes=sent, **done)
    change(town, 1, outcomes=refused, **done)
    counting = Counting()
    for _ in range(2):
        [one] = progress(town, alert_id, counting)
        assert (one.is_over, one.total.sent, one.total.failed) == (True, 3, {"refused": 1})
    assert counting.remembered == 1
    again = bytes([Outcome.SENT, Outcome.PENDING])
    change(town, 1, outcomes=again, state=BatchState.READY, done_at=None)
    [one] = progress(town, alert_id, counting)
    assert (one.is_over, one.total.sent, one.total.queued) == (False, 3, 1)
    change(town, 1, outcomes=sent, **done)
    [one] = progress(town, alert_id, counting)
    assert (one.is_over, one.total.sent, one.total.failed) == (True, 4, {})


def test_a_wave_whose_vanguard_is_done_isnt_over(
    town: Town, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vanguard, "MANY", 2)
    town.policy = WavePolicy(batch_size=2, weekly_cap=3)
    for _ in range(6):
        town.person()
    alert_id, counting = town.alert(), Counting()
    with town.store.begin() as session:
        live = newest_revision(session, alert_id)
        assert vanguard.send_ahead(session, town.index, live, town.clock(), town.policy)
    post.send()
    [one] = progress(town, alert_id, counting)
    assert 0 < one.total.devices < 6
    assert (one.is_over, one.is_on_its_way, one.total.final) == (False, True, one.total.devices)
    assert counting.remembered == 1
    town.plan(alert_id)
    [one] = progress(town, alert_id, counting)
    assert (one.is_over, one.total.devices) == (False, 6)
    post.send()
    [one] = progress(town, alert_id, counting)
    assert (one.is_over, one.total.sent) == (True, 6)


def test_only_so_many_are_remembered(town: Town, post: PostOffice) -> None:
    alerts = [alerted(town, 1), alerted(town, 1), alerted(town, 1)]
    post.send()
    counting = Counting(most_kept=2)
    for alert_id in alerts:
        progress(town, alert_id, counting)
    assert counting.remembered == 2


def test_a_wave_without_batches_is_over(town: Town) -> None:
    alert_id = alerted(town, 1)
    with town.store.begin() as session:
        session.execute(delete(Batch))
    counting = Counting()
    [one] = progress(town, alert_id, counting)
    assert (one.is_over, one.share, one.total.devices) == (True, 1.0, 0)
    assert counting.remembered == 0
