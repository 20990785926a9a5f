"""Is an answer remembered, once, and forgotten in time?"""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from alerts.store.engine import Store
from alerts.store.idempotency import RememberedAnswer, forget_before, in_hand, remembered
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


def test_a_request_is_in_one_hand_only(store: Store) -> None:
    with in_hand(store, b"request1") as is_free, in_hand(store, b"request1") as is_free_too:
        assert (is_free, is_free_too) == (True, False)
        with in_hand(store, b"request2") as another_is_free:
            assert another_is_free
    with in_hand(store, b"request1") as is_free:
        assert is_free


def test_a_request_whose_answer_fails_is_out_of_hand(store: Store) -> None:
    with pytest.raises(RuntimeError), in_hand(store, b"request1"):
        raise RuntimeError
    with in_hand(store, b"request1") as is_free:
        assert is_free


def test_another_process_has_a_request_in_hand(postgresql_url: str) -> None:
    here = Store(postgresql_url)
    number = int.from_bytes(b"request1", "big", signed=True)
    with create_engine(postgresql_url).connect() as elsewhere:
        elsewhere.execute(text("SELECT pg_advisory_lock(:n)"), {"n": number})
        with in_hand(here, b"request1") as is_free:
            assert not is_free
    elsewhere.engine.dispose()
    with in_hand(here, b"request1") as is_free:
        assert is_free
    here.close()
