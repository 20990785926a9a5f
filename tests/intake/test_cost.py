"""What does a document cost the database, on either size? More than this is a mistake to find.

The bounds are what it cost when they were written, and two more.
"""

import pytest

from alerts.store.feeds import Feed
from service.wiring import Runtime
from tests.intake.case.carried import WREN, add_feed, doc, drawn, push
from tests.intake.messages.cap_feed import ACCEPTED, DUPLICATE, CapFeed, ref
from tests.intake.statements import counted

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")

A_NEW_POSTER = 14 + 2
THE_SAME_POSTER = 13 + 2
A_NEW_CAP_ALERT = 21 + 2
THE_SAME_CAP_ALERT = 7 + 2
A_CAP_UPDATE = 47 + 2


@pytest.fixture
def relay(instance: Runtime) -> Feed:
    """A feed of posters that has sent before: what is done once is done."""
    feed = add_feed(instance, "relay")
    push(instance, feed, drawn(doc(WREN | {"firstName": "Robin"}, number="0")))
    return feed


@pytest.fixture
def chatty(police: CapFeed) -> CapFeed:
    """A CAP feed that has sent before."""
    police.alert("Z")
    return police


def test_a_new_poster(instance: Runtime, relay: Feed) -> None:
    with counted(instance) as statements:
        taken = push(instance, relay, drawn(doc()))
    assert taken.outcome is ACCEPTED
    assert len(asked(statements)) <= A_NEW_POSTER


def test_the_same_poster_again_writes_down_that_it_came_and_no_more(
    instance: Runtime, relay: Feed
) -> None:
    push(instance, relay, drawn(doc()))
    with counted(instance) as statements:
        taken = push(instance, relay, drawn(doc()))
    assert taken.outcome is DUPLICATE
    assert len(asked(statements)) <= THE_SAME_POSTER
    assert tables_written(statements) == ["submission"]


def test_a_new_cap_alert(instance: Runtime, chatty: CapFeed) -> None:
    with counted(instance) as statements:
        taken = chatty.alert("A")
    assert taken.outcome is ACCEPTED
    assert len(asked(statements)) <= A_NEW_CAP_ALERT


def test_the_same_cap_alert_again_writes_down_that_it_came_and_no_more(
    instance: Runtime, chatty: CapFeed
) -> None:
    chatty.alert("A")
    with counted(instance) as statements:
        taken = chatty.alert("A")
    assert taken.outcome is DUPLICATE
    assert len(asked(statements)) <= THE_SAME_CAP_ALERT
    assert tables_written(statements) == ["submission"]


def test_a_cap_update(instance: Runtime, chatty: CapFeed) -> None:
    chatty.alert("A")
    with counted(instance) as statements:
        taken = chatty.update("B", 1, ref("A"))
    assert taken.outcome is ACCEPTED
    assert len(asked(statements)) <= A_CAP_UPDATE


def asked(statements: list[str]) -> list[str]:
    """Return the statements about data: how a writer waits for its turn depends on the size."""
    return [said for said in statements if not said.startswith(("BEGIN", "SELECT pg_advisory"))]


def tables_written(statements: list[str]) -> list[str]:
    """Return into which tables rows were put, or in which they were changed."""
    words = [statement.split() for statement in statements]
    return [
        *(said[2] for said in words if said[0] in ("INSERT", "DELETE")),
        *(said[1] for said in words if said[0] == "UPDATE"),
    ]
