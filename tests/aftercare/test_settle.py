"""Do exactly those who were told hear that it is over, once, whatever their night?"""

import pytest

from alerts.aftercare.settle import unsettled
from alerts.alert import EndReason, Tier, WaveKind
from alerts.push import Outcome
from alerts.store.alerts import Alert
from alerts.store.subscribers import Channel, Device
from alerts.store.waves import BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

ASLEEP_AT_NOON = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}


@pytest.fixture
def told(town: Town, post: PostOffice) -> int:
    """An alert that reached three people."""
    for _ in range(3):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    return alert_id


def is_settled(town: Town, alert_id: int) -> bool:
    with town.store.read() as session:
        settled_at = session.get_one(Alert, alert_id).settled_at
        assert (alert_id in unsettled(session)) is (settled_at is None)
        return settled_at is not None


@pytest.mark.parametrize(
    ("reason", "kind", "is_silent"),
    [
        (EndReason.FOUND, WaveKind.ALL_CLEAR, False),
        (EndReason.CANCELLED, WaveKind.ALL_CLEAR, False),
        (EndReason.RECALLED, WaveKind.ALL_CLEAR, False),
        (EndReason.EXPIRED, WaveKind.TAKEDOWN, True),
    ],
)
def test_each_end_goes_to_the_told_and_expiry_without_a_sound(
    town: Town,
    post: PostOffice,
    told: int,
    reason: EndReason,
    kind: WaveKind,
    is_silent: bool,
) -> None:
    town.end(told, reason)
    assert post.settle(told) == 3
    assert is_settled(town, told)
    [wave] = [wave for wave in town.waves(told) if wave.kind is kind]
    assert (wave.silent, wave.priority) == (is_silent, 1)
    post.send()
    assert post.channel.devices(kind) == post.channel.devices("alert")
    assert post.channel.last().silent is is_silent


def test_settling_again_tells_nobody_again(town: Town, post: PostOffice, told: int) -> None:
    town.end(told)
    assert [post.settle(told), post.settle(told)] == [3, 0]
    assert len(town.waves(told)) == 2


def test_an_active_alert_isnt_settled(town: Town, post: PostOffice, told: int) -> None:
    assert post.settle(told) == 0
    with town.store.read() as session:
        assert unsettled(session) == []


def test_an_alert_that_nobody_was_told_of_ends_without_a_word(town: Town, post: PostOffice) -> None:
    town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    town.end(alert_id)
    assert post.settle(alert_id) == 0
    assert is_settled(town, alert_id)
    assert [wave.kind for wave in town.waves(alert_id)] == [WaveKind.ALERT]
    assert list(post.outcomes().values()) == [Outcome.ENDED]


def test_a_batch_left_in_flight_by_a_dead_sender_counts_as_told(
    town: Town, post: PostOffice, told: int
) -> None:
    with town.store.begin() as session:
        batch = session.merge(town.batches()[0])
        batch.outcomes = bytes([Outcome.SENT, Outcome.IN_FLIGHT, Outcome.PENDING])
        batch.state, batch.lease_until = BatchState.READY, town.clock()
    town.end(told)
    assert post.settle(told) == 2
    expected = [Outcome.SENT, Outcome.UNKNOWN, Outcome.ENDED]
    assert list(town.batches()[0].outcomes) == expected
    assert is_settled(town, told)


def test_a_batch_in_a_living_senders_hands_is_left_to_it(
    town: Town, post: PostOffice, told: int
) -> None:
    with town.store.begin() as session:
        batch = session.merge(town.batches()[0])
        batch.outcomes = bytes([Outcome.SENT, Outcome.IN_FLIGHT, Outcome.PENDING])
        batch.state, batch.lease_until = BatchState.READY, town.clock.now.replace(second=1)
    town.end(told)
    assert post.settle(told) == 1
    assert not is_settled(town, told)
    town.clock.move_on(seconds=1)
    assert post.settle(told) == 1
    assert is_settled(town, told)


def test_a_parked_batch_is_closed_too(town: Town, post: PostOffice, told: int) -> None:
    with town.store.begin() as session:
        batch = session.merge(town.batches()[0])
        batch.state, batch.outcomes = BatchState.PARKED, bytes([Outcome.SENT, 0, 0])
    town.end(told)
    assert post.settle(told) == 1
    assert town.batches()[0].state is BatchState.DONE


@pytest.mark.parametrize(
    "outcome", [o for o in Outcome if o not in (Outcome.SENT, Outcome.UNKNOWN)]
)
def test_who_wasnt_reached_hears_nothing(
    town: Town, post: PostOffice, told: int, outcome: Outcome
) -> None:
    with town.store.begin() as session:
        session.merge(town.batches()[0]).outcomes = bytes([Outcome.SENT, outcome, Outcome.UNKNOWN])
    town.end(told)
    assert post.settle(told) == 2
    assert town.batches()[0].devices()[1] not in town.batches()[1].devices()


def test_by_night_an_end_comes_at_once_without_a_sound(town: Town, post: PostOffice) -> None:
    town.person(quiet_hours=ASLEEP_AT_NOON)
    town.person()
    town.clock.move_on(hours=-8)
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    post.send()
    town.clock.move_on(hours=8)
    town.end(alert_id)
    post.settle(alert_id)
    ends = town.batches()[-2:]
    assert [(b.not_before, b.silent) for b in ends] == [
        (town.clock(), False),
        (town.clock(), True),
    ]
    post.send()
    assert len(post.channel.devices("all_clear")) == 2


def test_the_end_comes_on_each_phone_that_was_told_and_on_no_new_one(
    town: Town, post: PostOffice
) -> None:
    ana = town.person(phones=[Channel.FCM, Channel.FCM])
    alert_id = town.alert()
    town.plan(alert_id)
    post.send()
    first, second = post.phones(ana)
    town.phone(ana, "new")
    with town.store.begin() as session:
        session.get_one(Device, second).ended_at = town.clock()
    town.end(alert_id)
    assert post.settle(alert_id) == 1
    post.send()
    assert post.channel.devices("all_clear") == [first]


def test_who_was_told_by_an_update_only_hears_the_end_once(
    town: Town, post: PostOffice, told: int
) -> None:
    town.revise(told)
    town.plan(told)
    post.send()
    town.end(told)
    assert post.settle(told) == 3


def test_an_exercise_ends_for_its_testers(town: Town, post: PostOffice) -> None:
    tester = town.person(tester=True)
    town.person()
    alert_id = town.alert(exercise=True)
    town.plan(alert_id)
    post.send()
    town.end(alert_id)
    assert post.settle(alert_id) == 1
    post.send()
    assert post.channel.devices("all_clear") == post.phones(tester)
    assert "EXERCISE" in post.channel.last().title
