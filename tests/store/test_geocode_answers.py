"""Are a geocoder's answers kept once each, and forgotten by their age?"""

from datetime import timedelta

from sqlalchemy import func, select

from alerts.store.engine import Store
from alerts.store.geocode_answers import GeocodeAnswer, answer_kept, forget_answers, keep_answer
from tests.fakes.clock import NOON

ASKED = b"hash of a question"


def keep(store: Store, asked: bytes, sealed: str | None, days_ago: float = 0) -> None:
    with store.begin() as session:
        keep_answer(session, "nominatim", asked, sealed, NOON - timedelta(days=days_ago))


def kept(store: Store, asked: bytes = ASKED, service: str = "nominatim") -> str | None:
    with store.read() as session:
        found = answer_kept(session, service, asked)
    return found.sealed if found else "never asked"


def test_what_was_never_asked_has_no_answer(store: Store) -> None:
    assert kept(store) == "never asked"


def test_an_answer_is_kept_for_its_service_and_question(store: Store) -> None:
    keep(store, ASKED, "sealed")
    assert kept(store) == "sealed"
    assert kept(store, b"another") == "never asked"
    assert kept(store, service="photon") == "never asked"


def test_that_nobody_knows_a_place_is_kept_too(store: Store) -> None:
    keep(store, ASKED, None)
    assert kept(store) is None


def test_the_newest_answer_takes_the_place_of_the_older(store: Store) -> None:
    for sealed in ("old", None, "new", None, "newest"):
        keep(store, ASKED, sealed)
    assert kept(store) == "newest"
    with store.read() as session:
        assert session.scalar(select(func.count(GeocodeAnswer.id))) == 1


def test_places_and_unknown_places_are_forgotten_each_in_their_time(store: Store) -> None:
    keep(store, b"place, old", "sealed", days_ago=31)
    keep(store, b"place", "sealed", days_ago=29)
    keep(store, b"unknown, old", None, days_ago=2)
    keep(store, b"unknown", None, days_ago=0.5)
    with store.begin() as session:
        forget_answers(
            session,
            found_before=NOON - timedelta(days=30),
            unknown_before=NOON - timedelta(days=1),
        )
        left = set(session.scalars(select(GeocodeAnswer.asked_hash)))
    assert left == {b"place", b"unknown"}
