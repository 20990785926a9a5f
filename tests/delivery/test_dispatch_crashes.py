"""What if the machine dies while sending? Nobody is lost, only who is in doubt is told twice."""

from datetime import timedelta
from uuid import UUID

import pytest

from alerts.delivery.said import Said
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome
from alerts.store.alerts import Alert
from alerts.store.batches import claim
from alerts.store.waves import BatchState
from tests.audience.post_office import LEASE, PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

SENT, PENDING, IN_FLIGHT = Outcome.SENT, Outcome.PENDING, Outcome.IN_FLIGHT


class PowerCut(BaseException):
    """The process is no more."""


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert for five people."""
    for _ in range(5):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


@pytest.fixture
def crashed(town: Town, post: PostOffice, alert_id: int) -> list[int]:
    """The machine died just after the channel took the second of three chunks; its devices."""

    def cut(*_: object) -> None:
        if len(post.channel.chunks) == 2:
            raise PowerCut

    post.channel.after = cut
    with pytest.raises(PowerCut):
        post.send()
    post.channel.after = lambda *_: None
    return [int(device) for device in town.batches()[0].devices()]


def outcomes(town: Town) -> list[int]:
    return list(town.batches()[0].outcomes)


def test_a_crash_leaves_in_doubt_what_the_channel_had_and_nothing_else(
    town: Town, crashed: list[int]
) -> None:
    assert outcomes(town) == [SENT, SENT, IN_FLIGHT, IN_FLIGHT, PENDING]
    assert town.batches()[0].state is BatchState.READY


def test_nobody_else_takes_the_batch_until_the_lease_is_over(
    town: Town, post: PostOffice, crashed: list[int]
) -> None:
    town.clock.now += LEASE - timedelta(seconds=1)
    assert post.send() == 0


def test_after_the_lease_only_those_in_doubt_are_told_again_and_once(
    town: Town, post: PostOffice, crashed: list[int]
) -> None:
    town.clock.now += LEASE
    post.send()
    assert [post.channel.times()[device] for device in crashed] == [1, 1, 2, 2, 1]
    assert outcomes(town) == [SENT] * 5
    assert post.states() == [BatchState.DONE]


def test_a_crash_before_the_channel_took_the_chunk_loses_nobody(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    def cut(*_: object) -> None:
        raise PowerCut

    post.channel.before = cut
    with pytest.raises(PowerCut):
        post.send()
    post.channel.before = lambda *_: None
    town.clock.now += LEASE
    post.send()
    assert set(post.channel.times().values()) == {1}
    assert outcomes(town) == [SENT] * 5


class TestTheAlertEndsBeforeTheyAreToldAgain:
    """Who may have been told must hear the end."""

    def hear_the_end(self, town: Town, post: PostOffice, alert_id: int) -> list[int]:
        while post.settle(alert_id) or post.send():
            town.clock.move_on(seconds=1)
        with town.store.read() as session:
            assert session.get_one(Alert, alert_id).settled_at is not None
        return post.channel.devices("all_clear")

    def test_while_the_lease_lives_they_are_waited_for(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        town.end(alert_id)
        assert post.settle(alert_id) == 2
        town.clock.now += LEASE
        assert self.hear_the_end(town, post, alert_id) == crashed[:4]
        assert outcomes(town) == [SENT, SENT, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.ENDED]

    def test_when_a_sender_takes_the_batch_first(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        town.end(alert_id)
        town.clock.now += LEASE
        post.send()
        assert self.hear_the_end(town, post, alert_id) == crashed[:4]

    def test_when_it_ends_between_claim_and_send(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        town.clock.now += LEASE
        claimed = post.claim(1)
        assert claimed is not None
        town.end(alert_id)
        post.dispatcher._send_chunks(claimed, Said(), post.channel)
        town.clock.now += LEASE
        assert self.hear_the_end(town, post, alert_id) == crashed[:4]

    def test_when_only_those_in_doubt_were_left(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        with town.store.begin() as session:
            batch = session.merge(town.batches()[0])
            batch.outcomes = bytes([SENT, SENT, IN_FLIGHT, IN_FLIGHT, SENT])
        town.clock.now += LEASE
        claimed = post.claim(1)
        assert claimed is not None
        town.end(alert_id)
        post.dispatcher._send_chunks(claimed, Said(), post.channel)
        town.clock.now += LEASE
        assert self.hear_the_end(town, post, alert_id) == crashed

    def test_when_the_channel_was_busy_meanwhile(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        busy = PushOutcome(outcome=PENDING, retry_after_s=30)
        post.channel.answers = dict.fromkeys(crashed, busy)
        town.clock.now += LEASE
        post.send()
        assert outcomes(town) == [SENT, SENT, IN_FLIGHT, IN_FLIGHT, PENDING]
        town.end(alert_id)
        post.channel.answers = {}
        assert self.hear_the_end(town, post, alert_id) == crashed[:4]

    def test_when_the_channel_broke_down_meanwhile(
        self, town: Town, post: PostOffice, alert_id: int, crashed: list[int]
    ) -> None:
        def refuse(*_: object) -> None:
            raise Misconfigured("the service account was revoked")

        post.channel.before = refuse
        town.clock.now += LEASE
        post.send()
        assert outcomes(town) == [SENT, SENT, IN_FLIGHT, IN_FLIGHT, PENDING]
        town.end(alert_id)
        post.settle(alert_id)
        post.channel.before = lambda *_: None
        town.clock.move_on(minutes=2)
        assert self.hear_the_end(town, post, alert_id) == crashed[:4]


def test_who_lost_the_lease_while_sending_records_nothing_over_the_other(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    """A sender that was asleep for longer than its lease wakes up."""
    taken_by: list[UUID | None] = []

    def sleep(*_: object) -> None:
        if not taken_by:
            town.clock.now += LEASE
            with town.store.begin() as session:
                taken_by.append(claim(session, 1, town.clock(), town.clock() + LEASE))

    post.channel.after = sleep
    post.send()
    [batch] = town.batches()
    assert batch.lease_owner == taken_by[0] is not None
    assert list(batch.outcomes) == [IN_FLIGHT, IN_FLIGHT, PENDING, PENDING, PENDING]
    assert post.channel.chunks == [2]  # it noticed before its next chunk
    town.clock.now += LEASE
    post.send()
    assert outcomes(town) == [SENT] * 5
    assert sorted(post.channel.times().values()) == [1, 1, 1, 2, 2]


def test_who_lost_the_lease_at_the_last_chunk_doesnt_finish_it_either(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    def sleep(*_: object) -> None:
        if len(post.channel.chunks) == 3:
            town.clock.now += LEASE
            with town.store.begin() as session:
                assert claim(session, 1, town.clock(), town.clock() + LEASE)

    post.channel.after = sleep
    post.send()
    assert post.states() == [BatchState.READY]
    assert outcomes(town) == [SENT, SENT, SENT, SENT, IN_FLIGHT]
