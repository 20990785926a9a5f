"""Is an answer remembered, once, and forgotten in time?"""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from alerts.store.engine import Store
from alerts.store.idempotency import RememberedAnswer, forget_before, remembered
from tests.fakes.clock import NOON


def remember(store: Store, lookup: bytes, age: timedelta = timedelta(0)) -> None:
    with store.begin() as session:
        session.add(
            RememberedAnswer(
                lookup=lookup,
                who=b"somebody",
                request_digest=b"request",
                status=201,
                sealed_body=b"\x00sealed\xff",
                answered_at=NOON - age,
            )
        )


def test_an_answer_comes_back_byte_for_byte(store: Store) -> None:
    remember(store, b"key")
    with store.read() as session:
        found = remembered(session, b"key")
        assert found is not None
        assert (found.status, found.sealed_body) == (201, b"\x00sealed\xff")
        assert remembered(session, b"another key") is None


def test_of_two_answers_to_one_key_only_the_first_is_kept(store: Store) -> None:
    remember(store, b"key")
    with pytest.raises(IntegrityError):
        remember(store, b"key")


def test_old_answers_are_forgotten(store: Store) -> None:
    remember(store, b"old", timedelta(days=2))
    remember(store, b"new")
    with store.begin() as session:
        forget_before(session, NOON - timedelta(days=1))
    with store.read() as session:
        assert remembered(session, b"old") is None
        assert remembered(session, b"new") is not None
