"""Is what a wrong clock wrote set right, and what is right left alone?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from alerts.alert import Tier
from alerts.clock import CLOCKS_APART
from alerts.delivery.retry import FIRST_RETRY_S, LONGEST_ASKED_S, LONGEST_RETRY_S
from alerts.delivery.sweep import (
    LONGEST_RETRY,
    MANY_TRIES,
    Mended,
    Stuck,
    find_stuck,
    is_amiss,
    mend,
)
from alerts.push import Outcome, PushOutcome
from alerts.store.subscribers import Channel
from alerts.store.waves import Batch, BatchState
from tests.audience.post_office import LEASE, PostOffice
from tests.audience.town import Town
from tests.fakes.clock import NOON

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

HOUR = timedelta(hours=1)
STALE = timedelta(seconds=120)
DOWN = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE")
NIGHT = {"start": "06:00", "end": "20:00", "time_zone": "UTC"}  # around noon


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert with a batch of five phones, made at noon and due at once."""
    for _ in range(5):
        town.person()
    alert_id = town.alert(tier=Tier.MISSING)
    town.plan(alert_id)
    return alert_id


def swept(town: Town) -> Mended:
    """What the sweep does now; whether anything is wrong is what it asks first."""
    with town.store.read() as session:
        amiss = is_amiss(session, town.clock(), LEASE)
    with town.store.begin() as session:
        mended = mend(session, town.clock(), LEASE)
    assert bool(mended) == amiss
    with town.store.read() as session:
        assert not is_amiss(session, town.clock(), LEASE)
    return mended


def set_all(town: Town, **values: object) -> None:
    with town.store.begin() as session:
        session.execute(update(Batch).values(**values))


def due_at(town: Town) -> list[datetime]:
    return [batch.not_before for batch in town.batches()]


def stuck(town: Town) -> list[Stuck]:
    with town.store.read() as session:
        return list(find_stuck(session, town.clock(), STALE))


@pytest.mark.usefixtures("alert_id")
class TestLeases:
    def test_one_that_ran_out_needs_nobody(self, town: Town, post: PostOffice) -> None:
        [batch] = town.batches()
        assert post.claim(batch.id) is not None
        assert post.send() == 0
        assert swept(town) == Mended()
        town.clock.now += LEASE
        assert swept(town) == Mended()
        assert post.send() == 1

    def test_one_that_was_written_before_the_clock_went_back_ends_in_time(
        self, town: Town, post: PostOffice
    ) -> None:
        [batch] = town.batches()
        town.clock.now += HOUR
        assert post.claim(batch.id) is not None  # its sender dies
        town.clock.now -= HOUR
        assert swept(town) == Mended(leases=1)
        assert post.send() == 0
        town.clock.now += LEASE
        assert post.send() == 1
        assert post.channel.times().total() == 5

    def test_a_sender_that_lives_keeps_its_batch_and_tells_nobody_twice(
        self, town: Town, post: PostOffice
    ) -> None:
        def go_back(*_: object) -> None:
            if len(post.channel.chunks) == 1:
                town.clock.now -= HOUR
                assert swept(town) == Mended(leases=1)
                assert post.send() == 0  # nobody else gets it

        post.channel.after = go_back
        town.clock.now += HOUR
        assert post.send() == 1
        assert post.states() == [BatchState.DONE]
        assert set(post.channel.times().values()) == {1}

    def test_one_that_was_prolonged_just_now_is_right(self, town: Town, post: PostOffice) -> None:
        post.claim(town.batches()[0].id)
        town.clock.now -= LEASE / 2  # as another machine sees it
        assert swept(town) == Mended()


