"""Is a batch held by one sender at a time, and is what became of it kept exactly?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import text

from alerts.alert import Tier, WaveKind
from alerts.push import Outcome
from alerts.store.batches import claim, close, oldest_backlog, ready_batches, write_if_owner
from alerts.store.engine import Store
from alerts.store.waves import (
    Batch,
    BatchState,
    Receipt,
    Report,
    batches_naming,
    batches_of_alert,
    count_outcomes,
    receipts_of,
    reports_of,
    waves_of,
)
from tests.audience.town import Town
from tests.fakes.clock import NOON

LEASE = timedelta(seconds=60)


@pytest.fixture
def batch_id(town: Town) -> int:
    """One batch of three devices that is ready."""
    for _ in range(3):
        town.person()
    town.plan(town.alert())
    return town.batches()[0].id


def try_claim(town: Town, batch_id: int) -> UUID | None:
    with town.store.begin() as session:
        return claim(session, batch_id, town.clock(), town.clock() + LEASE)


def write(store: Store, batch_id: int, owner: UUID, **values: object) -> bool:
    with store.begin() as session:
        return write_if_owner(session, batch_id, owner, **values)


def test_of_twenty_who_claim_at_once_exactly_one_wins(town: Town, batch_id: int) -> None:
    barrier = threading.Barrier(20)

    def race(_: int) -> UUID | None:
        barrier.wait(10)
        return try_claim(town, batch_id)

    with ThreadPoolExecutor(20) as threads:
        owners = [owner for owner in threads.map(race, range(20)) if owner]
    [batch] = town.batches()
    assert owners == [batch.lease_owner]
    assert batch.attempts == 1


def test_a_lease_holds_until_it_expires_and_then_another_may_have_it(
    town: Town, batch_id: int
) -> None:
    first = try_claim(town, batch_id)
    town.clock.now += LEASE - timedelta(microseconds=1)
    assert try_claim(town, batch_id) is None
    town.clock.move_on(seconds=1)
    second = try_claim(town, batch_id)
    assert second not in (None, first)
    assert town.batches()[0].attempts == 2


def test_who_lost_the_lease_can_write_nothing_any_more(town: Town, batch_id: int) -> None:
    first = try_claim(town, batch_id)
    assert first is not None
    sent = bytes([Outcome.SENT] * 3)
    assert write(town.store, batch_id, first, outcomes=sent)
    town.clock.now += LEASE
    second = try_claim(town, batch_id)
    assert second is not None
    assert not write(town.store, batch_id, first, outcomes=bytes(3))
    assert not write(town.store, batch_id, uuid4(), outcomes=bytes(3))
    assert town.batches()[0].outcomes == sent
    assert write(town.store, batch_id, second, state=BatchState.DONE)
    assert not write(town.store, batch_id, second, state=BatchState.READY)


@pytest.mark.parametrize("state", [BatchState.DONE, BatchState.PARKED])
def test_what_is_done_or_parked_is_nobodys(town: Town, batch_id: int, state: BatchState) -> None:
    with town.store.begin() as session:
        session.get_one(Batch, batch_id).state = state
    assert try_claim(town, batch_id) is None
    with town.store.read() as session:
        assert ready_batches(session, town.clock(), 10) == []


def test_a_batch_isnt_claimed_before_its_time(town: Town, batch_id: int) -> None:
    with town.store.begin() as session:
        session.get_one(Batch, batch_id).not_before = NOON + timedelta(hours=1)
        assert ready_batches(session, NOON, 10) == []
        assert oldest_backlog(session, NOON) is None
    assert try_claim(town, batch_id) is None
    town.clock.move_on(hours=1)
    with town.store.read() as session:
        assert oldest_backlog(session, town.clock()) == NOON + timedelta(hours=1)
    assert try_claim(town, batch_id) is not None


def test_the_most_urgent_batches_come_first_and_held_ones_not_at_all(town: Town) -> None:
    for _ in range(2):
        town.person()
    for tier in (Tier.MISSING, Tier.AMBER, Tier.ENDANGERED):
        town.plan(town.alert(tier=tier))
    missing, amber, endangered = (batch.id for batch in town.batches())
    with town.store.read() as session:
        assert ready_batches(session, NOON, 10) == [amber, missing, endangered]
        assert ready_batches(session, NOON, 1) == [amber]
    assert try_claim(town, amber) is not None
    with town.store.read() as session:
        assert ready_batches(session, NOON, 10) == [missing, endangered]
        assert amber in ready_batches(session, NOON + LEASE, 10)


def test_outcomes_are_counted_over_all_batches_of_a_wave(town: Town) -> None:
    town.policy = type(town.policy)(batch_size=2, weekly_cap=3)
    for _ in range(5):
        town.person()
    alert_id = town.alert()
    town.plan(alert_id)
    with town.store.begin() as session:
        found = list(batches_of_alert(session, alert_id, [WaveKind.ALERT]))
        assert [batch.size for batch in found] == [2, 2, 1]
        found[0].outcomes = bytes([Outcome.SENT, Outcome.GONE])
        found[1].outcomes = bytes([Outcome.SENT, Outcome.PENDING])
        [wave] = waves_of(session, alert_id)
        assert list(batches_of_alert(session, alert_id, [WaveKind.ALL_CLEAR])) == []
    with town.store.read() as session:
        assert count_outcomes(session, wave.id) == {
            Outcome.SENT: 2,
            Outcome.GONE: 1,
            Outcome.PENDING: 2,
        }
        assert count_outcomes(session, wave.id + 1) == {}


def test_a_batch_unpacks_to_the_ids_that_went_in(town: Town, batch_id: int) -> None:
    [batch] = town.batches()
    assert batch.devices().dtype == np.int64
    with town.store.read() as session:
        rows = session.execute(
            text(
                "SELECT d.id, d.subscriber_id, n.id FROM device d"
                " JOIN neighborhood n ON n.subscriber_id = d.subscriber_id ORDER BY d.id"
            )
        ).all()
    packed = zip(batch.devices(), batch.people(), batch.neighborhoods(), strict=True)
    assert [tuple(map(int, row)) for row in packed] == [tuple(row) for row in rows]
    batch.outcome_array()[:] = 1  # a copy
    assert set(batch.outcomes) == {0}


def test_a_persons_batches_are_found_among_all(town: Town) -> None:
    people = [town.person() for _ in range(3)]
    first, second = town.alert(), town.alert()
    town.plan(first)
    ben = town.person()
    town.plan(second)
    with town.store.read() as session:

        def alerts_of(person: int, among: list[int] | None = None) -> list[int]:
            found = batches_naming(session, person, among)
            return [wave.alert_id for wave, batch in found if person in batch.people()]

        assert alerts_of(people[0]) == [first, second]
        assert alerts_of(ben) == [second]
        assert alerts_of(people[0], [second]) == [second]
        assert alerts_of(ben + 1) == []


def test_closing_says_what_never_left_what_was_in_vain_and_what_may_have_left() -> None:
    batch = Batch(
        outcomes=bytes([Outcome.PENDING, Outcome.IN_FLIGHT, Outcome.SENT, Outcome.GONE]),
        attempts=1,
    )
    close(batch, NOON)
    assert list(batch.outcomes) == [Outcome.ENDED, Outcome.UNKNOWN, Outcome.SENT, Outcome.GONE]
    assert (batch.state, batch.done_at, batch.lease_owner) == (BatchState.DONE, NOON, None)
    tried = Batch(outcomes=bytes([Outcome.PENDING]), attempts=2)
    close(tried, NOON)
    assert list(tried.outcomes) == [Outcome.GAVE_UP]


def test_receipts_and_reports_are_a_persons_own(town: Town) -> None:
    alert_id, ana, ben = town.alert(), town.person(), town.person()
    with town.store.begin() as session:
        for person in (ana, ben):
            said = {"alert_id": alert_id, "subscriber_id": person, "received_at": NOON}
            session.add_all([Receipt(event="shown", **said), Receipt(event="opened", **said)])
            session.add(Report(reason="not_here", **said))
    with town.store.read() as session:
        assert [receipt.event for receipt in receipts_of(session, ana)] == ["shown", "opened"]
        assert [report.subscriber_id for report in reports_of(session, ben)] == [ben]
