"""Are Atom, RSS, JSON and CAP documents polled by the timetable, each by one process at a time?"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alerts.errors import Conflict
from alerts.intake.pull import make_ready
from alerts.intake.pull.timetable import LONGEST_BACK_OFF
from alerts.store.feeds import Feed, FeedKind, Trust, due_feeds, is_pulled, pulled_feeds
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.polling import HURRY, Polling
from service.reading_turns import LASTS, ReadingTurn
from service.wiring import Runtime, wire
from tests.fakes.clock import StandingClock
from tests.intake.pull.documents import atom, atom_of, cap, collection, entry, listed
from tests.stand_ins.feed_server import FeedServer, Page, run_feed_server
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with run_feed_server() as running:
        yield running


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    settings = settings_at(
        tmp_path / "var", database_url, feed_allow_loopback=True, feed_timeout_s=8
    )
    made = wire(settings, StandingClock())
    yield made
    made.close()


@pytest.fixture
def polling(house: Runtime) -> Iterator[Polling]:
    bell = Doorbell("", Jobs(house))
    yield Polling(house, bell)
    bell.close()


def add(house: Runtime, url: str | None, kind: FeedKind = FeedKind.ATOM, **how: object) -> Feed:
    with house.store.begin() as session:
        slug = str(how.pop("slug", kind))
        feed = Feed(slug=slug, kind=kind, trust=Trust.AUTO, url=url, created_at=house.clock())
        for name, value in how.items():
            setattr(feed, name, value)
        session.add(feed)
    return feed


def as_it_is(house: Runtime, feed: Feed) -> Feed:
    with house.store.read() as session:
        return session.get_one(Feed, feed.id)


def waits(house: Runtime, feed: Feed) -> timedelta:
    due = as_it_is(house, feed).next_poll_at
    assert due is not None
    return due - house.clock()


def wait_for_polls() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("poll-"):
            thread.join(20)


def count(house: Runtime, outcome: str, slug: str = "atom") -> float:
    name = "porchlight_feed_polls_total"
    labels = {"feed": slug, "outcome": outcome}
    return house.metrics.registry.get_sample_value(name, labels) or 0.0


def test_feeds_with_an_address_are_pulled(house: Runtime) -> None:
    url = "https://a.example/"
    pulled = [add(house, url, kind) for kind in FeedKind if kind is not FeedKind.POSTER]
    pushes = [
        add(house, url, FeedKind.POSTER),
        add(house, None, FeedKind.CAP, slug="cap-pushed"),
        add(house, None, FeedKind.RSS, slug="rss-pushed"),
        add(house, url, FeedKind.RSS, slug="rss-paused", paused=True),
    ]
    with house.store.read() as session:
        assert {feed.id for feed in due_feeds(session, house.clock())} == {f.id for f in pulled}
        assert {feed.id for feed in pulled_feeds(session)} == {feed.id for feed in pulled}
    assert all(is_pulled(feed) for feed in pulled)
    assert not any(is_pulled(feed) for feed in pushes[:3])


def test_a_feed_that_is_due_is_polled_and_its_alerts_are_planned(
    house: Runtime, polling: Polling, server: FeedServer
) -> None:
    feed = add(house, server.put("/feed", Page(body=atom_of(2), etag='"two"')))
    polling.poll_due()
    wait_for_polls()
    after = as_it_is(house, feed)
    assert (after.read_at, after.failures, after.last_error) == (house.clock(), 0, None)
    assert after.reading_until is None
    assert MINUTE * 0.9 <= waits(house, feed) <= MINUTE * 1.1
    polling.poll_due()
    wait_for_polls()
    assert len(server.requests) == 1
    assert polling.poll_now(feed).documents == 0
    assert (count(house, "read"), count(house, "unchanged")) == (1, 1)


def test_a_feed_may_have_an_interval_of_its_own(
    house: Runtime, polling: Polling, server: FeedServer
) -> None:
    url = server.put("/feed", Page(body=atom_of(1)))
    feed = add(house, url, poll_every_s=600.0)
    polling.poll(feed)
    assert MINUTE * 9 <= waits(house, feed) <= MINUTE * 11


def test_failures_back_off_and_a_success_ends_that(
    house: Runtime, polling: Polling, server: FeedServer
) -> None:
    feed = add(house, server.put("/feed", Page(status=500)))
    for failures in range(1, 8):
        done = polling.poll_now(feed)
        assert done.why == "The feed answers with status 500."
        whole = min(MINUTE * 2**failures, LONGEST_BACK_OFF)
        assert whole / 2 <= waits(house, feed) <= whole
    assert as_it_is(house, feed).failures == 7
    assert count(house, "failed") == 7
    server.put("/feed", Page(body=atom_of(1)))
    polling.poll(feed)
    assert as_it_is(house, feed).failures == 0
    assert waits(house, feed) <= MINUTE * 1.1


def test_a_source_that_asks_for_an_hour_gets_it(
    house: Runtime, polling: Polling, server: FeedServer
) -> None:
    page = Page(status=429, headers={"Retry-After": "3600"})
    feed = add(house, server.put("/feed", page))
    polling.poll(feed)
    assert waits(house, feed) == timedelta(hours=1)


def test_what_was_left_is_fetched_soon(
    house: Runtime, polling: Polling, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.intake.pull.follow.LINKS_PER_POLL", 1)
    links = [server.put(f"/EX-{n}", Page(body=cap(f"EX-{n}"))) for n in range(2)]
    entries = [entry(f"e{n}", link=link) for n, link in enumerate(links)]
    feed = add(house, server.put("/feed", Page(body=atom(*entries))))
    polling.poll(feed)
    assert waits(house, feed) <= HURRY * 1.1
    polling.poll(feed)
    assert waits(house, feed) >= MINUTE * 0.9


def test_a_slow_feed_does_not_hold_up_the_others(
    house: Runtime, polling: Polling, server: FeedServer
) -> None:
    gate = threading.Event()
    slow = add(house, server.put("/slow", Page(body=atom_of(1), gate=gate)), slug="slow")
    quick = add(house, server.put("/quick", Page(body=collection(listed("1")))), FeedKind.JSON)
    polling.poll_due()
    for _ in range(200):
        if as_it_is(house, quick).read_at is not None:
            break
        gate.wait(0.05)
    assert as_it_is(house, quick).read_at is not None
    assert as_it_is(house, slow).read_at is None
    gate.set()
    wait_for_polls()
    assert as_it_is(house, slow).read_at is not None


def test_two_processes_never_read_a_feed_at_once(
    house: Runtime, polling: Polling, server: FeedServer, database_url: str, tmp_path: Path
) -> None:
    gate = threading.Event()
    feed = add(house, server.put("/feed", Page(body=atom_of(1), gate=gate)))
    polling.poll_due()
    while not server.requests:
        gate.wait(0.01)
    other = Polling(house, polling._bell)  # as another process has it
    with pytest.raises(Conflict, match="being read just now"):
        other.poll_now(feed)
    assert other.poll(feed) == 0
    gate.set()
    wait_for_polls()
    assert len(server.requests) == 1
    assert other.poll_now(feed).why is None


def test_a_turn_whose_process_died_is_over_soon(house: Runtime) -> None:
    feed = add(house, "https://a.example/")
    clock = house.clock
    assert isinstance(clock, StandingClock)
    dead = ReadingTurn(house.store, clock, feed.id)
    assert dead.take(only_if_due=True, puts_off=MINUTE)
    assert not ReadingTurn(house.store, clock, feed.id).take(only_if_due=False, puts_off=MINUTE)
    clock.move_on(seconds=LASTS.total_seconds())
    assert ReadingTurn(house.store, clock, feed.id).take(only_if_due=False, puts_off=MINUTE)


def test_a_turn_that_lasts_is_prolonged_and_then_given_back(
    house: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.reading_turns.PROLONGED_EVERY_S", 0.02)
    clock = house.clock
    assert isinstance(clock, StandingClock)
    feed = add(house, "https://a.example/")
    turn = ReadingTurn(house.store, clock, feed.id)
    assert turn.take(only_if_due=False, puts_off=MINUTE)
    with turn:
        now = clock.move_on(seconds=30)
        for _ in range(200):
            until = as_it_is(house, feed).reading_until
            if until == now + LASTS:
                break
            threading.Event().wait(0.02)
        assert until == now + LASTS
    assert as_it_is(house, feed).reading_until is None


def test_a_turn_that_somebody_else_took_is_left_to_them(
    house: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.reading_turns.PROLONGED_EVERY_S", 0.02)
    clock = house.clock
    assert isinstance(clock, StandingClock)
    feed = add(house, "https://a.example/")
    ours = ReadingTurn(house.store, clock, feed.id)
    assert ours.take(only_if_due=False, puts_off=MINUTE)
    clock.move_on(hours=1)
    theirs = ReadingTurn(house.store, clock, feed.id)
    assert theirs.take(only_if_due=False, puts_off=MINUTE)
    with ours:
        threading.Event().wait(0.1)
    assert as_it_is(house, feed).reading_until == clock() + LASTS


def test_an_error_of_ours_at_an_item_is_logged_without_its_words(
    house: Runtime, polling: Polling, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise ValueError("Wren Example")

    monkeypatch.setattr(make_ready, "_prepared", fails)
    feed = add(house, server.put("/feed", Page(body=atom_of(1))))
    with capture_logs() as logs:
        done = polling.poll_now(feed)
    [line] = [line for line in logs if line["event"] == "poll_item_failed"]
    assert (line["error"], line["at"][-1].split()[-1]) == ("ValueError", "fails")
    assert "Wren" not in str(logs)
    assert done.pulled is not None
    assert (done.why, done.pulled.failed) == (None, 1)
    counted = house.metrics.registry.get_sample_value(
        "porchlight_job_failures_total", {"job": "poll_item"}
    )
    assert counted == 1


def test_this_machine_is_not_asked_by_default(
    database_url: str, tmp_path: Path, server: FeedServer
) -> None:
    strict = wire(settings_at(tmp_path / "strict", database_url), StandingClock())
    bell = Doorbell("", Jobs(strict))
    feed = add(strict, server.put("/feed", Page(body=atom_of(1))))
    assert "public internet" in str(Polling(strict, bell).poll_now(feed).why)
    assert server.requests == []
    bell.close()
    strict.close()
