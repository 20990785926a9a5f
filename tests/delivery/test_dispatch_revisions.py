"""If an alert is revised while it is being sent, does everybody end up with the newest text?"""

import pytest

from alerts.delivery.said import Said
from alerts.push import Outcome, PushOutcome
from alerts.store.waves import BatchState
from geo.circle import circle_ground
from tests.audience.post_office import PostOffice
from tests.audience.town import CENTRE, FAR_AWAY, NEARBY_M, Town

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


@pytest.fixture
def alert_id(town: Town) -> int:
    """An alert for five people, in one batch of three chunks."""
    for _ in range(5):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    return alert_id


def told(post: PostOffice, kind: str) -> dict[int, int]:
    """Which revision each device was pushed in this kind of wave."""
    return {t.device_id: m.revision for m, t in post.channel.pushed if m.kind == kind}


def revise_once(town: Town, post: PostOffice, alert_id: int, *, plan: bool) -> None:
    """Let a new revision go live while the channel has the first chunk in its hands."""

    def revise(*_: object) -> None:
        if len(post.channel.chunks) == 1:
            town.revise(alert_id)
            if plan:
                town.plan(alert_id)

    post.channel.after = revise


def test_who_wasnt_told_yet_gets_the_new_text(town: Town, post: PostOffice, alert_id: int) -> None:
    revise_once(town, post, alert_id, plan=False)
    post.send()
    [batch] = town.batches()
    assert (batch.state, batch.attempts, batch.lease_owner) == (BatchState.READY, 0, None)
    assert batch.not_before == town.clock()
    assert list(batch.outcomes) == [Outcome.SENT] * 2 + [Outcome.PENDING] * 3
    assert post.send() == 1
    assert list(told(post, "alert").values()) == [1, 1, 2, 2, 2]
    town.plan(alert_id)
    post.send()
    first, second = list(post.outcomes())[:2]
    assert told(post, "update").items() >= {first: 2, second: 2}.items()


def test_who_is_in_the_channels_hands_when_the_update_is_planned_gets_it(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    revise_once(town, post, alert_id, plan=True)
    post.send()
    devices = list(post.outcomes())
    assert [wave.devices for wave in town.waves(alert_id)] == [5, 2]
    post.send()
    assert told(post, "update") == dict.fromkeys(devices[:2], 2)
    assert told(post, "alert") == dict.fromkeys(devices[:2], 1) | dict.fromkeys(devices[2:], 2)
    assert set(post.states()) == {BatchState.DONE}


def test_a_revision_between_claim_and_send_stops_the_first_chunk_too(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    claimed = post.claim(1)
    assert claimed is not None
    town.revise(alert_id)
    town.plan(alert_id)
    post.dispatcher._send_chunks(claimed, Said(), post.channel)
    assert post.channel.pushed == []
    post.send()
    assert told(post, "alert") == dict.fromkeys(post.outcomes(), 2)
    assert told(post, "update") == {}


def test_a_revision_doesnt_stop_the_word_that_it_is_over(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    post.send()
    town.end(alert_id)
    post.settle(alert_id)
    claimed = post.claim(2)
    assert claimed is not None
    message = claimed.message.model_copy(update={"revision": 0})
    end = type(claimed)(**{**vars(claimed), "message": message})
    post.dispatcher._send_chunks(end, Said(), post.channel)
    assert len(post.channel.devices("all_clear")) == 5


def test_a_revision_leaves_those_who_may_have_been_told_in_doubt(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    with town.store.begin() as session:
        batch = session.merge(town.batches()[0])
        batch.outcomes = bytes([Outcome.IN_FLIGHT] * 2 + [Outcome.PENDING] * 3)
    claimed = post.claim(1)
    assert claimed is not None
    town.revise(alert_id)
    post.dispatcher._send_chunks(claimed, Said(), post.channel)
    assert list(town.batches()[0].outcomes) == [Outcome.IN_FLIGHT] * 2 + [Outcome.PENDING] * 3
    assert town.plan(alert_id) == 2


def test_an_earlier_chunks_wish_to_wait_isnt_lost_with_a_revision(
    town: Town, post: PostOffice, alert_id: int
) -> None:
    """It is due at once for the others; who is put off again by the channel waits then."""
    first = int(town.batches()[0].devices()[0])
    again = PushOutcome(outcome=Outcome.PENDING, retry_after_s=60, reason="QUOTA")
    post.channel.answers[first] = again
    revise_once(town, post, alert_id, plan=False)
    post.send()
    post.send()
    [batch] = town.batches()
    assert list(batch.outcomes) == [Outcome.PENDING] + [Outcome.SENT] * 4
    assert (batch.not_before - town.clock()).total_seconds() >= 60


def test_who_is_in_the_area_by_another_neighborhood_at_last_is_told_by_that_one(
    town: Town, post: PostOffice
) -> None:
    person = town.person()
    first, second = town.home_of(person), town.draw(person, circle_ground(CENTRE, NEARBY_M))
    alert_id = town.alert()
    town.plan(alert_id)
    assert [batch.neighborhoods().tolist() for batch in town.batches()] == [[first]]
    town.move(first, circle_ground(FAR_AWAY, NEARBY_M))
    assert post.send() == 1
    assert [batch.neighborhoods().tolist() for batch in town.batches()] == [[second]]
