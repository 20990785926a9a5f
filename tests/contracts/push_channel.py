"""What must every push channel do? Subclass `PushChannelContract` with a `channel` fixture."""

from collections.abc import Sequence

import pytest

from alerts.alert import Tier, WaveKind
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

    def test_it_has_a_name(self, channel: PushChannel) -> None:
        assert channel.name
