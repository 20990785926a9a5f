"""Are an index's links followed: all of them, politely, once, and through trouble?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.intake.pull import follow
from alerts.intake.pull.ask_feed import Asking, ask_link
from alerts.intake.pull.write_items import MAX_TRIES
from tests.fakes.clock import NOON
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import as_json, atom, cancel, cap, child, entry, listed, rss
from tests.stand_ins.feed_server import Page

# about the network, not the database: the smaller one is enough
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lay_out(source: Source, *identifiers: str, **how: object) -> list[str]:
    """Put CAP messages at addresses of their own; return an entry for each."""
    entries = []
    for one in identifiers:
        link = source.server.put(f"/{one}", Page(body=cap(one), content_type="application/cap+xml"))
        entries.append(entry(one, link=link))
    return entries


def test_what_links_lead_to_is_taken_in(source: Source) -> None:
    source.shows(atom(*lay_out(source, "EX-1", "EX-2")))
    assert [str(taken.outcome) for taken in source.pull().taken] == ["accepted", "accepted"]
    assert {submission.media_type for submission in source.submissions} == {"application/cap+xml"}


def test_a_link_that_was_followed_is_not_followed_again(source: Source) -> None:
    entries = lay_out(source, "EX-1")
    source.shows(atom(*entries))
    source.pull()
    source.shows(atom(*entries, *lay_out(source, "EX-2")))
    source.pull()
    assert len(source.server.asked("/EX-1")) == 1
    assert len(source.alerts) == 2


def test_a_link_whose_entry_was_updated_is_followed_again(source: Source) -> None:
    [link] = [source.server.put("/EX-1", Page(body=cap("EX-1")))]
    source.shows(atom(entry("e1", link=link, updated=NOON - timedelta(hours=1))))
    source.pull()
    source.server.put("/EX-1", Page(body=cancel("EX-2", "EX-1")))
    source.shows(atom(entry("e1", link=link, updated=NOON)))
    [taken] = source.pull().taken
    assert taken.ended


def test_an_entry_without_a_date_is_followed_again_when_its_words_change(source: Source) -> None:
    source.server.put("/EX-1", Page(body=cap("EX-1")))
    plain = "<item><title>{}</title><link>/EX-1</link></item>"
    for words in ("one", "one", "two"):
        source.shows(rss(plain.format(words)), content_type="application/rss+xml")
        source.pull()
    assert len(source.server.asked("/EX-1")) == 2
    assert len(source.alerts) == 1


def test_links_are_relative_to_where_the_feed_was_found(source: Source) -> None:
    source.server.put("/moved/EX-1.cap", Page(body=cap("EX-1")))
    source.server.put("/moved/feed", Page(body=atom(entry("e1", link="EX-1.cap"))))
    source.server.put("/feed", Page(status=302, headers={"Location": "/moved/feed"}))
    assert len(source.pull().taken) == 1


def test_more_links_than_a_poll_takes_are_left_for_the_next(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "LINKS_PER_POLL", 3)
    names = [f"EX-{n}" for n in range(7)]
    source.shows(atom(*lay_out(source, *names)), etag='"all"')
    left = []
    for _ in range(3):
        left.append(source.pull().left)
        assert (source.said("etag") is None) == bool(left[-1])
    assert left == [4, 1, 0]
    assert len(source.alerts) == 7
    assert source.pull().is_unchanged


def test_a_few_links_are_asked_for_at_once(source: Source) -> None:
    names = [f"EX-{n}" for n in range(9)]
    entries = lay_out(source, *names)
    for name in names[-follow.AT_ONCE :]:
        source.server.put(f"/{name}", replace(source.server.pages[f"/{name}"], drips_s=0.0001))
    source.shows(atom(*entries))
    source.pull()
    assert 2 <= source.server.most_at_once <= follow.AT_ONCE
    assert len(source.alerts) == 9


def test_a_link_that_fails_for_now_is_tried_until_it_comes(source: Source) -> None:
    [one] = lay_out(source, "EX-1")
    good = source.server.pages["/EX-1"]
    source.server.put("/EX-1", Page(status=500))
    source.shows(atom(one), etag='"one"')
    for tries in range(1, MAX_TRIES + 3):
        pulled = source.pull()
        assert (pulled.failed, source.said("etag")) == (1, None)
        assert source.outcomes == (["refused"] if tries >= MAX_TRIES else [])
    assert source.codes == {"link_http_status"}
    source.server.put("/EX-1", good)
    assert [str(taken.outcome) for taken in source.pull().taken] == ["accepted"]
    assert source.said("etag") == '"one"'


def test_a_link_to_nothing_is_given_up_and_put_on_record(source: Source) -> None:
    source.shows(atom(entry("e1", link=source.server.url + "/gone")), etag='"one"')
    for _ in range(MAX_TRIES + 2):
        source.pull()
    assert len(source.server.asked("/gone")) == MAX_TRIES
    assert source.outcomes == ["refused"]
    assert source.codes == {"link_gone"}
    assert source.said("etag") == '"one"'


def test_a_link_to_where_nobody_may_look_is_not_followed(source: Source) -> None:
    source.shows(atom(entry("e1", link="http://169.254.169.254/latest/meta-data")))
    for _ in range(MAX_TRIES):
        source.pull()
    assert source.codes == {"link_not_public"}


def test_links_that_fail_wait_behind_those_that_may_work(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "LINKS_PER_POLL", 2)
    broken = [entry(f"b{n}", link=f"{source.server.url}/broken-{n}") for n in range(2)]
    for n in range(2):
        source.server.put(f"/broken-{n}", Page(status=503))
    source.shows(atom(*lay_out(source, "EX-1", "EX-2"), *broken))
    source.pull()
    source.pull()
    assert len(source.alerts) == 2


def test_a_source_that_has_had_enough_is_left_alone(source: Source) -> None:
    names = [f"EX-{n}" for n in range(12)]
    entries = lay_out(source, *names)
    for name in names:
        source.server.put(f"/{name}", Page(status=429, headers={"Retry-After": "120"}))
    source.shows(atom(*entries))
    pulled = source.pull()
    assert pulled.retry_after_s == 120
    assert len(source.server.requests) == 1 + follow.AT_ONCE
    assert pulled.left == 12 - follow.AT_ONCE


def test_a_slow_link_takes_no_more_than_the_poll_may_take(source: Source) -> None:
    slow = source.server.put("/slow", Page(body=cap("EX-2") * 20, drips_s=0.05))
    source.shows(atom(*lay_out(source, "EX-1"), entry("e2", link=slow)))
    source.asking = Asking(allow_loopback=True, timeout_s=1.0)
    pulled = source.pull()
    assert (len(pulled.taken), pulled.failed) == (1, 1)


def test_a_link_may_lead_to_a_poster(source: Source) -> None:
    link = source.server.put(
        "/1.json", Page(body=as_json(listed("1")), content_type="application/json")
    )
    source.shows(atom(entry("e1", link=link)))
    assert [str(taken.outcome) for taken in source.pull().taken] == ["accepted"]


@pytest.mark.parametrize("body", [b"<html><body>Log in</body></html>", b"{", b'{"status": 1}'])
def test_a_link_to_something_else_is_refused_once_with_its_reason(
    source: Source, body: bytes
) -> None:
    link = source.server.put("/page", Page(body=body, content_type="text/html"))
    for minute in range(2):
        more = f"<subtitle>{minute}</subtitle>"
        source.shows(atom(entry("e1", link=link), more=more))
        source.pull()
    assert source.outcomes == ["refused"]
    assert len(source.server.asked("/page")) == 1


def test_an_error_of_ours_at_a_link_is_counted_and_the_rest_goes_on(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fails(url: str, *args: object) -> bytes:
        if url.endswith("EX-1"):
            raise RuntimeError("ours")
        return ask_link(url, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(follow, "ask_link", fails)
    source.shows(atom(*lay_out(source, "EX-1", "EX-2")))
    assert len(source.pull().taken) == 1
    assert [type(fault) for fault in source.faults] == [RuntimeError]


def test_a_feed_of_posters_and_nothing_else_follows_no_link(rss_source: Source) -> None:
    rss_source.shows(rss(child()))
    assert len(rss_source.pull().taken) == 1
    assert len(rss_source.server.requests) == 1
