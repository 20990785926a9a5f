"""Is what waits listed with why and since when, piece by piece, and counted?"""

import pytest

from alerts.alert import Tier
from alerts.errors import NotFound
from alerts.push import Outcome, PushOutcome
from alerts.store.parked import (
    BatchLine,
    alert_of_batch,
    alerts_with_parked,
    alerts_with_refused,
    batches_with_refused,
    count_parked,
    open_batches,
)
from alerts.store.waves import BatchState
from tests.audience.post_office import PostOffice
from tests.audience.town import Town
from tests.fakes.clock import NOON

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

OPEN = (BatchState.READY, BatchState.PARKED)
REFUSED = PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT")


@pytest.fixture
def waiting(town: Town, post: PostOffice) -> list[int]:
    """Three alerts' batches for three people: the first parked, the second sent, the third ready.

    Of the second, one device was refused.
    """
    for _ in range(3):
        town.person()
    for _ in range(3):
        town.plan(town.alert(tier=Tier.MISSING))
    ids = [batch.id for batch in town.batches()]
    for batch_id, refused in ((ids[0], (1, 2, 3)), (ids[1], (1,))):
        post.channel.answers = dict.fromkeys(refused, REFUSED)
        post.dispatcher.send_batch(batch_id)
    return ids


def listed(town: Town, *states: BatchState, after: int = 0, most: int = 9) -> list[BatchLine]:
    with town.store.read() as session:
        return list(open_batches(session, states, after=after, most=most))


def test_what_is_parked_says_why_and_since_when(town: Town, waiting: list[int]) -> None:
    [line] = listed(town, BatchState.PARKED)
    with town.store.read() as session:
        alert = alert_of_batch(session, waiting[0])
        assert count_parked(session) == 1
        assert [one.id for one in alerts_with_parked(session)] == [alert.id]
    assert (line.id, line.alert_id, line.kind) == (waiting[0], alert.public_id, "alert")
    assert (line.channel, line.language, line.state) == ("fcm", "en", BatchState.PARKED)
    assert (line.devices, line.waiting, line.refused) == (3, 3, 0)
    assert (line.attempts, line.since) == (1, NOON)
    assert line.why
    assert "INVALID_ARGUMENT" in line.why


def test_what_is_done_isnt_listed_and_a_list_is_read_piece_by_piece(
    town: Town, waiting: list[int]
) -> None:
    first, _, third = waiting
    assert [line.id for line in listed(town, *OPEN)] == [first, third]
    assert [line.id for line in listed(town, BatchState.READY)] == [third]
    assert [line.id for line in listed(town, *OPEN, most=1)] == [first]
    assert [line.id for line in listed(town, *OPEN, after=first)] == [third]
    assert listed(town, *OPEN, after=third) == []


def test_who_was_refused_alone_is_found_as_long_as_the_alert_is_active(
    town: Town, waiting: list[int]
) -> None:
    with town.store.read() as session:
        [line] = batches_with_refused(session, most=9)
        [alert] = alerts_with_refused(session)
        assert batches_with_refused(session, after=line.id, most=9) == []
    assert (line.id, line.refused, line.waiting) == (waiting[1], 1, 0)
    town.end(alert.id)
    with town.store.read() as session:
        assert batches_with_refused(session, most=9) == []
        assert alerts_with_refused(session) == []


def test_where_nothing_was_sent_nothing_waits(town: Town) -> None:
    assert listed(town, *OPEN) == []
    with town.store.read() as session:
        assert count_parked(session) == 0
        assert alerts_with_parked(session) == []
        with pytest.raises(NotFound, match="batch list"):
            alert_of_batch(session, 1)
