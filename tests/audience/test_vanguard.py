"""Does the first batch of a large wave leave before the rest is written, and nobody hear twice?"""

import pytest

from alerts.alert import Tier
from alerts.audience import vanguard
from alerts.audience.make_wave import WavePolicy
from alerts.audience.vanguard import send_ahead
from alerts.push import Outcome
from alerts.store.alerts import newest_revision
from tests.audience.post_office import PostOffice
from tests.audience.town import Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

BATCH = 3


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanguard, "MANY", 5)


@pytest.fixture
def town(town: Town) -> Town:
    """Ten people, in batches of three."""
    town.policy = WavePolicy(batch_size=BATCH, weekly_cap=3)
    for _ in range(10):
        town.person()
    return town


def ahead(town: Town, alert_id: int) -> int:
    with town.store.begin() as session:
        live = newest_revision(session, alert_id)
        return send_ahead(session, town.index, live, town.clock(), town.policy)


def test_the_first_batch_leaves_before_the_rest_is_planned(town: Town, post: PostOffice) -> None:
    alert_id = town.alert()
    assert ahead(town, alert_id) == BATCH
    assert post.send() == 1
    assert len(post.channel.pushed) == BATCH
    assert town.plan(alert_id) == 10
    [wave] = town.waves(alert_id)
    assert (wave.people, wave.devices) == (10, 10)
    post.send()
    assert set(post.channel.times().values()) == {1}
    assert post.outcomes() == dict.fromkeys(post.outcomes(), Outcome.SENT)
    assert len(post.outcomes()) == 10


def test_a_crash_behind_it_leaves_nobody_out(town: Town, post: PostOffice) -> None:
    alert_id = town.alert()
    ahead(town, alert_id)
    assert ahead(town, alert_id) == 0  # planned anew after the crash: it was sent ahead already
    town.plan(alert_id)
    post.send()
    assert set(post.channel.times().values()) == {1}
    assert len(post.channel.pushed) == 10


def test_a_wave_to_few_is_planned_at_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanguard, "MANY", 11)
    alert_id = town.alert()
    assert ahead(town, alert_id) == 0
    assert not town.batches()


def test_what_is_only_listed_isnt_sent_ahead(town: Town) -> None:
    assert ahead(town, town.alert(tier=Tier.LONG_TERM)) == 0


def test_an_exercise_goes_ahead_to_nobody_but_testers(town: Town) -> None:
    assert ahead(town, town.alert(exercise=True)) == 0


def test_late_joiners_have_a_wave_of_their_own(town: Town, post: PostOffice) -> None:
    alert_id = town.alert()
    ahead(town, alert_id)
    town.plan(alert_id)
    town.person()
    town.catch_up(alert_id)
    assert [wave.devices for wave in town.waves(alert_id)] == [10, 1]
    post.send()
    assert len(post.channel.pushed) == 11


def test_who_was_told_ahead_gets_what_an_unplanned_revision_owed(
    town: Town, post: PostOffice
) -> None:
    """Revision 2 waits for a picture, and revision 3 goes live before it is planned."""
    alert_id = town.alert()
    ahead(town, alert_id)
    post.send()
    early = post.channel.devices()
    town.revise(alert_id)
    town.revise(alert_id, material=False)
    town.plan(alert_id)
    post.send()
    assert sorted(post.channel.devices("update")) == sorted(early)
    assert len(post.channel.devices("alert")) == 10


def test_who_was_told_ahead_isnt_told_the_same_again(town: Town, post: PostOffice) -> None:
    alert_id = town.alert()
    ahead(town, alert_id)
    post.send()
    town.revise(alert_id, material=False)
    town.plan(alert_id)
    post.send()
    assert set(post.channel.times().values()) == {1}
    assert len(post.channel.pushed) == 10
