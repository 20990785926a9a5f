"""Does a channel that refuses or fails lose nobody, and does somebody hear of it?"""

from datetime import timedelta

import pytest

from alerts.delivery.compose import END_TTL
from alerts.push import Outcome, PushOutcome, PushTarget
from alerts.store.batches import stuck
from alerts.store.subscribers import Device
from alerts.store.waves import BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

REFUSED = PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT")
GONE = PushOutcome(outcome=Outcome.GONE, reason="UNREGISTERED")
DOWN = PushOutcome(outcome=Outcome.PENDING, retry_after_s=30, reason="UNAVAILABLE")


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert for five people, in one batch of three chunks."""
    for _ in range(5):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


@pytest.fixture
def devices(town: Town, alert_id: int) -> list[int]:
    """Their phones, in the batch's order."""
    return [int(device) for device in town.batches()[0].devices()]


def wrong(town: Town) -> list[tuple[str, str, int]]:
    with town.store.read() as session:
        return list(stuck(session))


class TestAWholeChunkIsRefused:
    @pytest.fixture
    def parked(self, town: Town, post: PostOffice, devices: list[int]) -> None:
        """The channel didn't want the message."""
        post.channel.answers = dict.fromkeys(devices, REFUSED)
        post.send()

    def test_the_batch_is_parked_and_nobody_lost(
        self, town: Town, post: PostOffice, parked: None
    ) -> None:
        [batch] = town.batches()
        assert batch.state is BatchState.PARKED
        assert list(batch.outcomes) == [Outcome.PENDING] * 5
        assert post.channel.chunks == [2]
        assert post.sends.parked_batches == [batch.id]
        [(channel, why, count)] = wrong(town)
        assert (channel, count) == ("fcm", 1)
        assert "INVALID_ARGUMENT" in why

    def test_a_corrected_revision_is_sent_to_all(
        self, town: Town, post: PostOffice, parked: None, alert_id: int, devices: list[int]
    ) -> None:
        post.channel.answers = {}
        assert post.send() == 0
        town.revise(alert_id, material=False)
        assert town.plan(alert_id) == 5
        assert wrong(town) == []
        post.send()
        assert post.channel.devices("alert") == devices
        assert {message.revision for message, _ in post.channel.pushed} == {2}
        assert post.states() == [BatchState.DONE]


def test_a_few_that_are_refused_stay_refused(
    town: Town, post: PostOffice, devices: list[int]
) -> None:
    post.channel.answers = {devices[0]: REFUSED, devices[4]: REFUSED}  # the last chunk is it alone
    post.send()
    [batch] = town.batches()
    expected = [Outcome.REFUSED, *[Outcome.SENT] * 3, Outcome.REFUSED]
    assert (batch.state, list(batch.outcomes)) == (BatchState.DONE, expected)


def test_an_alert_that_isnt_pushed_any_more_leaves_parked_what_is_parked(
    town: Town, post: PostOffice, alert_id: int, devices: list[int]
) -> None:
    post.channel.answers = dict.fromkeys(devices, REFUSED)
    post.send()
    town.end(alert_id)
    town.plan(alert_id)
    assert post.states() == [BatchState.PARKED]


class TestAChannelFails:
    def test_for_all_and_the_reason_is_kept_until_something_is_sent(
        self, town: Town, post: PostOffice, devices: list[int]
    ) -> None:
        post.channel.answers = dict.fromkeys(devices, DOWN)
        for _ in range(3):
            post.send()
            assert wrong(town) == [("fcm", "UNAVAILABLE", 1)]
            town.clock.now = town.batches()[0].not_before
        del post.channel.answers[devices[0]]
        post.send()
        assert wrong(town) == []
        assert town.batches()[0].state is BatchState.READY

    def test_for_some_and_nothing_is_wrong(
        self, town: Town, post: PostOffice, devices: list[int]
    ) -> None:
        post.channel.answers = {devices[0]: DOWN}
        post.send()
        assert town.batches()[0].last_error is None


def test_a_phone_is_ended_only_once_it_is_written_that_it_is_gone(
    town: Town, post: PostOffice, devices: list[int]
) -> None:
    """Else a crash between the two would leave it in doubt, and ended."""
    post.channel.answers[devices[0]] = GONE
    seen: list[tuple[int, bool]] = []

    def look(_: object, targets: object) -> None:
        with town.store.read() as session:
            ended = session.get_one(Device, devices[0]).ended_at is not None
        seen.append((town.batches()[0].outcomes[0], ended))

    post.channel.before = look
    post.send()
    in_flight, gone = int(Outcome.IN_FLIGHT), int(Outcome.GONE)
    assert seen == [(in_flight, False), (gone, True), (gone, True)]


def test_a_phone_that_is_gone_in_the_last_chunk_is_ended_too(
    town: Town, post: PostOffice, devices: list[int]
) -> None:
    post.channel.answers[devices[4]] = GONE
    post.send()
    with town.store.read() as session:
        assert session.get_one(Device, devices[4]).ended_reason == "channel_says_gone"


def test_a_sender_that_lost_its_lease_ends_no_phone(
    town: Town, post: PostOffice, devices: list[int]
) -> None:
    post.channel.answers = dict.fromkeys(devices[4:], GONE)

    def lose(_: object, targets: list[PushTarget]) -> None:
        if len(post.channel.chunks) == 3:
            with town.store.begin() as session:
                session.merge(town.batches()[0]).lease_owner = None

    post.channel.after = lose  # type: ignore[assignment]
    post.send()
    with town.store.read() as session:
        assert session.get_one(Device, devices[4]).ended_at is None


def test_the_word_that_it_is_over_is_given_up_after_four_weeks(
    town: Town, post: PostOffice, alert_id: int, devices: list[int]
) -> None:
    post.send()
    town.end(alert_id)
    post.settle(alert_id)
    post.channel.answers = dict.fromkeys(devices, DOWN) | {devices[0]: PushOutcome(outcome=1)}
    post.send()
    town.clock.now += END_TTL
    post.send()
    assert town.batches()[1].state is BatchState.READY
    town.clock.now += timedelta(hours=1)
    post.send()
    end = town.batches()[1]
    assert (end.state, list(end.outcomes)) == (
        BatchState.DONE,
        [Outcome.SENT, *[Outcome.GAVE_UP] * 4],
    )
    assert wrong(town) == []
