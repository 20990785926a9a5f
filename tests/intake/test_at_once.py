"""Two feeds bring one child at the same moment, or to different processes."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.intake.document import TakenIn
from alerts.store.feeds import Feed
from alerts.store.submissions import SubmissionOutcome
from config.settings import Settings
from service.wiring import Runtime, wire
from tests.intake.carried import (
    ROBIN,
    WREN,
    add_feed,
    doc,
    drawn,
    found,
    push,
    theirs,
)
from tests.service.api_partner.documents import as_bytes

pytest_plugins = ("tests.store.databases",)

ACCEPTED, DUPLICATE, HELD = (
    SubmissionOutcome.ACCEPTED,
    SubmissionOutcome.DUPLICATE,
    SubmissionOutcome.HELD,
)


# --- at the same moment


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime without places, on SQLite and on PostgreSQL."""
    made = wire(Settings(data_dir=tmp_path / "var", database_url=database_url, _env_file=None))
    yield made
    made.close()


def test_two_feeds_at_the_same_moment_make_one_alert(anywhere: Runtime) -> None:
    feeds = [add_feed(anywhere, slug) for slug in ("ncmec", "state")]
    push(anywhere, feeds[0], drawn(doc(ROBIN, number="9")))  # the book is read before the race
    for number in range(5):
        child = WREN | {"firstName": f"Wren{'abcde'[number] * 5}"}
        slip = child | {"lastName": "Exampel"}
        documents = [
            drawn(doc(child, number=f"a{number}")),
            drawn(theirs(slip, number=f"b{number}")),
        ]
        taken = at_once(anywhere, feeds, documents)
        assert taken[0].alert_id == taken[1].alert_id
        assert {one.outcome for one in taken} == {ACCEPTED, DUPLICATE}


def test_two_feeds_that_race_crosswise_never_lock_each_other_out(anywhere: Runtime) -> None:
    feeds = [add_feed(anywhere, slug) for slug in ("ncmec", "state")]
    for number in range(4):
        wren = WREN | {"firstName": f"Wren{'abcd'[number] * 5}"}
        robin = ROBIN | {"firstName": f"Robin{'abcd'[number] * 5}"}
        documents = [
            drawn(doc(wren, robin, number=f"a{number}")),
            drawn(theirs(robin, wren, number=f"b{number}")),
        ]
        taken = at_once(anywhere, feeds, documents)
        assert taken[0].alert_id == taken[1].alert_id


def test_two_pages_of_the_same_children_in_another_order_end_well(anywhere: Runtime) -> None:
    feeds = [add_feed(anywhere, slug) for slug in ("ncmec", "state")]
    names = ("Finch", "Heron", "Plover", "Kestrel", "Osprey", "Dunlin")
    children = [
        WREN | {"firstName": name, "dateOfBirth": f"20{10 + i}-0{1 + i}-1{i}"}
        for i, name in enumerate(names)
    ]
    ours = [drawn(doc(child, number=f"a{i}")) for i, child in enumerate(children)]
    others = [drawn(theirs(child, number=f"b{i}")) for i, child in enumerate(children)]
    pages = dict[int, list[TakenIn]]()

    def take(i: int, documents: list[dict[str, Any]]) -> None:
        intake = anywhere.intake
        prepared = [intake._read_poster(feeds[i], as_bytes(one), None) for one in documents]
        with anywhere.store.begin() as session:
            intake.in_turn(session, prepared)
            pages[i] = [intake.write(session, feeds[i], one) for one in prepared]

    threads = [
        threading.Thread(target=take, args=(i, documents))
        for i, documents in enumerate((ours, others[::-1]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    alerts = [[taken.alert_id for taken in pages[i]] for i in (0, 1)]
    assert alerts[0] == alerts[1][::-1]
    assert len(set(alerts[0])) == len(names)


def at_once(runtime: Runtime, feeds: list[Feed], documents: list[dict[str, Any]]) -> list[TakenIn]:
    """Push each document by its feed, all in the same moment."""
    gate, taken = threading.Barrier(len(feeds)), dict[int, TakenIn]()

    def run(i: int) -> None:
        gate.wait()
        taken[i] = push(runtime, feeds[i], documents[i])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(feeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(taken) == len(feeds)
    return [taken[i] for i in range(len(feeds))]


def test_a_match_from_before_the_process_started_is_found(
    anywhere: Runtime, tmp_path: Path
) -> None:
    first = push(anywhere, add_feed(anywhere, "ncmec"), drawn(doc()))
    fresh = wire(anywhere.settings)
    second = push(fresh, add_feed(fresh, "state"), drawn(theirs()))
    third = push(anywhere, add_feed(anywhere, "third"), drawn(theirs(number="99")))
    fresh.close()
    assert {second.alert_id, third.alert_id} == {first.alert_id}


def test_what_ended_is_forgotten(anywhere: Runtime) -> None:
    ncmec, state = add_feed(anywhere, "ncmec"), add_feed(anywhere, "state")
    push(anywhere, ncmec, drawn(doc()))
    push(anywhere, ncmec, drawn(found(doc())))
    known = anywhere.intake.known
    with anywhere.store.read() as session:
        known.refresh(session, anywhere.vault, anywhere.clock() + timedelta(hours=1))
    assert len(known) == 0
    taken = push(anywhere, state, drawn(theirs()))
    assert taken.alert_id is not None
