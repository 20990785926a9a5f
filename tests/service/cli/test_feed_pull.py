"""`porchlight feed add|list|poll|resume` of Atom, RSS, JSON and CAP documents that we pull."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.store.feeds import feed_by_slug
from service.wiring import Runtime
from tests.intake.pull.documents import atom, cap, entry
from tests.service.cli.conftest import Run
from tests.stand_ins.feed_server import FeedServer, Page, run_feed_server

NOW = datetime.now(UTC)  # noqa: TID251 - the command line's own clock
SENT = (NOW - timedelta(hours=1)).replace(microsecond=0).isoformat()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    monkeypatch.setenv("PORCHLIGHT_FEED_ALLOW_LOOPBACK", "true")
    with run_feed_server() as running:
        yield running


def atom_of(count: int) -> bytes:
    entries = [entry(f"e{n}", cap(f"EX-{n}", sent=SENT), updated=NOW) for n in range(count)]
    return atom(*entries, updated=NOW)


def added(quick: Run, server: FeedServer, count: int = 2, kind: str = "atom") -> None:
    url = server.put("/feed", Page(body=atom_of(count), etag=f'"{count}"'))
    ran = quick("feed", "add", "the-feed", "--kind", kind, "--url", url, "--trust", "auto")
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
def test_a_document_that_is_pulled_needs_its_address(quick: Run, kind: str) -> None:
    ran = quick("feed", "add", "x", "--kind", kind)
    assert ran.code == 2
    assert "say from where" in ran.err


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/feed",
        "a.example/feed",
        "https://",
        "https://[::1/feed",
        "https://user:secret@a.example/feed",
        "https://10.0.0.1/feed",
        "http://127.0.0.1:8080/feed",
        "http://2130706433/",
        "https://a.example:25/feed",
    ],
)
def test_an_address_that_could_never_be_fetched_is_refused(quick: Run, url: str) -> None:
    ran = quick("feed", "add", "x", "--kind", "atom", "--url", url)
    assert ran.code == 2
    assert "--url" in ran.err
    assert "secret" not in ran.err


def test_what_an_operator_may_not_expect_is_said(quick: Run) -> None:
    def note(*args: str) -> str:
        return str(quick("feed", "add", *args, "--json").json["note"])

    assert "by http" in note("a", "--kind", "rss", "--url", "http://a.example/feed")
    assert "feed poll b" in note("b", "--kind", "cap", "--url", "https://a.example/feed")
    assert "pushes" in note("c", "--kind", "poster", "--url", "https://a.example/feed")


def test_an_interval_of_its_own_is_kept(quick: Run) -> None:
    url = "https://a.example/feed"
    quick("feed", "add", "a", "--kind", "atom", "--url", url, "--every", "300")
    assert quick("feed", "list", "--json").json["items"][0]["every_s"] == 300
    assert quick("feed", "add", "b", "--kind", "atom", "--url", url, "--every", "1").code == 2
    assert quick("feed", "add", "b", "--kind", "poster", "--every", "300").code == 2


def test_a_look_before_it_is_added_adds_nothing(quick: Run, server: FeedServer) -> None:
    url = server.put("/feed", Page(body=atom_of(3), etag='"3"'))
    looked = quick("feed", "add", "x", "--kind", "rss", "--url", url, "--check", "--json")
    assert looked.code == 0, looked.err
    assert (looked.json["format"], looked.json["items"]) == ("atom", {"cap": 3})
    assert looked.json["conditional"] is True
    assert [problem["code"] for problem in looked.json["problems"]] == ["unexpected_kind"]
    assert (
        "3 CAP alerts" in quick("feed", "add", "x", "--kind", "atom", "--url", url, "--check").out
    )
    assert quick("feed", "list", "--json").json["items"] == []
    gone = quick("feed", "add", "x", "--kind", "atom", "--url", url + "-gone", "--check")
    assert gone.code == 1
    assert "status 404" in gone.err
    assert quick("feed", "add", "x", "--kind", "poster", "--check").code == 2


@pytest.mark.parametrize("kind", ["atom", "cap"])
def test_a_feed_is_polled_now(quick: Run, server: FeedServer, kind: str) -> None:
    added(quick, server, kind=kind)
    polled = quick("feed", "poll", "the-feed", "--json")
    assert polled.code == 0, polled.err
    assert (polled.json["documents"], polled.json["error"]) == (2, None)
    assert (polled.json["items"], polled.json["unchanged"]) == (2, False)
    assert "nothing changed" in quick("feed", "poll", "the-feed").out
    anew = quick("feed", "poll", "the-feed", "--anew", "--json")
    assert (anew.json["documents"], anew.json["unchanged"]) == (0, False)


def test_a_feed_that_cannot_be_read_says_why(quick: Run, server: FeedServer) -> None:
    added(quick, server)
    server.put("/feed", Page(status=500))
    failed = quick("feed", "poll", "the-feed", "--json")
    assert failed.code == 1
    assert failed.json == {
        "feed": "the-feed",
        "documents": 0,
        "error": "The feed answers with status 500.",
    }


def test_a_feed_that_another_process_reads_is_not_read_beside_it(
    quick: Run, server: FeedServer, runtime: Runtime
) -> None:
    added(quick, server)
    with runtime.store.begin() as session:
        feed = feed_by_slug(session, "the-feed")
        feed.reading_until = runtime.clock() + timedelta(minutes=1)
    ran = quick("feed", "poll", "the-feed")
    assert ran.code == 1
    assert "being read just now" in ran.err
    assert server.requests == []


def test_the_list_says_from_where_and_when(quick: Run, server: FeedServer) -> None:
    added(quick, server)
    quick("feed", "poll", "the-feed")
    [line] = quick("feed", "list", "--json").json["items"]
    assert line["host"] == "127.0.0.1"
    assert line["read_at"]
    assert line["next_poll_at"] > line["read_at"]
    assert line["suspended_why"] is None
    head, row = quick("feed", "list").out.splitlines()
    assert head.split("  ")[0] == "FEED"
    assert "127.0.0.1" in row
    assert "/feed" not in row  # the rest of the address may hold a key


def test_a_held_feed_is_resumed_and_the_desk_has_seen_to_it(
    quick: Run, server: FeedServer, runtime: Runtime
) -> None:
    added(quick, server, count=4)
    quick("feed", "poll", "the-feed")
    server.put("/feed", Page(body=atom_of(1)))
    polled = quick("feed", "poll", "the-feed")
    assert "porchlight feed resume the-feed" in polled.out
    [line] = quick("feed", "list", "--json").json["items"]
    assert line["suspended_why"] == "3 of its 4 active alerts are gone from it at once"
    assert "held: 3 of its 4" in quick("feed", "list").out
    [notice] = quick("notice", "list", "--json").json["items"]
    assert (notice["code"], notice["feed"]) == ("vanished_at_once", "the-feed")
    resumed = quick("feed", "resume", "the-feed", "--json")
    assert resumed.json == {
        "feed": "the-feed",
        "paused": False,
        "was_held": "3 of its 4 active alerts are gone from it at once",
    }
    assert quick("feed", "resume", "the-feed", "--json").json == {
        "feed": "the-feed",
        "paused": False,
    }
    assert quick("notice", "list", "--json").json["items"] == []
    assert quick("feed", "poll", "the-feed", "--json").json["gone"] == 3
    assert len(quick("notice", "list", "--json").json["items"]) == 3


def test_a_notice_is_seen_to_by_somebody_of_the_desk(quick: Run, server: FeedServer) -> None:
    quick("staff", "add", "ana")
    added(quick, server)
    quick("feed", "poll", "the-feed")
    server.put("/feed", Page(body=atom_of(1)))
    assert "notice list" in quick("feed", "poll", "the-feed").out
    [notice] = quick("notice", "list", "--json").json["items"]
    assert notice["code"] == "vanished"
    assert notice["alert"] in quick("notice", "list").out
    number = str(notice["id"])
    assert quick("notice", "done", number, "--as", "nobody").code == 1
    done = quick("notice", "done", number, "--as", "ana", "--json")
    assert done.json == {"id": notice["id"], "code": "vanished", "seen_by": "ana"}
    again = quick("notice", "done", number, "--as", "ana")
    assert again.code == 1
    assert "already, by ana" in again.err
    assert quick("notice", "done", "999", "--as", "ana").code == 1
    assert "Nothing waits" in quick("notice", "list").out
