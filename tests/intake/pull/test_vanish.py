"""Is what vanishes from a feed told to the desk, once, and never ended by itself?"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.alert import Status
from alerts.errors import FeedUnavailable
from alerts.intake.pull.vanish import lift
from alerts.store.feeds import Feed
from alerts.store.notices import see_to
from alerts.store.staff import AuditEntry
from tests.fakes.clock import NOON
from tests.intake.cap.documents import info
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import (
    atom,
    atom_of,
    cancel,
    cap,
    child,
    collection,
    entry,
    listed,
    other_words,
    rss,
    update,
)

AT_ONCE = "vanished_at_once"
# what differs between the databases is asked in the other tests
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def still_on(source: Source) -> int:
    return sum(alert.status in (Status.ACTIVE, Status.HELD) for alert in source.alerts)


def resume(source: Source) -> bool:
    with source.house.store.begin() as session:
        feed = session.get_one(Feed, source.feed.id)
        return lift(session, feed, source.clock())


def test_an_alert_that_vanished_is_reported_once_and_goes_on(source: Source) -> None:
    source.shows(atom_of(4))
    source.pull()
    source.shows(atom_of(3))
    assert source.pull().gone == 1
    assert source.pull().gone == 0
    [notice] = source.notices
    gone = source.alerts[0]  # the last listed is the oldest
    assert (notice.code, notice.alert_id, notice.feed_id) == ("vanished", gone.id, source.feed.id)
    assert str(gone.public_id) in notice.message
    assert still_on(source) == 4


@on_sqlite
def test_an_alert_that_comes_back_is_no_longer_reported(source: Source) -> None:
    for count in (2, 1, 2, 2):
        source.shows(atom_of(count))
        source.pull()
    [notice] = source.notices
    assert notice.seen_by == "system: listed again"
    source.shows(atom_of(1))
    source.pull()
    assert source.waiting == ["vanished"]


@on_sqlite
def test_a_return_that_the_desk_must_hear_of_is_said(source: Source) -> None:
    source.shows(atom_of(2))
    source.pull()
    source.shows(atom_of(1))
    source.pull()
    with source.house.store.begin() as session:
        [notice] = source.notices
        see_to(session.merge(notice), "ana", source.clock())
    for _ in range(2):
        source.shows(atom_of(2))
        source.pull()
    assert source.waiting == ["listed_again"]


@on_sqlite
@pytest.mark.parametrize(("before", "after", "is_held"), [(10, 7, False), (10, 6, True)])
def test_more_than_thirty_in_a_hundred_at_once_hold_the_feed(
    source: Source, before: int, after: int, is_held: bool
) -> None:
    source.shows(atom_of(before))
    source.pull()
    source.shows(atom_of(after))
    pulled = source.pull()
    assert (pulled.is_suspended, bool(source.row.suspended_why)) == (is_held, is_held)
    assert source.waiting == ([AT_ONCE] if is_held else ["vanished"] * 3)
    assert still_on(source) == before


@on_sqlite
def test_a_feed_of_two_may_lose_both(source: Source) -> None:
    source.shows(atom_of(2))
    source.pull()
    source.shows(atom())
    assert source.pull().gone == 2
    assert source.row.suspended_why is None


@on_sqlite
@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_of_nothing_is_a_vanishing_of_all_and_no_success(
    source: Source, status: int
) -> None:
    source.shows(atom_of(4), etag='"four"')
    source.pull()
    source.shows(b"", status=status)
    with pytest.raises(FeedUnavailable, match="nothing at all"):
        source.pull()
    assert source.row.suspended_why == "4 of its 4 active alerts are gone from it at once"
    assert still_on(source) == 4
    assert source.said("etag") == '"four"'
    source.shows(atom_of(4), etag='"four"')
    assert source.pull().is_unchanged


def test_what_a_held_feed_sends_waits_for_the_desk(source: Source) -> None:
    source.shows(atom_of(4))
    source.pull()
    source.shows(atom(entry("e9", cap("EX-9")), entry("e1", cap("EX-1"))))
    [taken] = source.pull().taken
    assert str(taken.outcome) == "held"
    assert "feed_suspended" in {problem.code for problem in taken.problems}
    assert source.row.suspended_why
    with source.house.store.read() as session:
        deeds = session.scalars(select(AuditEntry.deed)).all()
    assert deeds.count("feed.suspended") == 1


def test_an_end_in_words_is_acted_on_also_when_the_feed_is_held(source: Source) -> None:
    source.shows(atom_of(6))
    source.pull()
    ended = atom(entry("e8", cancel("EX-8", "EX-1")), entry("e1", cap("EX-1")))
    source.shows(ended, etag='"ended"')
    pulled = source.pull()
    assert [taken.ended for taken in pulled.taken] == [True]
    assert pulled.is_suspended
    assert still_on(source) == 5
    source.shows(atom(entry("e9", cancel("EX-9", "EX-2")), entry("e1", cap("EX-1"))), etag='"2"')
    assert [taken.ended for taken in source.pull().taken] == [True]
    assert still_on(source) == 4


def test_a_resumed_feed_is_taken_as_it_is_and_held_the_next_time(source: Source) -> None:
    source.shows(atom_of(8))
    source.pull()
    source.shows(atom_of(4))
    source.pull()
    assert source.waiting == [AT_ONCE]
    assert resume(source)
    assert not resume(source)
    assert source.pull().gone == 4
    assert source.waiting == ["vanished"] * 4
    source.shows(atom())
    assert source.pull().is_suspended


def test_what_is_listed_under_another_name_has_not_vanished(source: Source) -> None:
    source.shows(atom_of(4))
    source.pull()
    renamed = [entry(f"new-{n}", cap(f"EX-{n}")) for n in range(1, 5)]
    source.shows(atom(*renamed))
    pulled = source.pull()
    assert (pulled.gone, pulled.is_suspended, source.waiting) == (0, False, [])


@on_sqlite
def test_an_update_that_takes_the_place_of_its_alert_is_no_loss(source: Source) -> None:
    source.shows(atom_of(2))
    source.pull()
    later = entry("e3", update("EX-3", "EX-1", other_words("A blue van.")))
    for _ in range(2):
        source.shows(atom(later, entry("e2", cap("EX-2"))))
        source.pull()
    assert source.notices == []


@on_sqlite
def test_what_has_expired_is_not_missed(source: Source) -> None:
    soon = (NOON + timedelta(hours=1)).isoformat()
    brief = info(more=f"<expires>{soon}</expires>")
    alerts = [entry(f"e{n}", cap(f"EX-{n}", infos=brief)) for n in range(4)]
    source.shows(atom(*alerts))
    source.pull()
    source.clock.move_on(hours=2)
    source.shows(atom())
    pulled = source.pull()
    assert (pulled.gone, pulled.is_suspended, source.notices) == (0, False, [])


@on_sqlite
def test_an_alert_that_ended_is_not_missed(source: Source) -> None:
    source.shows(atom_of(1))
    source.pull()
    source.shows(atom(entry("e2", cancel("EX-2", "EX-1"))))
    source.pull()
    source.shows(atom())
    source.pull()
    assert source.notices == []


@on_sqlite
def test_one_page_of_several_says_nothing_of_what_is_gone(source: Source) -> None:
    source.shows(atom_of(4))
    source.pull()
    source.shows(atom(entry("e1", cap("EX-1")), more="<link rel='next' href='/feed?2'/>"))
    pulled = source.pull()
    assert (pulled.gone, source.notices) == (0, [])
    assert [problem.code for problem in pulled.problems] == ["partial_listing"]


@on_sqlite
def test_posters_vanish_from_json_as_well(json_source: Source) -> None:
    json_source.shows(collection(*(listed(str(n)) for n in range(4))))
    json_source.pull()
    json_source.shows(collection(*(listed(str(n)) for n in range(3))))
    assert json_source.pull().gone == 1
    assert json_source.waiting == ["vanished"]


@on_sqlite
def test_a_sibling_that_vanishes_waits_for_the_desk(rss_source: Source) -> None:
    both = (child("ALEX"), child("SAM", number=2))
    rss_source.shows(rss(*both))
    rss_source.pull()
    rss_source.shows(rss(both[0]))
    [taken] = rss_source.pull().taken
    assert str(taken.outcome) == "held"
    assert "child_gone" in {problem.code for problem in taken.problems}
    [notice] = rss_source.notices
    assert notice.message.startswith("A child of the alert")
    rss_source.shows(rss(*both))
    rss_source.pull()
    assert rss_source.waiting == []
