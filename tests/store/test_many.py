"""Can any number of ids be asked for at once?"""

from collections.abc import Iterable

import numpy as np
import pytest
from sqlalchemy import delete, insert, select

from alerts.store.engine import Store
from alerts.store.many import among
from alerts.store.subscribers import NeighborhoodChange as Row

COUNT = 500


@pytest.fixture
def ids(store: Store) -> list[int]:
    with store.begin() as session:
        session.execute(
            insert(Row), [{"neighborhood_id": n, "subscriber_id": n % 3} for n in range(COUNT)]
        )
    with store.read() as session:
        return list(session.scalars(select(Row.seq).order_by(Row.seq)))


def found(store: Store, asked: Iterable[int]) -> list[int]:
    with store.read() as session:
        statement = select(Row.seq).where(among(session, Row.seq, asked)).order_by(Row.seq)
        return list(session.scalars(statement))


def test_none_find_none(store: Store, ids: list[int]) -> None:
    assert found(store, []) == []


def test_one_finds_one(store: Store, ids: list[int]) -> None:
    assert found(store, [ids[7]]) == [ids[7]]


def test_fifty_thousand_find_those_that_are_there(store: Store, ids: list[int]) -> None:
    assert found(store, range(50_000)) == ids
    assert found(store, range(ids[-1] + 1, 50_000)) == []


def test_ids_may_repeat_be_large_and_come_from_numpy(store: Store, ids: list[int]) -> None:
    assert found(store, np.array([ids[0], ids[0], 2**53], np.int64)) == [ids[0]]


def test_two_conditions_in_one_statement_dont_meet(store: Store, ids: list[int]) -> None:
    with store.begin() as session:
        session.execute(
            delete(Row).where(
                among(session, Row.seq, ids[:100]), among(session, Row.subscriber_id, [0, 1])
            )
        )
    assert len(found(store, ids)) == COUNT - 67
