"""Whatever a source answers instead of its feed: a sentence, and what is here stays as it is."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.errors import FeedUnavailable
from alerts.intake.pull.ask_feed import Asking
from alerts.intake.pull.known import OLDER_REFUSED, read_anew
from alerts.store.feeds import Feed
from tests.fakes.clock import NOON
from tests.intake.pull.conftest import Source
from tests.intake.pull.documents import atom, atom_of, cap, collection, entry, listed, rss
from tests.patience import BLOW_UP_S
from tests.stand_ins.feed_server import Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = b"<!DOCTYPE html><html><head><title>Oops</title></head><body>Log in</body></html>"
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed><entry>&a;</entry></feed>'
BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>'
LATIN_1 = "<feed><entry><title>niño</title></entry></feed>".encode("latin-1")


def refused(source: Source) -> str:
    """Pull in vain, and return why; nothing has changed by it."""
    before = (source.submissions, source.alerts, source.notices, source.said("etag"))
    with pytest.raises(FeedUnavailable) as problem:
        source.pull()
    after = (source.submissions, source.alerts, source.notices, source.said("etag"))
    assert [len(x or "") for x in before] == [len(x or "") for x in after]
    said = str(problem.value)
    assert said.endswith(".")
    assert "niño" not in said
    return said


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Page(body=PAGE, content_type="text/html"), "web page"),
        (Page(body=PAGE), "web page"),
        (Page(body=b"<html><body>x</body></html>", content_type="text/html"), "web page"),
        (Page(body=b"Service down", content_type="text/html"), "web page"),
        (Page(body=b"Service down", content_type="text/plain"), "not XML"),
        (Page(body=atom_of(3)[:-200]), "not well-formed"),
        (Page(body=atom_of(3), missing_bytes=99), "reached"),
        (Page(body=XXE), "DOCTYPE"),
        (Page(body=BOMB), "DOCTYPE"),
        (Page(body=LATIN_1), "not well-formed"),
        (Page(body=b"<?xml version='1.0' encoding='utf-7'?><feed/>"), "encoding"),
        (Page(body=b"<a/>"), "no feed"),
        (Page(body=b"<feed>" * 200), "nested|depth|well-formed"),
        (Page(body=atom_of(1), content_type="image/png"), "image/png"),
        (Page(body=b"PK", content_type="application/zip"), "application/zip"),
        (Page(body=b'{"posters": [', content_type="application/json"), "cut off"),
        (Page(body=b'{"posters": []} x', content_type="application/json"), "behind"),
        (Page(body=b'{"error": "no"}', content_type="application/json"), "no list"),
        (Page(body=b"[" * 100_000, content_type="application/json"), "cut off"),
        (Page(body=b'[{"caseNumber": ' + b"9" * 5000 + b"}]"), "broken"),
        (Page(status=500), "status 500"),
        (Page(status=404), "status 404"),
        (Page(status=401), "status 401"),
        (Page(status=206, body=atom_of(1)), "status 206"),
        (Page(status=304), "status 304"),
        (Page(status=302, headers={"Location": "/feed"}), "leads on and on"),
        (Page(status=302), "nowhere"),
        (Page(status=302, headers={"Location": "http://10.0.0.1/"}), "public internet"),
        (Page(status=302, headers={"Location": "file:///etc/passwd"}), "must begin with"),
        (Page(body=atom_of(1), headers={"Content-Encoding": "gzip"}), "compresses"),
    ],
)
def test_what_is_no_feed_is_unavailable(source: Source, page: Page, words: str) -> None:
    source.shows(atom_of(2), etag='"two"')
    source.pull()
    source.server.put("/feed", replace(page, etag=page.etag))
    if page.status == 304:
        with source.house.store.begin() as session:
            read_anew(session, session.get_one(Feed, source.feed.id))
    said = refused(source)
    assert any(word in said for word in words.split("|")), said


def test_a_feed_that_is_too_large_is_unavailable(source: Source) -> None:
    source.asking = Asking(allow_loopback=True, max_bytes=1000)
    source.shows(atom_of(5))
    assert "too many bytes" in refused(source)


def test_a_server_that_drips_is_given_up_in_time(source: Source) -> None:
    source.asking = Asking(allow_loopback=True, timeout_s=0.8)
    source.shows(atom_of(5), drips_s=0.02)
    begun = time.monotonic()
    assert "too slow" in refused(source)
    assert time.monotonic() - begun < BLOW_UP_S


def test_this_machine_is_asked_only_if_the_operator_says_so(source: Source) -> None:
    source.asking = Asking()
    source.shows(atom_of(1))
    assert "public internet" in refused(source)
    assert source.server.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("Sun, 22 Nov 2026 12:05:00 GMT", 300.0), ("soon", None), (None, None)],
)
def test_a_busy_server_says_when_to_come_back(
    source: Source, header: str | None, seconds: float | None
) -> None:
    headers = {"Retry-After": header} if header else {}
    source.server.put("/feed", Page(status=503, headers=headers))
    with pytest.raises(FeedUnavailable) as problem:
        source.pull()
    assert problem.value.retry_after_s == seconds


def test_an_older_document_is_refused_for_a_while_and_then_believed(source: Source) -> None:
    new, old = NOON, NOON - timedelta(hours=3)
    source.shows(atom(entry("e1", cap("EX-1")), entry("e2", cap("EX-2")), updated=new))
    source.pull()
    source.shows(atom(entry("e1", cap("EX-1")), updated=old))
    assert "older than the last one" in refused(source)
    with source.house.store.begin() as session:
        session.get_one(Feed, source.feed.id).failures = OLDER_REFUSED
    assert source.pull().gone == 1
    assert source.said("updated") == old.isoformat()


def test_servers_of_one_feed_need_not_agree_on_the_minute(source: Source) -> None:
    source.shows(atom(entry("e1", cap("EX-1")), updated=NOON))
    source.pull()
    source.shows(
        atom(
            entry("e1", cap("EX-1")),
            entry("e2", cap("EX-2")),
            updated=NOON - timedelta(minutes=5),
        )
    )
    assert len(source.pull().taken) == 1


def test_the_servers_date_counts_where_the_document_has_none(json_source: Source) -> None:
    newer, older = "Sun, 22 Nov 2026 11:00:00 GMT", "Sat, 21 Nov 2026 11:00:00 GMT"
    json_source.shows(collection(listed("1"), listed("2")), last_modified=newer)
    json_source.pull()
    json_source.shows(collection(listed("1")), last_modified=older)
    assert "older than the last one" in refused(json_source)


def test_a_document_from_the_future_keeps_none_out_that_comes_after_it(source: Source) -> None:
    source.shows(atom(entry("e1", cap("EX-1")), updated=NOON + timedelta(days=400)))
    source.pull()
    source.clock.move_on(minutes=1)
    source.shows(atom(entry("e1", cap("EX-1")), entry("e2", cap("EX-2")), updated=source.clock()))
    assert len(source.pull().taken) == 1


def test_a_poster_from_the_future_keeps_no_correction_out(json_source: Source) -> None:
    future = (NOON + timedelta(days=400)).isoformat()
    json_source.shows(collection(listed("1", lastModified=future)))
    [taken] = json_source.pull().taken
    assert "future_date" in {problem.code for problem in taken.problems}
    json_source.clock.move_on(minutes=10)
    now = json_source.clock().isoformat()
    van = {"description": "blue van"}
    json_source.shows(collection(listed("1", lastModified=now, vehicle=van)))
    [taken] = json_source.pull().taken
    assert str(taken.outcome) == "accepted"


@pytest.mark.parametrize(
    "content_type", ["text/html", "text/plain", "application/octet-stream", ""]
)
def test_what_a_server_calls_its_feed_does_not_matter(source: Source, content_type: str) -> None:
    source.shows(atom_of(1), content_type=content_type)
    assert len(source.pull().taken) == 1


def test_other_encodings_are_read_where_they_are_declared(source: Source) -> None:
    head = "<?xml version='1.0' encoding='iso-8859-1'?>"
    words = atom_of(1).decode().replace("An alert", "Niño")
    source.shows((head + words).encode("iso-8859-1"))
    assert len(source.pull().taken) == 1
    source.shows(atom_of(2).decode().encode("utf-16"))
    assert len(source.pull().taken) == 1


def test_an_empty_feed_at_first_contact_is_a_success(source: Source) -> None:
    source.shows(atom())
    assert (source.pull().items, source.notices) == (0, [])
    source.shows(rss())
    assert source.pull().items == 0
    source.shows(json.dumps({"posters": None}).encode())
    assert source.pull().items == 0
