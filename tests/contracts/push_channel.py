"""What must every push channel do? Subclass `PushChannelContract` with a `channel` fixture.

A channel that goes over a network subclasses `NetworkChannelContract`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from alerts.alert import Tier, WaveKind
from alerts.delivery.retry import FIRST_RETRY_S
from alerts.errors import Refused
from alerts.push import Outcome, PushChannel, PushMessage, PushOutcome, PushTarget

ALERT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def message(**changes: object) -> PushMessage:
    """Make an alert for a fictional child, changed as told."""
    return PushMessage(
        alert_id=ALERT_ID,
        revision=3,
        kind=WaveKind.ALERT,
        tier=Tier.AMBER,
        language="en-US",
        title="AMBER Alert: Robin Example, 9",
        body="Last seen near Marquette. Do not approach. Call 911.",
        link="https://alerts.example/alerts/1",
        image_url="https://alerts.example/photos/1.jpg",
        call_label="Call Marquette Police",
        call_tel="+19065550100",
        see_label="See the poster",
        ttl_s=86_400,
    ).model_copy(update=changes)


def outcomes(answers: Sequence[PushOutcome]) -> list[Outcome]:
    """Return just how it went."""
    return [answer.outcome for answer in answers]


class PushChannelContract:
    """The tests; `target` makes the address of one device."""

    def target(self, device_id: int) -> PushTarget:
        raise NotImplementedError

    @pytest.fixture
    def spare_channel(self, channel: PushChannel) -> PushChannel:
        """A channel that a test may close: another one, if `channel` is shared."""
        return channel

    def test_no_targets_give_no_outcomes(self, channel: PushChannel) -> None:
        assert list(channel.send(message(), [])) == []

    def test_each_target_has_one_outcome(self, channel: PushChannel) -> None:
        answers = channel.send(message(), [self.target(i) for i in range(7)])
        assert outcomes(answers) == [Outcome.SENT] * 7

    def test_a_whole_batch_of_500_goes_out(self, channel: PushChannel) -> None:
        answers = channel.send(message(), [self.target(i) for i in range(500)])
        assert outcomes(answers) == [Outcome.SENT] * 500

    @pytest.mark.parametrize("kind", WaveKind)
    @pytest.mark.parametrize("silent", [False, True])
    def test_every_kind_of_wave_goes_out(
        self, channel: PushChannel, kind: WaveKind, silent: bool
    ) -> None:
        answers = channel.send(message(kind=kind, silent=silent), [self.target(1)])
        assert outcomes(answers) == [Outcome.SENT]

    @pytest.mark.parametrize(
        "title", ["", "子供が行方不明", "مفقود", "👧🏽 missing", "a\nb\x1b[2J\x00"]
    )
    def test_any_script_and_any_character_goes_out(self, channel: PushChannel, title: str) -> None:
        answers = channel.send(message(title=title, body=title * 20), [self.target(1)])
        assert outcomes(answers) == [Outcome.SENT]

    def test_bare_messages_go_out(self, channel: PushChannel) -> None:
        bare = message(image_url=None, call_label=None, call_tel=None, see_label=None, ttl_s=0)
        assert outcomes(channel.send(bare, [self.target(1)])) == [Outcome.SENT]

    @pytest.mark.parametrize("body", ["x" * 4097, "子" * 1366])
    def test_a_message_over_the_limit_is_refused(self, channel: PushChannel, body: str) -> None:
        with pytest.raises(Refused, match="bytes") as refusal:
            channel.send(message(body=body), [self.target(1)])
        assert "Robin" not in str(refusal.value)

    def test_sending_again_is_allowed(self, channel: PushChannel) -> None:
        for _ in range(2):
            assert outcomes(channel.send(message(), [self.target(1)])) == [Outcome.SENT]

    def test_several_threads_may_send_at_once(self, channel: PushChannel) -> None:
        targets = [self.target(i) for i in range(20)]
        with ThreadPoolExecutor(8) as pool:
            sent = list(pool.map(lambda _: channel.send(message(), targets), range(16)))
        assert [outcomes(answers) for answers in sent] == [[Outcome.SENT] * 20] * 16

    def test_targets_may_be_any_sequence(self, channel: PushChannel) -> None:
        targets = (self.target(1), self.target(2))
        assert outcomes(channel.send(message(), targets)) == [Outcome.SENT] * 2

    def test_closing_twice_is_harmless(self, spare_channel: PushChannel) -> None:
        assert outcomes(spare_channel.send(message(), [self.target(1)])) == [Outcome.SENT]
        spare_channel.close()
        spare_channel.close()

    def test_closing_before_anything_was_sent_is_harmless(self, spare_channel: PushChannel) -> None:
        spare_channel.close()

    def test_it_says_how_many_threads_it_can_use(self, channel: PushChannel) -> None:
        assert channel.threads >= 1

    def test_it_has_a_name(self, channel: PushChannel) -> None:
        assert channel.name


class NetworkChannelContract(PushChannelContract):
    """The tests for a channel with a push service behind it, whose answers can be scripted."""

    def gone_target(self, device_id: int) -> PushTarget:
        """Make the address of a device that is no more."""
        raise NotImplementedError

    def busy_target(self, device_id: int) -> PushTarget:
        """Make the address of a device for which the service is busy the first time."""
        raise NotImplementedError

    def lose_next_answers(self, times: int) -> None:
        """Let the service take the next messages without an answer."""
        raise NotImplementedError

    def test_answers_keep_the_order_of_mixed_targets(self, channel: PushChannel) -> None:
        kinds = [self.target, self.gone_target, self.busy_target]
        expected = [Outcome.SENT, Outcome.GONE, Outcome.PENDING]
        order = [i % 3 for i in range(30)] + [0, 0, 1, 1, 2, 2]
        targets = [kinds[kind](1_000 + i) for i, kind in enumerate(order)]
        assert outcomes(channel.send(message(), targets)) == [expected[kind] for kind in order]

    def test_a_busy_service_says_when_to_come_back(self, channel: PushChannel) -> None:
        (busy,) = channel.send(message(), [self.busy_target(2_000)])
        assert busy.retry_after_s is not None
        assert busy.retry_after_s > 0
        assert busy.reason

    def test_a_lost_answer_is_in_flight_for_some_time(self, channel: PushChannel) -> None:
        self.lose_next_answers(1)
        (answer,) = channel.send(message(), [self.target(1)])
        assert answer.outcome is Outcome.IN_FLIGHT
        assert answer.retry_after_s is not None
        assert answer.retry_after_s >= FIRST_RETRY_S
        assert answer.reason

    def test_only_lost_answers_are_in_flight(self, channel: PushChannel) -> None:
        self.lose_next_answers(1)
        answers = [channel.send(message(), [self.target(i)])[0].outcome for i in range(3)]
        assert answers == [Outcome.IN_FLIGHT, Outcome.SENT, Outcome.SENT]

    def test_no_address_is_in_a_reason(self, channel: PushChannel) -> None:
        targets = [self.gone_target(3_000), self.busy_target(3_000), self.target(3_000)]
        self.lose_next_answers(1)
        answers = channel.send(message(), targets)
        for target in targets:
            assert not [a for a in answers if target.address in a.reason]
