"""Is a feed taken in whole, once, and only where it changed?"""

from datetime import timedelta

import pytest

from alerts.alert import Status
from alerts.errors import FeedUnavailable
from alerts.intake.pull import pull as pulling
from tests.fakes.clock import NOON
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import atom, atom_of, cancel, cap, entry, other_words, update


def test_alerts_inside_of_entries_are_taken_in(source: Source) -> None:
    source.shows(atom_of(2))
    pulled = source.pull()
    assert [str(taken.outcome) for taken in pulled.taken] == ["accepted", "accepted"]
    assert (pulled.items, pulled.left, pulled.failed, pulled.problems) == (2, 0, 0, ())
    assert [alert.status for alert in source.alerts] == [Status.ACTIVE, Status.ACTIVE]
    assert {submission.media_type for submission in source.submissions} == {"application/cap+xml"}


def test_an_unchanged_feed_is_a_success_without_items(source: Source) -> None:
    source.shows(atom_of(1), etag='W/"one"')
    source.pull()
    again = source.pull()
    assert again.is_unchanged
    assert again.taken == ()
    first, second = source.server.asked("/feed")
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == 'W/"one"'


def test_a_server_without_etag_is_asked_by_its_date(source: Source) -> None:
    date = "Sun, 22 Nov 2026 11:00:00 GMT"
    source.shows(atom_of(1), last_modified=date)
    source.pull()
    assert source.pull().is_unchanged
    assert source.server.asked("/feed")[1].headers["if-modified-since"] == date
    assert (source.said("etag"), source.said("last-modified")) == (None, date)


def test_the_same_document_again_brings_nothing_new(source: Source) -> None:
    source.shows(atom_of(3))
    source.pull()
    assert source.pull().taken == ()
    assert len(source.submissions) == 3


def test_only_what_changed_is_taken_in_again(source: Source) -> None:
    source.shows(atom(entry("e1", cap("EX-1")), entry("e2", cap("EX-2"))))
    source.pull()
    news = entry("e3", update("EX-3", "EX-2", other_words("A blue van.")))
    source.shows(atom(news, entry("e1", cap("EX-1")), entry("e2", cap("EX-2"))))
    [taken] = source.pull().taken
    assert str(taken.outcome) == "accepted"
    assert len(source.alerts) == 2


def test_what_refers_to_another_is_taken_in_after_it(source: Source) -> None:
    """Feeds list the newest first."""
    later = NOON - timedelta(minutes=20)
    earlier = NOON - timedelta(hours=1)
    source.shows(
        atom(
            entry("e2", cancel("EX-2", "EX-1"), updated=later),
            entry("e1", cap("EX-1"), updated=earlier),
        )
    )
    assert [taken.ended for taken in source.pull().taken] == [False, True]
    assert [alert.status for alert in source.alerts] == [Status.ENDED]


def test_without_dates_the_last_entry_is_the_oldest(source: Source) -> None:
    source.shows(
        atom(
            entry("e2", cancel("EX-2", "EX-1"), updated=None),
            entry("e1", cap("EX-1"), updated=None),
            updated=None,
        )
    )
    source.pull()
    assert [alert.status for alert in source.alerts] == [Status.ENDED]


def test_one_broken_item_stops_no_other_and_is_kept_with_its_reason(source: Source) -> None:
    broken = "<content><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/></content>"
    source.shows(
        atom(
            entry("e1", cap("EX-1")),
            f"<entry><id>urn:e2</id>{broken}</entry>",
            "<entry><id>urn:e3</id><title>Nothing</title></entry>",
            entry("e4", cap("EX-4")),
        )
    )
    source.pull()
    assert sorted(source.outcomes) == ["accepted", "accepted", "refused", "refused"]
    assert {"empty_entry", "missing_identifier"} & source.codes
    assert source.pull().taken == ()
    assert len(source.submissions) == 4


def test_items_and_checkpoint_commit_together(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **how: object) -> None:
        raise RuntimeError("the disk is full")

    source.shows(atom_of(2), etag='"one"')
    with monkeypatch.context() as patched:
        patched.setattr(pulling, "note_read", fails)
        with pytest.raises(RuntimeError):
            source.pull()
    assert (source.submissions, source.alerts, source.said("etag")) == ([], [], None)
    assert len(source.pull().taken) == 2
    assert source.said("etag") == '"one"'


def test_many_items_commit_in_parts_and_the_checkpoint_with_the_last(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "ITEMS_AT_ONCE", 2)
    source.shows(atom_of(5), etag='"one"')

    def fails(*args: object, **how: object) -> None:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(pulling, "note_read", fails)
        with pytest.raises(RuntimeError):
            source.pull()
    assert (len(source.submissions), source.said("etag")) == (4, None)
    assert len(source.pull().taken) == 1
    assert (len(source.alerts), source.said("etag")) == (5, '"one"')


def test_a_feed_of_another_kind_is_read_and_said(json_source: Source) -> None:
    json_source.shows(atom_of(1))
    pulled = json_source.pull()
    assert len(pulled.taken) == 1
    assert [problem.code for problem in pulled.problems] == ["unexpected_kind"]


def test_a_feed_without_an_address_says_so(source: Source) -> None:
    with source.house.store.begin() as session:
        session.get_one(type(source.feed), source.feed.id).url = None
    with pytest.raises(FeedUnavailable, match="no address"):
        source.pull()


def test_entries_of_one_id_are_both_taken_in(source: Source) -> None:
    source.shows(atom(entry("e1", cap("EX-1")), entry("e1", cap("EX-2"))))
    assert len(source.pull().taken) == 2
    assert source.pull().taken == ()
