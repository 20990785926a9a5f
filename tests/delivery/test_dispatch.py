"""Is everybody in a batch told once, or is it written down why not?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete

from alerts.alert import EndReason, Tier
from alerts.audience.make_wave import WavePolicy
from alerts.delivery.give_back import CHANNEL_DOWN_RETRY_S
from alerts.errors import Misconfigured, Refused
from alerts.push import Outcome, PushOutcome
from alerts.store.alerts import Alert
from alerts.store.subscribers import Channel, Device, Subscriber, erase
from alerts.store.waves import BatchState
from geo.circle import circle_ground
from tests.audience.post_office import PostOffice
from tests.audience.town import AREA_M, CENTRE, FAR_AWAY, NEARBY_M, Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # the clock stands at noon
FAR = circle_ground(FAR_AWAY, NEARBY_M)


def planned(town: Town, people: int = 5, **how: object) -> int:
    """Raise an alert in a town of so many people, its waves made."""
    for _ in range(people):
        town.person()
    alert_id = town.alert(**how)  # type: ignore[arg-type]
    town.plan(alert_id)
    return alert_id


def void(_: object) -> None:
    """Let a lambda return nothing."""


def test_everybody_is_told_once_and_the_batch_is_done(town: Town, post: PostOffice) -> None:
    planned(town)
    assert post.send() == 1
    assert post.channel.times() == dict.fromkeys(post.outcomes(), 1)
    assert set(post.outcomes().values()) == {Outcome.SENT}
    assert post.channel.chunks == [2, 2, 1]
    [batch] = town.batches()
    assert (batch.state, batch.done_at, batch.lease_owner) == (BatchState.DONE, town.clock(), None)
    assert post.send() == 0


def test_senders_that_work_at_once_tell_nobody_twice(town: Town, post: PostOffice) -> None:
    town.policy = WavePolicy(batch_size=4, weekly_cap=3)
    planned(town, 24)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: post.send(), range(4)))
    assert post.channel.times() == dict.fromkeys(post.outcomes(), 1)
    assert len(post.outcomes()) == 24
    assert set(post.states()) == {BatchState.DONE}


def test_the_first_push_of_an_alert_is_timed_once(town: Town, post: PostOffice) -> None:
    town.policy = WavePolicy(batch_size=3, weekly_cap=3)
    alert_id = planned(town, 6)
    pushed_at = town.clock.move_on(seconds=2)
    post.send()
    assert post.sends.first_pushes == [2.0]
    assert post.sends.outcomes == {Outcome.SENT: 6}
    town.person()
    town.catch_up(alert_id)
    town.clock.move_on(hours=1)
    post.send()
    assert post.sends.first_pushes == [2.0]
    with town.store.read() as session:
        assert session.get_one(Alert, alert_id).first_push_at == pushed_at


class TestWhatTheChannelSays:
    def test_a_phone_that_is_gone_is_ended_and_no_other(self, town: Town, post: PostOffice) -> None:
        planned(town, 3)
        first, *others = town.batches()[0].devices().tolist()
        post.channel.answers[first] = PushOutcome(outcome=Outcome.GONE)
        post.send()
        with town.store.read() as session:
            assert session.get_one(Device, first).ended_reason == "channel_says_gone"
            assert [session.get_one(Device, other).ended_at for other in others] == [None, None]
        assert post.outcomes()[first] is Outcome.GONE
        assert set(post.channel.devices()) == set(others)

    def test_a_phone_that_registered_anew_meanwhile_isnt_ended(
        self, town: Town, post: PostOffice
    ) -> None:
        ana = town.person()
        planned(town, 0)
        phone = post.phones(ana)[0]
        post.channel.answers[phone] = PushOutcome(outcome=Outcome.GONE)
        post.channel.after = lambda *_: void(town.phone(ana))  # the same phone, a new token
        post.send()
        with town.store.read() as session:
            assert session.get_one(Device, phone).ended_at is None

    def test_again_later_is_not_before_the_channel_wishes(
        self, town: Town, post: PostOffice
    ) -> None:
        planned(town, 3)
        later, *told = town.batches()[0].devices().tolist()
        wish = PushOutcome(outcome=Outcome.PENDING, retry_after_s=120, reason="QUOTA")
        post.channel.answers[later] = wish
        post.send()
        [batch] = town.batches()
        assert batch.state is BatchState.READY
        assert batch.not_before >= town.clock() + timedelta(seconds=120)
        assert batch.lease_owner is None
        town.clock.now = batch.not_before - timedelta(seconds=1)
        assert post.send() == 0
        del post.channel.answers[later]
        town.clock.now = batch.not_before
        assert post.send() == 1
        assert post.channel.devices() == [*told, later]
        assert post.states() == [BatchState.DONE]

    def test_without_a_wish_the_waits_grow_from_ten_seconds(
        self, town: Town, post: PostOffice
    ) -> None:
        planned(town, 1)
        post.channel.answers[1] = PushOutcome(outcome=Outcome.PENDING)
        waits = []
        for _ in range(4):
            post.send()
            waits.append((town.batches()[0].not_before - town.clock()).total_seconds())
            town.clock.now = town.batches()[0].not_before
        assert [10 <= waits[0] <= 20, 20 <= waits[1] <= 40, 40 <= waits[2] <= 80] == [True] * 3

    @pytest.mark.parametrize("at_chunk", [0, 1])
    def test_wrong_credentials_put_the_batch_back_and_lose_nothing(
        self, town: Town, post: PostOffice, at_chunk: int
    ) -> None:
        planned(town)

        def refuse(*_: object) -> None:
            if len(post.channel.chunks) == at_chunk:
                raise Misconfigured("the service account was revoked")

        post.channel.before = refuse
        post.send()
        [batch] = town.batches()
        assert (batch.state, batch.lease_owner) == (BatchState.READY, None)
        assert batch.last_error == "the service account was revoked"
        assert batch.not_before == town.clock() + timedelta(seconds=CHANNEL_DOWN_RETRY_S)
        assert list(batch.outcomes).count(Outcome.PENDING) == 5 - 2 * at_chunk
        assert post.sends.down == ["the service account was revoked"]

        post.channel.before = lambda *_: None
        town.clock.now = batch.not_before
        post.send()
        assert post.channel.times() == dict.fromkeys(post.outcomes(), 1)
        assert len(post.channel.pushed) == 5

    def test_a_message_that_is_refused_parks_the_batch_for_a_person(
        self, town: Town, post: PostOffice
    ) -> None:
        planned(town, 3)

        def refuse(*_: object) -> None:
            raise Refused("5000 bytes are more than 4096")

        post.channel.before = refuse
        post.send()
        assert post.states() == [BatchState.PARKED]
        assert set(post.outcomes().values()) == {Outcome.PENDING}
        assert post.sends.parked_batches == [town.batches()[0].id]
        town.clock.move_on(hours=1)
        assert post.send() == 0

    def test_devices_of_a_channel_that_isnt_set_up_wait(self, town: Town, post: PostOffice) -> None:
        town.person(phones=[Channel.WEBPUSH])
        planned(town, 1)
        post.send()
        waiting = [b for b in town.batches() if b.state is BatchState.READY]
        assert [(b.channel, set(b.outcomes)) for b in waiting] == [(Channel.WEBPUSH, {0})]
        assert len(post.channel.pushed) == 1
        assert post.send() == 0
        town.clock.move_on(seconds=CHANNEL_DOWN_RETRY_S)
        assert post.send() == 1


class TestTheAlertIsLookedAtAgain:
    @pytest.mark.parametrize("how", ["ended", "expired"])
    def test_once_it_is_over_nobody_is_told(self, town: Town, post: PostOffice, how: str) -> None:
        alert_id = planned(town)
        if how == "ended":
            town.end(alert_id)
        else:
            town.clock.move_on(days=1)
        post.send()
        assert not post.channel.pushed
        assert set(post.outcomes().values()) == {Outcome.ENDED}
        town.end(alert_id, EndReason.EXPIRED)
        assert post.settle(alert_id) == 0
        assert post.send() == 0

    def test_ended_in_mid_batch_those_told_and_only_those_hear_the_end(
        self, town: Town, post: PostOffice
    ) -> None:
        alert_id = planned(town)
        post.channel.after = lambda *_: void(town.end(alert_id))
        post.send()
        told = post.channel.devices("alert")
        assert len(told) == 2
        post.channel.after = lambda *_: None
        assert post.settle(alert_id) == 2
        alert, all_clear = town.batches()
        expected = [Outcome.SENT] * 2 + [Outcome.ENDED] * 3
        assert (alert.state, list(alert.outcomes)) == (BatchState.DONE, expected)
        post.send()
        assert post.channel.devices("all_clear") == told
        assert (post.settle(alert_id), post.send()) == (0, 0)
        assert all_clear.size == 2

    def test_an_end_while_a_sender_holds_the_batch_is_told_in_two_passes(
        self, town: Town, post: PostOffice
    ) -> None:
        alert_id = planned(town)
        told_by_first_pass = []

        def end(*_: object) -> None:
            if town.end(alert_id):
                told_by_first_pass.append(post.settle(alert_id))

        post.channel.after = end
        post.send()
        assert told_by_first_pass == [0]
        assert post.settle(alert_id) == 2
        with town.store.read() as session:
            assert session.get_one(Alert, alert_id).settled_at is not None


class TestTheAudienceIsLookedAtAgain:
    @pytest.fixture
    def ana(self, town: Town) -> int:
        """Sleeps, so that her push waits; another one beside her sleeps on."""
        ana = town.person(quiet_hours=NIGHT)
        town.person(quiet_hours=NIGHT)
        return ana

    def wait_for_morning(self, town: Town, post: PostOffice) -> None:
        town.clock.move_on(hours=8)
        post.send()

    def test_who_moved_away_before_the_release_isnt_told(
        self, town: Town, post: PostOffice, ana: int
    ) -> None:
        planned(town, 0, tier=Tier.MISSING)
        town.move(town.home_of(ana), FAR)
        self.wait_for_morning(town, post)
        assert list(post.outcomes().values()) == [Outcome.MOVED_AWAY, Outcome.SENT]
        assert post.states() == [BatchState.DONE]

    def test_who_removed_the_neighborhood_isnt_told_and_who_moved_within_is(
        self, town: Town, post: PostOffice, ana: int
    ) -> None:
        planned(town, 0, tier=Tier.MISSING)
        town.leave(town.home_of(ana))
        town.move(town.home_of(ana + 1), circle_ground(CENTRE, 100))
        self.wait_for_morning(town, post)
        assert list(post.outcomes().values()) == [Outcome.MOVED_AWAY, Outcome.SENT]

    def test_who_has_another_neighborhood_in_the_area_is_told(
        self, town: Town, post: PostOffice, ana: int
    ) -> None:
        town.draw(ana, circle_ground(CENTRE, 100))
        planned(town, 0, tier=Tier.MISSING)
        town.leave(town.home_of(ana))
        self.wait_for_morning(town, post)
        assert set(post.outcomes().values()) == {Outcome.SENT}

    def test_who_moved_away_and_back_is_told_as_a_late_joiner(
        self, town: Town, post: PostOffice, ana: int
    ) -> None:
        alert_id = planned(town, 0, tier=Tier.MISSING)
        town.move(town.home_of(ana), FAR)
        self.wait_for_morning(town, post)
        town.move(town.home_of(ana), circle_ground(CENTRE, 100))
        assert town.catch_up(alert_id) == 1

    def test_an_area_that_shrank_is_the_one_that_counts(
        self, town: Town, post: PostOffice, ana: int
    ) -> None:
        town.move(town.home_of(ana), circle_ground(type(CENTRE)(-87.3, 46.54), 100))
        alert_id = planned(town, 0, tier=Tier.MISSING)
        town.revise(alert_id, area=circle_ground(CENTRE, AREA_M / 4))
        town.plan(alert_id)
        self.wait_for_morning(town, post)
        assert list(post.outcomes().values()) == [Outcome.MOVED_AWAY, Outcome.SENT]

    def test_an_update_reaches_the_told_wherever_they_moved(
        self, town: Town, post: PostOffice
    ) -> None:
        ana = town.person()
        alert_id = planned(town, 0)
        post.send()
        town.move(town.home_of(ana), FAR)
        town.revise(alert_id)
        town.plan(alert_id)
        post.send()
        assert post.channel.devices("update") == post.phones(ana)

    @pytest.mark.parametrize("how", ["deleted", "ended", "erased", "on another channel"])
    def test_a_phone_that_left_isnt_pushed(self, town: Town, post: PostOffice, how: str) -> None:
        ana, ben = town.person(), town.person()
        planned(town, 0)
        [phone] = post.phones(ana)
        with town.store.begin() as session:
            if how == "deleted":
                session.execute(delete(Device).where(Device.id == phone))
            elif how == "ended":
                session.get_one(Device, phone).ended_at = town.clock()
            elif how == "erased":
                erase(session, session.get_one(Subscriber, ana))
        if how == "on another channel":
            town.phone(ana, channel=Channel.CONSOLE)
        post.send()
        assert post.outcomes()[phone] is Outcome.UNSUBSCRIBED
        assert post.channel.devices() == post.phones(ben)

    def test_too_many_changes_to_look_at_mean_that_everybody_is_looked_at(
        self, town: Town, post: PostOffice, ana: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("alerts.delivery.claim.CHANGES_LOOKED_AT", 1)
        planned(town, 0, tier=Tier.MISSING)
        town.person(at=FAR_AWAY)
        town.move(town.home_of(ana), FAR)
        self.wait_for_morning(town, post)
        assert list(post.outcomes().values()) == [Outcome.MOVED_AWAY, Outcome.SENT]
