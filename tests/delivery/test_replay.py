"""Is what was refused for a fault of ours told again, once, and only while it may be?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.alert import EndReason, Tier
from alerts.delivery.compose import END_TTL
from alerts.delivery.replay import Over, Replayed, replay
from alerts.errors import Conflict
from alerts.push import Outcome, PushOutcome
from alerts.store.alerts import Alert
from alerts.store.staff import AuditEntry, Staff, first_broken_link
from alerts.store.waves import BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

REFUSED = PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT")
GONE = PushOutcome(outcome=Outcome.GONE, reason="UNREGISTERED")


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert for five people, in one batch of three chunks."""
    with town.store.begin() as session:
        session.add(Staff(name="ana", role="editor", joined_at=town.clock()))
    for _ in range(5):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


@pytest.fixture
def devices(town: Town, alert_id: int) -> list[int]:
    return [int(device) for device in town.batches()[0].devices()]


@pytest.fixture
def parked(town: Town, post: PostOffice, devices: list[int]) -> int:
    """The batch, parked; its fault is mended."""
    post.channel.answers = dict.fromkeys(devices, REFUSED)
    post.send()
    assert post.states() == [BatchState.PARKED]
    post.channel.answers = {}
    return town.batches()[0].id


def replayed(
    town: Town, alert_id: int, *, only: int | None = None, refused: bool = False, name: str = "ana"
) -> Replayed:
    with town.store.begin() as session:
        person = session.scalars(select(Staff).where(Staff.name == name)).one()
        alert = session.get_one(Alert, alert_id)
        return replay(session, alert, person, town.clock(), only=only, refused=refused)


def deeds(town: Town) -> list[dict[str, object]]:
    with town.store.read() as session:
        assert first_broken_link(session) is None
        found = select(AuditEntry).where(AuditEntry.deed == "batch.replayed")
        return [entry.details for entry in session.scalars(found)]


class TestAParkedBatch:
    def test_is_told_to_all_written_anew(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int], parked: int
    ) -> None:
        town.clock.move_on(hours=1)
        assert replayed(town, alert_id, only=parked) == Replayed(batches=1, devices=5)
        [batch] = town.batches()
        assert (batch.state, batch.last_error) == (BatchState.READY, None)
        assert batch.not_before == town.clock()
        assert post.send() == 1
        assert post.states() == [BatchState.DONE]
        assert post.channel.devices("alert") == devices
        assert deeds(town) == [{"batch": parked, "batches": 1, "devices": 5, "refused": False}]

    def test_is_replayed_once_however_often_that_is_asked(
        self, town: Town, post: PostOffice, alert_id: int, parked: int
    ) -> None:
        replayed(town, alert_id)
        assert replayed(town, alert_id) == replayed(town, alert_id, only=parked) == Replayed()
        post.send()
        assert replayed(town, alert_id, only=parked) == Replayed()
        assert set(post.channel.times().values()) == {1}
        assert len(deeds(town)) == 1

    def test_of_which_some_were_told_before_tells_the_others_only(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int]
    ) -> None:
        post.channel.answers = dict.fromkeys(
            devices[1:], PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE")
        )
        post.send()  # the first is told
        post.channel.answers = dict.fromkeys(devices, REFUSED)
        town.clock.now = town.batches()[0].not_before
        post.send()
        assert post.states() == [BatchState.PARKED]
        post.channel.answers = {}
        assert replayed(town, alert_id).devices == 4
        post.send()
        assert sorted(post.channel.devices("alert")) == sorted(devices)

    def test_in_which_some_were_refused_before_tells_these_too(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int]
    ) -> None:
        post.channel.answers = dict.fromkeys(devices, REFUSED) | {devices[0]: GONE}
        post.send()  # the first chunk: one gone, one refused; the second is refused whole
        [batch] = town.batches()
        assert batch.state is BatchState.PARKED
        assert batch.reasons == {"UNREGISTERED": 1, "INVALID_ARGUMENT": 1}
        post.channel.answers = {}
        assert replayed(town, alert_id).devices == 4
        assert town.batches()[0].reasons == {"UNREGISTERED": 1}
        post.send()
        assert sorted(post.channel.devices("alert")) == devices[1:]

    def test_that_is_refused_again_is_parked_again(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int], parked: int
    ) -> None:
        replayed(town, alert_id)
        post.channel.answers = dict.fromkeys(devices, REFUSED)
        post.send()
        assert post.states() == [BatchState.PARKED]
        assert replayed(town, alert_id).devices == 5


