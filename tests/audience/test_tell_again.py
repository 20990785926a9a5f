"""Is a change told as loud as it matters, once, and to nobody where nothing can be seen?"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from alerts.alert import EndReason, Tier, WaveKind
from alerts.push import Outcome
from alerts.store.alerts import AlertRevision, newest_revision
from alerts.store.batches import ready_batches
from alerts.store.waves import PRIORITY_SILENT
from geo.circle import circle_ground
from geo.polygon import ground
from tests.audience.again import kinds, revised, sleeps_from_now_on, told_alert
from tests.audience.post_office import PostOffice
from tests.audience.told import devices_by_kind
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

NEAR, FAR = circle_ground(CENTRE, NEARBY_M), circle_ground(FAR_AWAY, NEARBY_M)
BOTH = ground(NEAR.union(FAR)).shape


class TestSilent:
    def test_what_only_looks_different_replaces_the_screen_without_a_sound(
        self, town: Town, post: PostOffice
    ) -> None:
        town.person()
        alert_id = told_alert(town, post)
        assert revised(town, alert_id, material=False, visible=True) == 1
        wave = town.waves(alert_id)[-1]
        assert (wave.kind, wave.silent, wave.priority) == (WaveKind.UPDATE, True, PRIORITY_SILENT)
        post.send()
        message = post.channel.last()
        assert (message.kind, message.silent, message.revision) == (WaveKind.UPDATE, True, 2)

    def test_only_those_who_were_told_get_it(self, town: Town, post: PostOffice) -> None:
        told = town.person()
        alert_id = told_alert(town, post)
        late = town.person()
        assert revised(town, alert_id, material=False, visible=True) == 2
        found = devices_by_kind(town, alert_id)
        assert found["update"] == post.phones(told)
        assert found["alert"] == post.phones(told, late)

    def test_it_makes_no_sound_so_it_doesnt_wait_for_the_morning(
        self, town: Town, post: PostOffice
    ) -> None:
        person = town.person()
        alert_id = told_alert(town, post)
        sleeps_from_now_on(town, person)
        revised(town, alert_id, material=False, visible=True)
        assert town.batches()[-1].not_before == town.clock()
        assert post.send() == 1

    def test_it_isnt_sent_behind_a_louder_one_that_is_on_its_way(
        self, town: Town, post: PostOffice
    ) -> None:
        town.person()
        alert_id = told_alert(town, post)
        assert revised(town, alert_id) == 1
        assert revised(town, alert_id, material=False, visible=True) == 0
        post.send()
        assert (post.channel.last().revision, post.channel.last().silent) == (3, False)
        assert kinds(town, alert_id) == [WaveKind.ALERT, WaveKind.UPDATE]

    def test_it_goes_at_once_though_a_loud_one_waits_for_the_morning(
        self, town: Town, post: PostOffice
    ) -> None:
        person = town.person()
        alert_id = told_alert(town, post)
        sleeps_from_now_on(town, person)
        revised(town, alert_id)
        assert post.send() == 0
        assert revised(town, alert_id, material=False, visible=True) == 1
        assert post.send() == 1
        assert post.channel.last().silent
        town.clock.move_on(hours=8)
        assert post.send() == 1
        assert (post.channel.last().revision, post.channel.last().silent) == (3, False)

    def test_a_loud_one_follows_a_silent_one_that_wasnt_sent_yet(
        self, town: Town, post: PostOffice
    ) -> None:
        town.person()
        alert_id = told_alert(town, post)
        revised(town, alert_id, material=False, visible=True)
        assert revised(town, alert_id) == 1
        assert [wave.silent for wave in town.waves(alert_id)] == [False, True, False]


class TestNoTwoBehindEachOther:
    """A sender that is behind sends each phone what is live, once."""

    def test_many_revisions_are_one_update(self, town: Town, post: PostOffice) -> None:
        person = town.person()
        alert_id = told_alert(town, post)
        for _ in range(3):
            revised(town, alert_id)
        post.send()
        assert post.channel.times()[post.phones(person)[0]] == 2
        assert post.channel.last().revision == 4

    def test_nor_are_they_more_in_the_morning(self, town: Town, post: PostOffice) -> None:
        person = town.person()
        alert_id = told_alert(town, post)
        sleeps_from_now_on(town, person)
        for _ in range(3):
            revised(town, alert_id)
        town.clock.move_on(hours=8)
        post.send()
        assert len(post.channel.devices("update")) == 1

    def test_what_the_channel_put_off_is_still_on_its_way(
        self, town: Town, post: PostOffice
    ) -> None:
        town.person()
        alert_id = told_alert(town, post)
        revised(town, alert_id)
        with town.store.begin() as session:
            batch = session.merge(town.batches()[-1])
            batch.attempts, batch.not_before = 1, town.clock() + timedelta(minutes=5)
        assert revised(town, alert_id) == 0

    def test_who_is_in_the_channels_hands_is_told_again(self, town: Town, post: PostOffice) -> None:
        """They may be reading the revision before."""
        town.person()
        alert_id = told_alert(town, post)
        revised(town, alert_id)
        with town.store.begin() as session:
            session.merge(town.batches()[-1]).outcomes = bytes([Outcome.IN_FLIGHT])
        assert revised(town, alert_id) == 1


class TestWhatWasNeverPlanned:
    """A revision goes live before the one before it was planned: what that owed isn't lost."""

    @pytest.mark.parametrize(
        ("first", "kind", "silent"),
        [
            ({"material": True}, WaveKind.UPDATE, False),
            ({"material": False, "visible": True}, WaveKind.UPDATE, True),
            ({"material": True, "correction": True}, WaveKind.CORRECTION, False),
            ({"tier": Tier.MISSING}, WaveKind.CORRECTION, False),
        ],
    )
    def test_the_next_one_tells_it(
        self,
        town: Town,
        post: PostOffice,
        first: dict[str, object],
        kind: WaveKind,
        *,
        silent: bool,
    ) -> None:
        town.person()
        alert_id = told_alert(town, post, Tier.AMBER)
        town.revise(alert_id, **first)  # type: ignore[arg-type]
        assert revised(town, alert_id, tier=first.get("tier"), material=False) == 1
        wave = town.waves(alert_id)[-1]
        assert (wave.kind, wave.revision, wave.silent) == (kind, 3, silent)

    def test_it_is_told_once(self, town: Town, post: PostOffice) -> None:
        town.person()
        alert_id = told_alert(town, post)
        revised(town, alert_id)
        post.send()
        assert revised(town, alert_id, material=False) == 0

    def test_an_alert_that_nobody_heard_of_owes_nothing(self, town: Town) -> None:
        alert_id = town.alert()
        town.revise(alert_id, material=False)
        with town.store.read() as session:
            newest = newest_revision(session, alert_id)
            assert (newest.material, newest.visible, newest.correction) == (False, False, False)


