"""`porchlight feed key|keys|rotate-key|revoke-key|rate`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from alerts.store.feed_keys import feed_of_key
from alerts.store.feeds import feed_by_slug
from alerts.store.staff import AuditEntry
from service.known_keys import KnownKeys
from service.wiring import Runtime
from tests.service.cli.conftest import Run


@pytest.fixture
def first(quick: Run) -> str:
    """The key with which the feed was added."""
    added = quick("feed", "add", "police", "--kind", "poster", "--json")
    return str(added.json["api_key"])


def deeds(runtime: Runtime) -> list[str]:
    with runtime.store.read() as session:
        return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))


def works(runtime: Runtime, key: str) -> bool:
    with runtime.store.read() as session:
        found = feed_of_key(session, key)
    return found is not None and not found[1].is_over(runtime.clock())


def test_a_key_is_cut_with_scopes_and_an_end(quick: Run, runtime: Runtime, first: str) -> None:
    narrow = ("--scope", "cap:write", "--scope", "dry-run", "--expires-in-days", "30")
    cut = quick("feed", "key", "police", *narrow, "--json").json
    assert (cut["feed"], cut["scopes"]) == ("police", ["cap:write", "dry-run"])
    assert cut["api_key"].startswith(cut["prefix"] + "_")
    assert works(runtime, cut["api_key"])
    whole = quick("feed", "key", "police").out
    assert "shown only this once" in whole
    assert "everything" in whole
    assert quick("feed", "key", "police", "--scope", "all").code == 2
    assert quick("feed", "key", "police", "--expires-in-days", "0").code == 2


def test_the_list_shows_everything_but_the_secrets(quick: Run, first: str) -> None:
    cut = quick("feed", "key", "police", "--scope", "cap:write", "--json").json
    listed = quick("feed", "keys", "police", "--json")
    assert [item["prefix"] for item in listed.json["items"]] == [first[:16], cut["prefix"]]
    assert [item["works"] for item in listed.json["items"]] == [True, True]
    assert listed.json["next"] is None
    said = quick("feed", "keys", "police").out
    for key in (first, cut["api_key"]):
        assert key[17:] not in listed.out + said
        assert key[:16] in said
    assert "cap:write" in said
    assert quick("feed", "keys", "nobody").code == 1


def test_a_rotated_key_works_on_for_the_overlap(quick: Run, runtime: Runtime, first: str) -> None:
    rotated = quick("feed", "rotate-key", "police", first[:16], "--json").json
    assert (rotated["old_prefix"], rotated["expires_at"]) == (first[:16], None)
    assert works(runtime, first)
    assert works(runtime, rotated["api_key"])
    at_once = quick(
        *("feed", "rotate-key", "police", rotated["prefix"], "--overlap-hours", "0", "--json")
    ).json
    assert not works(runtime, rotated["api_key"])
    assert works(runtime, at_once["api_key"])
    again = quick("feed", "rotate-key", "police", rotated["prefix"])
    assert (again.code, "no more" in again.err) == (1, True)
    assert quick("feed", "rotate-key", "police", "plk_000000000000").code == 1
    assert quick("feed", "rotate-key", "police", first[:16], "--overlap-hours", "721").code == 2


def test_a_revoked_key_works_no_more(quick: Run, runtime: Runtime, first: str) -> None:
    revoked = quick("feed", "revoke-key", "police", first[:16], "--json").json
    assert revoked["prefix"] == first[:16]
    assert not works(runtime, first)
    again = quick("feed", "revoke-key", "police", first[:16], "--json")
    assert again.json == revoked
    assert "revoked" in quick("feed", "keys", "police").out
    assert quick("feed", "revoke-key", "police", "plk_000000000000").code == 1


@contextmanager
def asked_all_the_time(server: KnownKeys, key: str) -> Iterator[None]:
    """Have a server asked for a key again and again, so that it remembers what it last read."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            server.look_up(key)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def test_when_the_command_ends_no_other_process_takes_the_key(
    quick: Run, porchlight: Run, runtime: Runtime, first: str
) -> None:
    server = KnownKeys(runtime.store)
    second = quick("feed", "key", "police", "--json").json["api_key"]
    with asked_all_the_time(server, first):
        porchlight("feed", "revoke-key", "police", first[:16])
    assert server.look_up(first) is None
    with asked_all_the_time(server, second):
        porchlight("feed", "rotate-key", "police", second[:16], "--overlap-hours", "0")
    known = server.look_up(second)
    assert known is not None
    assert known[1].is_over(runtime.clock())


def test_each_deed_is_on_record_without_a_secret(quick: Run, runtime: Runtime, first: str) -> None:
    cut = quick("feed", "key", "police", "--json").json
    rotated = quick("feed", "rotate-key", "police", cut["prefix"], "--json").json
    quick("feed", "revoke-key", "police", first[:16])
    quick("feed", "revoke-key", "police", first[:16])
    assert deeds(runtime) == [
        "feed.added",
        "feed.key_cut",
        "feed.key_rotated",
        "feed.key_revoked",
    ]
    with runtime.store.read() as session:
        details = str([entry.details for entry in session.scalars(select(AuditEntry))])
    for key in (cut["api_key"], rotated["api_key"]):
        assert key[:16] in details
        assert key[17:] not in details


def test_a_feed_may_have_a_rate_of_its_own(quick: Run, runtime: Runtime, first: str) -> None:
    default = runtime.settings.feed_requests_per_minute
    assert quick("feed", "rate", "police", "--json").json == {
        "feed": "police",
        "requests_per_minute": default,
        "is_default": True,
    }
    own = quick("feed", "rate", "police", "--per-minute", "60", "--json").json
    assert (own["requests_per_minute"], own["is_default"]) == (60, False)
    with runtime.store.read() as session:
        assert feed_by_slug(session, "police").requests_per_minute == 60
    assert "60 requests a minute" in quick("feed", "rate", "police").out
    assert quick("feed", "rate", "police", "--default", "--json").json["is_default"] is True
    assert quick("feed", "rate", "police", "--default", "--per-minute", "1").code == 2
    assert quick("feed", "rate", "police", "--per-minute", "0").code == 2
    assert deeds(runtime)[1:] == ["feed.rate", "feed.rate"]
