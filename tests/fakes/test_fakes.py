"""Do the fakes keep the contracts of what they stand for?"""

import pytest

from alerts.alert import WaveKind
from alerts.clock import Clock
from alerts.delivery.report import Sends
from alerts.push import Outcome, PushChannel, PushOutcome, PushTarget
from tests.contracts.push_channel import PushChannelContract, message
from tests.fakes.clock import NOON, StandingClock
from tests.fakes.push_channel import FakeChannel
from tests.fakes.sends import FakeSends


class TestFakeChannel(PushChannelContract):
    @pytest.fixture
    def channel(self) -> PushChannel:
        return FakeChannel()

    def target(self, device_id: int) -> PushTarget:
        return PushTarget(device_id=device_id, address=f"token-{device_id}", address_kind="token")

    def test_it_answers_as_told_and_remembers_who_was_pushed(self) -> None:
        channel = FakeChannel()
        channel.answers[2] = PushOutcome(outcome=Outcome.GONE)
        answers = channel.send(message(), [self.target(1), self.target(2)])
        assert [answer.outcome for answer in answers] == [Outcome.SENT, Outcome.GONE]
        assert channel.devices() == [1]
        assert channel.devices(WaveKind.ALL_CLEAR) == []

    def test_what_goes_wrong_before_leaves_nobody_pushed(self) -> None:
        channel = FakeChannel()

        def break_down(*_: object) -> None:
            raise OSError("the cable is out")

        channel.before = break_down
        with pytest.raises(OSError, match="cable"):
            channel.send(message(), [self.target(1)])
        assert not channel.pushed
        channel.before, channel.after = channel.after, break_down
        with pytest.raises(OSError, match="cable"):
            channel.send(message(), [self.target(1)])
        assert channel.times()[1] == 1


def test_the_clock_stands_until_it_is_moved() -> None:
    standing = StandingClock()
    clock: Clock = standing
    assert clock() == clock() == NOON
    standing.move_on(hours=1)
    assert (clock() - NOON).total_seconds() == 3600


def test_what_the_dispatcher_reports_is_remembered() -> None:
    fake = FakeSends()
    sends: Sends = fake
    sends.count("fcm", WaveKind.ALERT, [PushOutcome(outcome=Outcome.SENT)] * 2)
    sends.first_push(NOON, NOON)
    sends.channel_down("fcm", "no credential")
    sends.parked("fcm", 7, "too large")
    assert fake.outcomes == {Outcome.SENT: 2}
    assert (fake.first_pushes, fake.down, fake.parked_batches) == ([0.0], ["no credential"], [7])
