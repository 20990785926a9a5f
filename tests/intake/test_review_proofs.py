"""Temporary proofs of a reviewer."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.alert import Status
from alerts.intake.receive import Intake
from alerts.poster import CaseKey
from alerts.store.alerts import Alert
from alerts.store.feeds import Trust
from alerts.store.staff import record
from alerts.store.submissions import SubmissionOutcome
from config.settings import Settings
from service.wiring import Runtime, wire
from tests.intake.cap_feed import CapFeed, at, codes, ref, story
from tests.intake.cap_feed import add_feed as add_cap
from tests.intake.carried import ROBIN, WREN, add_feed, doc, drawn, found, push, theirs, withdraw, notices
from tests.intake.carried import alert as alert_of
from tests.service.api_partner.documents import as_bytes, message

pytest_plugins = ("tests.store.databases", "tests.intake.cap_fixtures")


@pytest.fixture
def scaled(postgresql_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = wire(Settings(data_dir=tmp_path / "var", database_url=postgresql_url, _env_file=None))
    yield made
    made.close()


def test_steal_alias(small_police: CapFeed) -> None:
    police = small_police
    a = police.alert("A")
    u = police.update("U", 1, ref("A"))
    assert u.alert_id == a.alert_id
    thief = police.beside("thief", Trust.REVIEW)
    t = thief.alert("U", 1, words="Another child altogether in another town")
    print("thief", t.outcome, codes(t), t.alert_id == a.alert_id)
    c = police.cancel("C", 2, ref("U", 1))
    print("cancel", c.outcome, codes(c), police.notices())
    assert police.there(a).status is Status.ENDED


def test_found_by_partner_nameless(small_police: CapFeed) -> None:
    r = small_police.runtime
    ncmec, county = add_feed(r, "ncmec"), add_feed(r, "county", Trust.AMBER_AUTO)
    first = push(r, ncmec, drawn(doc()))
    bare = {"organizationCode": "NCMC", "caseNumber": "1", "children": [{"dateFound": "2026-01-01T00:00:00Z"}]}
    t = push(r, county, bare)
    print(t.outcome, codes(t))
    assert alert_of(r, first.alert_id).status is not Status.ENDED


def _race(*jobs):
    out: dict[int, object] = {}

    def run(i, job):
        try:
            out[i] = job()
        except Exception as e:  # noqa
            out[i] = e

    ts = [threading.Thread(target=run, args=(i, j)) for i, j in enumerate(jobs)]
    for t in ts:
        t.start()
    for t in ts:
        t.join(30)
    return out


def test_many_caps_crosswise(scaled: Runtime) -> None:
    one, two = add_cap(scaled, "one"), add_cap(scaled, "two")
    def whole(*names):
        from tests.intake.cap.documents import CAP_1_2  # noqa
        return b"<alerts>" + b"".join(message(n, sender=f"{n}@x.example", sent=at(1), infos=story(f"Story of {n}")) for n in names) + b"</alerts>"
    for k in range(6):
        names = [f"k{k}n{i}" for i in range(5)]
        out = _race(lambda: one.send(whole(*names)), lambda: two.send(whole(*names[::-1])))
        for o in out.values():
            assert not isinstance(o, Exception), o
            print([i.outcome for i in o.items], {p.code for i in o.items for p in i.problems})
            assert all(i.outcome != SubmissionOutcome.REFUSED for i in o.items)


def test_audit_against_page(scaled: Runtime) -> None:
    ncmec = add_feed(scaled, "ncmec")
    robin = push(scaled, ncmec, drawn(doc(ROBIN, number="2")))
    intake: Intake = scaled.intake
    docs = [drawn(doc(WREN, number="1")), drawn(doc(ROBIN | {"hairColor": "Red"}, number="2", lastModified="2026-11-22T19:40:00Z"))]
    prepared = [intake._read_poster(ncmec, as_bytes(d), None) for d in docs]
    held, go = threading.Event(), threading.Event()

    def page():
        with scaled.store.begin() as session:
            intake.in_turn(session, prepared)
            intake.write(session, ncmec, prepared[0])
            session.flush()
            go.set()
            held.wait(10)
            time.sleep(0.5)
            return intake.write(session, ncmec, prepared[1])

    def desk():
        go.wait(10)
        with scaled.store.begin() as session:
            a = session.scalars(select(Alert).where(Alert.public_id == robin.alert_id)).one()
            session.refresh(a, with_for_update=True)
            held.set()
            record(session, scaled.clock(), actor="staff:ana", deed="alert.approved", subject="alert:x")

    out = _race(page, desk)
    for o in out.values():
        assert not isinstance(o, Exception), o


def test_pull_against_push_same_sender(scaled: Runtime) -> None:
    one, two = add_cap(scaled, "one"), add_cap(scaled, "two")
    intake = scaled.intake
    ps = intake.prepare_cap(one.feed, message("Z", sent=at(1), infos=story("Story of Z")))
    from alerts.store.turns import take_turns
    held, go = threading.Event(), threading.Event()

    def pull():
        with scaled.store.begin() as session:
            intake.in_turn(session, ps)
            go.set(); held.wait(10); time.sleep(.5)
            return [intake.write_cap(session, one.feed, p) for p in ps]

    def push_():
        go.wait(10)
        p = intake.prepare_cap(two.feed, message("Z", sent=at(1), infos=story("Story of Z")))[0]
        with scaled.store.begin() as session:
            take_turns(session, scaled.vault.lookup("cap-sender", p.ask.alert.sender))
            held.set()
            return intake.write_cap(session, two.feed, p)

    for o in _race(pull, push_).values():
        assert not isinstance(o, Exception), o


def test_join_while_lead_withdraws(scaled: Runtime, monkeypatch) -> None:
    ncmec, state = add_feed(scaled, "ncmec"), add_feed(scaled, "state")
    first = push(scaled, ncmec, drawn(doc()))
    import alerts.intake.take_in as ti
    real = ti.join_certain
    def slow(arrival, match):
        out = []
        t = threading.Thread(target=lambda: out.append(withdraw(scaled, ncmec, "NCMC", "1")))
        t.start(); t.join(3)
        return real(arrival, match)
    monkeypatch.setattr(ti, "join_certain", slow)
    taken = push(scaled, state, drawn(theirs()))
    monkeypatch.setattr(ti, "join_certain", real)
    print(taken.outcome, codes(taken), notices(scaled))
    with scaled.store.read() as session:
        st = [a.status for a in session.scalars(select(Alert))]
    print(st)
    assert Status.ACTIVE in st or Status.HELD in st


def test_phantom_book(small_police: CapFeed) -> None:
    r = small_police.runtime
    print(len(r.intake.known))
