"""Two feeds bring one child at the same moment, or to different processes."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.alert import Status
from alerts.desk.recall import Recalled, recall
from alerts.intake.case import cases
from alerts.intake.document import TakenIn
from alerts.poster import CaseKey
from alerts.store.alerts import Alert
from alerts.store.cases import CaseRecord
from alerts.store.feeds import Feed
from alerts.store.staff import Staff
from alerts.store.submissions import SubmissionOutcome
from config.settings import Settings
from service.wiring import Runtime, wire
from tests.intake.case.carried import (
    ROBIN,
    WREN,
    add_feed,
    ago,
    doc,
    drawn,
    found,
    push,
    theirs,
)
from tests.intake.messages.cap_feed import add_feed as add_cap_feed
from tests.intake.messages.cap_feed import at, story
from tests.service.api_partner.documents import as_bytes, message

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


def test_two_documents_of_the_same_alerts_in_another_order_end_well(anywhere: Runtime) -> None:
    one, two = (add_cap_feed(anywhere, slug) for slug in ("one", "two"))
    for number in range(4):
        alerts = [
            message(name, sender=f"{name}@police.example", sent=at(1), infos=story(f"Of {name}"))
            for name in (f"EX-{number}-{i}" for i in range(5))
        ]
        whole = [b"<alerts>" + b"".join(ones) + b"</alerts>" for ones in (alerts, alerts[::-1])]
        taken = both(partial(one.send, whole[0]), partial(two.send, whole[1]))
        outcomes = [{item.outcome for item in document.items} for document in taken]
        assert sorted(outcomes, key=str) == [{ACCEPTED}, {DUPLICATE}]


def test_a_feed_that_is_pulled_and_one_that_pushes_may_have_one_sender(anywhere: Runtime) -> None:
    pulled, pushes = (add_cap_feed(anywhere, slug) for slug in ("pulled", "pushes"))
    for number in range(4):
        alert = message(f"EX-{number}", sent=at(number), infos=story(f"Story {number}"))

        def pull(alert: bytes = alert) -> TakenIn:
            intake = anywhere.intake
            prepared = intake.prepare_cap(pulled.feed, alert)
            with anywhere.store.begin() as session:
                intake.in_turn(session, prepared)
                time.sleep(0.1)
                return intake.write_cap(session, pulled.feed, prepared[0])

        taken = both(pull, partial(pushes.send, alert))
        assert {one.outcome for one in taken} == {ACCEPTED, DUPLICATE}


def test_the_desk_may_act_on_an_alert_while_a_page_is_written_down(anywhere: Runtime) -> None:
    feed, intake = add_feed(anywhere, "ncmec"), anywhere.intake
    robin = push(anywhere, feed, drawn(doc(ROBIN, number="2")))
    redder = doc(ROBIN | {"hairColor": "Red"}, number="2", lastModified=ago(minutes=1))
    page = [drawn(doc(WREN, number="1")), drawn(redder)]
    prepared = [intake._read_poster(feed, as_bytes(one), None) for one in page]
    is_written = threading.Event()

    def take() -> list[TakenIn]:
        with anywhere.store.begin() as session:
            intake.in_turn(session, prepared)
            first = intake.write(session, feed, prepared[0])
            is_written.set()
            time.sleep(0.3)  # the desk has the other alert by now
            return [first, intake.write(session, feed, prepared[1])]

    def recall_it() -> Recalled:
        is_written.wait(10)
        ana = Staff(name="ana", role="admin", joined_at=anywhere.clock())
        with anywhere.store.begin() as session:
            there = session.scalars(select(Alert).where(Alert.public_id == robin.alert_id)).one()
            return recall(session, there, ana, anywhere.clock())

    taken, recalled = both(take, recall_it)
    assert taken[0].outcome is ACCEPTED
    assert recalled.status is Status.ENDED


def both(one: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    """Do both at the same moment; an error of either is raised here."""
    with ThreadPoolExecutor(2) as threads:
        return [future.result(30) for future in [threads.submit(one), threads.submit(other)]]


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


@pytest.fixture
def scaled(postgresql_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on PostgreSQL: in SQLite nobody writes between a match and what follows."""
    made = wire(Settings(data_dir=tmp_path / "var", database_url=postgresql_url, _env_file=None))
    yield made
    made.close()


def test_a_poster_never_joins_a_case_that_ended_while_it_waited_for_it(
    scaled: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ncmec, state = add_feed(scaled, "ncmec"), add_feed(scaled, "state")
    first = push(scaled, ncmec, drawn(doc()))
    real = cases.case_in_its_turn

    def withdrawn_meanwhile(session: Session, case_id: int) -> CaseRecord:
        with ThreadPoolExecutor(1) as pool:
            key = CaseKey(organization="NCMC", number="1")
            assert pool.submit(scaled.intake.withdrawal, ncmec, key).result(30).ended
        return real(session, case_id)

    monkeypatch.setattr("alerts.intake.case.take_in.case_in_its_turn", withdrawn_meanwhile)
    second = push(scaled, state, drawn(theirs()))
    assert second.outcome is ACCEPTED
    assert second.alert_id != first.alert_id
    with scaled.store.read() as session:
        told = session.scalars(select(Alert).where(Alert.public_id == second.alert_id)).one()
    assert told.status is Status.ACTIVE
