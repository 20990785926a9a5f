"""What happens between two steps of a sender: a revision, a slow chunk, a fault, a phone gone?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.audience.make_wave import WavePolicy
from alerts.delivery.dispatch import FRESH_FOR
from alerts.delivery.gate import OpenGate, Slot
from alerts.delivery.said import Said
from alerts.push import Outcome, PushMessage, PushOutcome, PushTarget
from alerts.store.subscribers import Device
from alerts.store.waves import Batch, BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

LATER = PushOutcome(outcome=Outcome.PENDING, retry_after_s=60, reason="BUSY")
LOST = PushOutcome(outcome=Outcome.IN_FLIGHT, retry_after_s=10, reason="TIMEOUT")


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert to five people, planned."""
    for _ in range(5):
        town.person()
    made = town.alert()
    town.plan(made)
    return made


class LateGate(OpenGate):
    """Gives room a moment later."""

    def reserve(self, *asked: object) -> Slot:
        slot = super().reserve(*asked)  # type: ignore[arg-type]
        assert slot is not None
        return replace(slot, starts_at=slot.starts_at + timedelta(seconds=0.2))


def test_a_revision_planned_while_a_chunk_waits_for_its_slot_tells_nobody_twice(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    revised: list[int] = []

    def revise(_: float) -> None:
        if not revised:
            revised.append(town.revise(alert_id))
            town.plan(alert_id)

    dispatcher = replace(post.dispatcher, gate=LateGate(), pause=revise)
    dispatcher.send_batch(town.batches()[0].id)
    post.send()
    post.send()
    assert len(post.channel.pushed) == 5
    assert set(post.channel.times().values()) == {1}
    first, *_ = town.batches()
    assert set(first.outcomes) == {Outcome.OVERTAKEN, Outcome.SENT}
    assert {message.revision for message, _ in post.channel.pushed} == {2}


def test_slow_devices_dont_keep_the_others_of_their_batch_waiting(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    slow = town.batches()[0].devices()[:2].tolist()
    post.channel.answers = dict.fromkeys(slow, LATER)

    def takes_long(_: PushMessage, targets: Sequence[PushTarget]) -> None:
        if targets[0].device_id in slow:
            town.clock.move_on(seconds=FRESH_FOR.total_seconds() + 4)

    post.channel.before = takes_long
    post.send()
    assert sorted(post.channel.devices()) == town.batches()[0].devices()[2:].tolist()
    [batch] = town.batches()
    assert batch.not_before >= town.clock() + timedelta(seconds=60)


def test_who_left_while_the_first_chunk_took_long_isnt_pushed(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    devices = town.batches()[0].devices().tolist()

    def takes_long(_: PushMessage, targets: Sequence[PushTarget]) -> None:
        if targets[0].device_id == devices[0]:
            town.clock.move_on(seconds=FRESH_FOR.total_seconds() + 1)
            with town.store.begin() as session:
                session.get_one(Device, devices[-1]).ended_at = town.clock()

    post.channel.before = takes_long
    post.send()
    assert post.channel.devices() == devices[:-1]
    assert post.outcomes()[devices[-1]] is Outcome.UNSUBSCRIBED


def test_a_phone_that_may_have_been_told_and_moves_hears_the_end(
    town: Town, post: PostOffice
) -> None:
    ana = town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    [phone] = post.phones(ana)
    post.channel.answers[phone] = LOST
    post.send()
    with town.store.begin() as session:
        session.get_one(Device, phone).ended_at = town.clock()
    town.clock.move_on(minutes=10)
    post.send()
    assert post.outcomes()[phone] is Outcome.UNKNOWN


def test_a_fault_of_the_channel_parks_the_batch_and_keeps_its_chunk_in_doubt(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("a bug")

    post.channel.before = fails
    post.send()
    [batch] = town.batches()
    assert batch.state is BatchState.PARKED
    assert batch.last_error == "the channel failed: ValueError"
    assert list(batch.outcomes) == [Outcome.IN_FLIGHT] * 2 + [Outcome.PENDING] * 3
    assert post.send() == 0


def test_a_lease_lost_while_a_batch_is_parked_is_no_error(town: Town, post: PostOffice) -> None:
    town.policy = WavePolicy(batch_size=5, weekly_cap=3)
    for _ in range(5):
        town.person()
    town.plan(town.alert())
    [batch] = town.batches()

    def lose_it(*_: object) -> None:
        with town.store.begin() as session:
            session.merge(batch).lease_owner = None
        raise ValueError("a bug")

    post.channel.before = lose_it
    assert post.dispatcher.send_batch(batch.id) is False


class TestAnUpdateBehindOlderWords:
    """A phone mustn't get the old text behind the new one."""

    def test_it_waits_until_they_have_landed(
        self, town: Town, post: PostOffice, alert_id: int
    ) -> None:
        first = town.batches()[0].id
        in_hand = post.claim(first)
        assert in_hand is not None
        with town.store.begin() as session:
            batch = session.get_one(Batch, first)
            batch.outcomes = bytes([Outcome.IN_FLIGHT]) * 5
        town.revise(alert_id)
        town.plan(alert_id)
        *_, update = town.batches()
        waited: list[float] = []

        def land(seconds: float) -> None:
            """The sender of the older words hears that all were taken, at the third look."""
            waited.append(seconds)
            if len(waited) == 3:
                assert not post.channel.pushed
                in_hand.outcomes[:] = Outcome.SENT
                post.dispatcher.book.finish(in_hand, Said(), at_once=False)

        replace(post.dispatcher, pause=land).send_batch(update.id)
        assert len(waited) == 3
        assert len(post.channel.devices("update")) == 5

    def test_batches_of_its_own_wave_dont_wait_for_each_other(
        self, town: Town, post: PostOffice
    ) -> None:
        town.policy = WavePolicy(batch_size=2, weekly_cap=3)
        for _ in range(4):
            town.person()
        alert_id = town.alert()
        town.plan(alert_id)
        post.send()
        town.revise(alert_id)
        town.plan(alert_id)
        *_, one, other = town.batches()
        assert post.claim(one.id) is not None
        waited: list[float] = []
        replace(post.dispatcher, pause=waited.append).send_batch(other.id)
        assert waited == []
        assert len(post.channel.devices("update")) == 2