class TestExercise:
    @pytest.fixture
    def drill(self, town: Town, post: PostOffice) -> int:
        """An exercise that a tester was told of, with a neighbour beside who is none."""
        town.person(tester=True)
        town.person()
        return told_alert(town, post, Tier.AMBER, exercise=True)

    @pytest.mark.parametrize(
        ("follow", "kind"),
        [
            (lambda t, _, a: revised(t, a), "update"),
            (lambda t, _, a: revised(t, a, material=False, visible=True), "update"),
            (lambda t, _, a: revised(t, a, tier=Tier.MISSING), "correction"),
            (lambda t, p, a: (t.end(a), p.settle(a)), "all_clear"),
            (lambda t, p, a: (t.end(a, EndReason.EXPIRED), p.settle(a)), "takedown"),
        ],
    )
    def test_what_follows_goes_to_testers_and_is_marked(
        self,
        town: Town,
        post: PostOffice,
        drill: int,
        follow: Callable[[Town, PostOffice, int], object],
        kind: str,
    ) -> None:
        follow(town, post, drill)
        post.send()
        assert post.channel.devices(kind) == post.phones(1)
        assert set(post.channel.devices()) == set(post.phones(1))
        assert all("EXERCISE" in message.title for message, _ in post.channel.pushed)


def test_what_is_live_is_what_is_sent_whatever_waits(town: Town, post: PostOffice) -> None:
    """Every batch that is sent after a revision says that revision."""
    for _ in range(3):
        town.person()
    alert_id = told_alert(town, post, Tier.AMBER)
    revised(town, alert_id, material=False, visible=True)
    revised(town, alert_id)
    revised(town, alert_id, tier=Tier.MISSING)
    before = len(post.channel.pushed)
    with town.store.read() as session:
        assert len(ready_batches(session, town.clock(), 10)) == 3
        assert session.get_one(AlertRevision, 4).planned_at is not None
    post.send()
    assert {message.revision for message, _ in post.channel.pushed[before:]} == {4}
