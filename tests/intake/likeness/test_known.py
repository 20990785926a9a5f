"""Does a process know the children that it took in, and those only, without asking again?"""

from contextlib import nullcontext, suppress
from typing import Any

import pytest
from sqlalchemy.orm import Session

from alerts.intake.document import TakenIn
from alerts.intake.likeness.identity import identity_of
from alerts.intake.likeness.known import MOST_MATCHES, KnownChildren
from alerts.intake.ncmec.reader import read_poster
from alerts.store.cases import open_poster
from alerts.store.feeds import Feed
from service.wiring import Runtime
from tests.intake.case.carried import WREN, add_feed, doc, drawn, push
from tests.intake.messages.cap_feed import CapFeed
from tests.service.api_partner.documents import as_bytes

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")

PAUL = {
    "firstName": "Paul",
    "lastName": "Sample",
    "dateOfBirth": "2012-11-30",
    "missingSince": WREN["missingSince"],
    "missingState": "TX",
}


class Undone(Exception):
    """The transaction doesn't come to be."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which posters were opened to be known, in order."""
    ids: list[int] = []

    def noted(vault: Any, key_id: Any, record: Any) -> Any:
        ids.append(record.id)
        return open_poster(vault, key_id, record)

    monkeypatch.setattr("alerts.intake.likeness.known.open_poster", noted)
    return ids


@pytest.fixture
def relay(instance: Runtime) -> Feed:
    """A feed, and a process that has read what there is: nothing."""
    feed = add_feed(instance, "relay")
    assert matches(instance, WREN) == []
    return feed


def matches(instance: Runtime, child: dict[str, Any], known: KnownChildren | None = None) -> Any:
    """Return the cases that another organization's poster of a child may be of."""
    poster = read_poster(doc(child, organization="TXDPS", number="77")).poster
    assert poster is not None
    identity = identity_of(poster, instance.clock())
    with instance.store.read() as session:
        book = instance.intake.known if known is None else known
        return [match.case_id for match in book.matches(session, instance.vault, identity)]


def write(instance: Runtime, session: Session, feed: Feed, child: dict[str, Any]) -> TakenIn:
    """Take a poster in, in a transaction that goes on."""
    raw = as_bytes(drawn(doc(child, number=child["firstName"])))
    return instance.intake.write(session, feed, instance.intake._read_poster(feed, raw, None))


def write_and_undo(
    instance: Runtime, feed: Feed, child: dict[str, Any], *, savepoint: bool = False
) -> None:
    """Take a poster in, in a transaction that is rolled back."""
    with suppress(Undone), instance.store.begin() as session:
        with session.begin_nested() if savepoint else nullcontext():
            write(instance, session, feed, child)
        raise Undone


def test_what_it_committed_is_known_at_once_and_never_opened(
    instance: Runtime, relay: Feed, opened: list[int]
) -> None:
    with instance.store.begin() as session:
        write(instance, session, relay, WREN)
        assert len(instance.intake.known) == 0
    assert len(instance.intake.known) == 1
    assert len(matches(instance, WREN)) == 1
    assert (matches(instance, PAUL), opened) == ([], [])


def test_what_was_rolled_back_was_never_known(instance: Runtime, relay: Feed) -> None:
    write_and_undo(instance, relay, WREN)
    assert len(instance.intake.known) == 0
    assert matches(instance, WREN) == []
    with instance.store.begin() as session:
        assert write(instance, session, relay, WREN).outcome.value == "accepted"
    assert len(matches(instance, WREN)) == 1


def test_of_savepoints_only_those_that_last_are_known(
    instance: Runtime, relay: Feed, opened: list[int]
) -> None:
    with instance.store.begin() as session:
        undone = session.begin_nested()
        write(instance, session, relay, WREN)
        undone.rollback()
        with session.begin_nested():
            write(instance, session, relay, PAUL)
        assert len(instance.intake.known) == 0  # released, but not committed
    assert len(instance.intake.known) == 1
    assert len(matches(instance, PAUL)) == 1
    assert (matches(instance, WREN), opened) == ([], [])


def test_a_savepoint_that_lasts_goes_with_its_transaction(instance: Runtime, relay: Feed) -> None:
    write_and_undo(instance, relay, WREN, savepoint=True)
    assert len(instance.intake.known) == 0
    assert matches(instance, WREN) == []


def test_what_other_processes_committed_is_opened_once(
    instance: Runtime, relay: Feed, opened: list[int]
) -> None:
    beside = KnownChildren()
    assert matches(instance, WREN, beside) == []
    push(instance, relay, drawn(doc(WREN)))
    for _ in range(3):
        assert len(matches(instance, WREN, beside)) == 1
    assert len(opened) == 1


def test_of_many_cases_that_it_may_be_of_a_few_are_named(small_police: CapFeed) -> None:
    """One name in place after place: never surely the same child, always perhaps."""
    instance = small_police.runtime
    relay = add_feed(instance, "relay")
    vague = {"firstName": "Wren", "lastName": "Example", "ageNow": "9", "missingState": "MI"}
    for number in range(MOST_MATCHES + 2):
        push(instance, relay, drawn(doc(vague, organization=f"ORG{number}")))
    assert len(instance.intake.known) == MOST_MATCHES + 2
    assert len(matches(instance, vague)) == MOST_MATCHES