class TestAnAlertThatIsOver:
    @pytest.mark.parametrize("how", ["ended", "ended and settled", "expired"])
    def test_is_told_to_nobody(
        self, town: Town, post: PostOffice, alert_id: int, parked: int, how: str
    ) -> None:
        if how == "expired":
            town.clock.move_on(days=1)
        else:
            town.end(alert_id)
        if how == "ended and settled":
            post.settle(alert_id)
        before = [(batch.state, batch.outcomes) for batch in town.batches()]
        for only in (None, parked):
            with pytest.raises(Over, match="over"):
                replayed(town, alert_id, only=only)
        assert [(batch.state, batch.outcomes) for batch in town.batches()] == before
        assert deeds(town) == []

    def test_but_the_word_of_the_end_is_for_four_weeks(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int]
    ) -> None:
        post.send()
        town.end(alert_id, EndReason.FOUND)
        post.settle(alert_id)
        post.channel.answers = dict.fromkeys(devices, REFUSED)
        post.send()
        assert post.states() == [BatchState.DONE, BatchState.PARKED]
        town.clock.now += END_TTL
        assert replayed(town, alert_id).devices == 5
        post.send()
        town.clock.now += timedelta(seconds=1)
        with pytest.raises(Over):
            replayed(town, alert_id)


class TestSingleDevicesThatWereRefused:
    @pytest.fixture
    def some(self, town: Town, post: PostOffice, devices: list[int]) -> list[int]:
        """Two of five; the fault is mended."""
        some = [devices[0], devices[4]]
        post.channel.answers = dict.fromkeys(some, REFUSED) | {devices[2]: GONE}
        post.send()
        post.channel.answers = {}
        return some

    def test_are_told_again_and_counted_no_more_as_failed(
        self, town: Town, post: PostOffice, alert_id: int, some: list[int]
    ) -> None:
        post.channel.pushed.clear()
        assert replayed(town, alert_id) == Replayed()  # nothing is parked
        assert replayed(town, alert_id, refused=True) == Replayed(batches=1, devices=2)
        assert town.batches()[0].reasons == {"UNREGISTERED": 1}
        assert replayed(town, alert_id, refused=True) == Replayed()
        post.send()
        assert post.channel.devices() == some
        assert post.states() == [BatchState.DONE]
        assert deeds(town)[0]["refused"] is True

    def test_who_was_told_by_a_later_wave_isnt_told_twice(
        self, town: Town, post: PostOffice, alert_id: int, some: list[int]
    ) -> None:
        town.revise(alert_id)
        town.plan(alert_id)  # seats those who weren't told as if they were new
        post.send()
        assert post.channel.times()[some[0]] == 1
        assert replayed(town, alert_id, refused=True) == Replayed()

    def test_two_waves_that_refused_the_same_device_tell_it_once(
        self, town: Town, post: PostOffice, alert_id: int, some: list[int]
    ) -> None:
        post.channel.answers = {some[0]: REFUSED}
        town.revise(alert_id)
        town.plan(alert_id)
        post.send()
        post.channel.answers = {}
        assert replayed(town, alert_id, refused=True) == Replayed(batches=1, devices=1)
        post.send()
        assert {post.channel.times()[device] for device in some} == {1}

    def test_an_update_is_told_again_to_whom_it_was_refused(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int]
    ) -> None:
        post.send()
        town.revise(alert_id)
        town.plan(alert_id)
        post.channel.answers = {devices[0]: REFUSED}
        post.send()
        post.channel.answers = {}
        assert replayed(town, alert_id, refused=True).devices == 1
        post.send()
        assert sorted(post.channel.devices("update")) == sorted(devices)

    def test_a_batch_that_is_being_sent_is_left_alone(
        self, town: Town, post: PostOffice, alert_id: int, devices: list[int]
    ) -> None:
        post.channel.answers = {devices[0]: REFUSED}
        seen: list[Replayed] = []

        def ask(*_: object) -> None:
            if len(post.channel.chunks) == 3:  # the refusal is written down
                seen.append(replayed(town, alert_id, refused=True))

        post.channel.after = ask
        post.send()
        assert seen == [Replayed(busy=1)]
        assert post.outcomes()[devices[0]] is Outcome.REFUSED


def test_only_who_may_change_something_may_replay(town: Town, alert_id: int, parked: int) -> None:
    with town.store.begin() as session:
        session.add(Staff(name="vi", role="viewer", joined_at=town.clock()))
    with pytest.raises(Conflict, match="viewer can't replay"):
        replayed(town, alert_id, name="vi")


def test_another_alerts_batches_stay_parked(
    town: Town, post: PostOffice, alert_id: int, parked: int
) -> None:
    post.channel.before = lambda *_: None
    other = town.alert(tier=Tier.MISSING)
    town.plan(other)
    assert replayed(town, other) == Replayed()
    assert replayed(town, other, only=parked) == Replayed()
    assert town.batches()[0].state is BatchState.PARKED


@pytest.mark.parametrize("refused", [False, True])
def test_an_alert_that_is_only_listed_by_now_isnt_replayed(
    town: Town, post: PostOffice, alert_id: int, parked: int, *, refused: bool
) -> None:
    town.revise(alert_id, tier=Tier.LONG_TERM)
    town.plan(alert_id)
    with pytest.raises(Over):
        replayed(town, alert_id, refused=refused)
    post.send()
    assert post.channel.pushed == []