class TestWavesMadeInTheFuture:
    def test_what_was_due_at_once_is_due_now(
        self, town: Town, post: PostOffice, alert_id: int
    ) -> None:
        town.clock.now -= HOUR
        assert post.send() == 0
        assert swept(town) == Mended(new=1)
        assert due_at(town) == [NOON - HOUR]
        assert swept(town) == Mended()
        assert post.send() == 1
        assert set(post.outcomes().values()) == {Outcome.SENT}

    def test_what_quiet_hours_hold_stays_held(self, town: Town, post: PostOffice) -> None:
        town.person(quiet_hours=NIGHT)
        town.person()
        town.plan(town.alert(tier=Tier.MISSING))
        town.clock.now -= HOUR
        assert swept(town) == Mended(new=1)
        assert sorted(due_at(town)) == [NOON - HOUR, NOON + 8 * HOUR]

    def test_clocks_that_are_a_little_apart_are_right(
        self, town: Town, post: PostOffice, alert_id: int
    ) -> None:
        town.clock.now -= CLOCKS_APART
        assert swept(town) == Mended()
        assert due_at(town) == [NOON]


@pytest.mark.usefixtures("alert_id")
class TestRetries:
    def test_one_that_is_further_off_than_any_retry_is_due_now(
        self, town: Town, post: PostOffice
    ) -> None:
        post.channel.answers = dict.fromkeys(post.outcomes(), DOWN)
        town.clock.now += HOUR
        post.send()
        post.channel.answers = {}
        town.clock.now -= HOUR
        assert swept(town) == Mended(retries=1)
        assert post.send() == 1
        assert post.states() == [BatchState.DONE]

    def test_one_that_is_as_far_off_as_the_channel_asked_is_right(
        self, town: Town, post: PostOffice
    ) -> None:
        asked = PushOutcome(outcome=Outcome.PENDING, retry_after_s=86_400, reason="UNAVAILABLE")
        post.channel.answers = dict.fromkeys(post.outcomes(), asked)
        post.send()
        assert swept(town) == Mended()
        assert due_at(town)[0] >= NOON + timedelta(seconds=LONGEST_ASKED_S)

    def test_no_retry_of_ours_is_taken_for_wrong(self) -> None:
        longest_s = max(LONGEST_ASKED_S, LONGEST_RETRY_S / 2) + LONGEST_RETRY_S / 2
        assert FIRST_RETRY_S < longest_s < LONGEST_RETRY.total_seconds()


@pytest.mark.usefixtures("alert_id")
class TestStuck:
    def test_what_nobody_takes_for_too_long_is_stuck(self, town: Town) -> None:
        town.clock.now += STALE - timedelta(seconds=1)
        assert stuck(town) == []
        town.clock.now += timedelta(seconds=1)
        assert stuck(town) == [Stuck(channel="fcm", overdue=1, tried=0, since=NOON)]

    def test_what_stands_in_a_queue_isnt(self, town: Town, post: PostOffice) -> None:
        town.person()
        town.plan(town.alert())
        town.clock.now += STALE
        post.claim(town.batches()[0].id)
        assert stuck(town) == []
        town.clock.now += LEASE
        assert [one.overdue for one in stuck(town)] == [2]

    def test_a_channel_that_sends_doesnt_hide_another(self, town: Town, post: PostOffice) -> None:
        town.person(phones=[Channel.CONSOLE, Channel.CONSOLE])
        town.plan(town.alert())
        town.clock.now += STALE
        post.claim(town.batches()[0].id)
        assert [one.channel for one in stuck(town)] == ["console"]

    def test_what_was_tried_again_and_again_is_stuck(self, town: Town) -> None:
        later = NOON + timedelta(minutes=4)
        set_all(town, attempts=MANY_TRIES, not_before=later)
        [one] = stuck(town)
        assert one == Stuck(channel="fcm", overdue=0, tried=1, since=later)
        assert one.batches == 1

    def test_what_is_held_done_or_parked_isnt(self, town: Town) -> None:
        town.clock.now += STALE
        set_all(town, not_before=town.clock() + HOUR)
        assert stuck(town) == []
        for state in (BatchState.DONE, BatchState.PARKED):
            set_all(town, not_before=NOON, attempts=MANY_TRIES, state=state)
            assert stuck(town) == []


def test_where_nothing_is_nothing_is_wrong(town: Town) -> None:
    assert swept(town) == Mended()
    assert stuck(town) == []
