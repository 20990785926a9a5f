"""`porchlight feed add|list|poll|pause|resume|key`."""

import json
from pathlib import Path

import pytest

from alerts.clock import utc_now
from alerts.store.feed_keys import feed_of_key
from alerts.store.feeds import feed_by_slug
from service.demo.cases import fictional_case
from service.demo.poster_api import run_poster_api
from service.polling import CREDENTIALS_PURPOSE
from service.wiring import Runtime
from tests.service.cli.conftest import Run


def test_a_feed_gets_a_key_that_opens(quick: Run, runtime: Runtime) -> None:
    ran = quick("feed", "add", "police", "--kind", "poster", "--json")
    assert ran.code == 0, ran.err
    with runtime.store.read() as session:
        found = feed_of_key(session, ran.json["api_key"])
    assert found is not None
    feed, _ = found
    assert (feed.slug, feed.kind, feed.trust) == ("police", "poster", "review")
    twice = quick("feed", "add", "police", "--kind", "cap")
    assert twice.code == 1
    assert "porchlight feed key police" in twice.err


@pytest.mark.parametrize("slug", ["Police", "a_b", "x" * 65, "é", ""])
def test_a_slug_is_small_letters_digits_and_hyphens(quick: Run, slug: str) -> None:
    assert quick("feed", "add", slug, "--kind", "poster").code == 2


def test_another_key_works_beside_the_first(quick: Run, runtime: Runtime) -> None:
    first = quick("feed", "add", "police", "--kind", "poster", "--json").json["api_key"]
    second = quick("feed", "key", "police", "--json").json["api_key"]
    with runtime.store.read() as session:
        assert feed_of_key(session, first)
        assert feed_of_key(session, second)
    assert quick("feed", "key", "nobody").code == 1


def test_a_feed_is_paused_and_resumed(quick: Run) -> None:
    quick("feed", "add", "police", "--kind", "poster", "--trust", "auto")
    assert quick("feed", "pause", "police", "--json").json == {"feed": "police", "paused": True}
    assert quick("feed", "list", "--json").json["items"][0]["paused"] is True
    assert quick("feed", "resume", "police", "--json").json["paused"] is False
    assert "police" in quick("feed", "list").out


def test_a_poster_api_needs_its_url(quick: Run) -> None:
    assert quick("feed", "add", "ncmec", "--kind", "ncmec").code == 2
    assert quick("feed", "add", "ncmec", "--kind", "ncmec", "--url", "ftp://x").code == 2


def test_feeds_that_push_are_not_polled(quick: Run) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    assert "it pushes" in quick("feed", "poll", "police").err
    quick("feed", "add", "sheriff", "--kind", "cap")
    assert "it pushes" in quick("feed", "poll", "sheriff").err


def test_a_poster_api_is_polled_with_sealed_credentials(
    quick: Run, runtime: Runtime, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("demo-secret\n")
    with run_poster_api() as api:
        api.stand_in.add(*fictional_case("CLI-1", utc_now()))
        added = quick(
            *("feed", "add", "ncmec", "--kind", "ncmec", "--url", api.url, "--json"),
            *("--client-id", "demo-client", "--client-secret-file", str(secret)),
        )
        assert added.code == 0, added.err
        polled = quick("feed", "poll", "ncmec", "--json")
        assert polled.json == {"feed": "ncmec", "documents": 1, "error": None}
        assert polled.code == 0
    failed = quick("feed", "poll", "ncmec", "--json")
    assert failed.code == 1
    assert failed.json["error"]
    with runtime.store.read() as session:
        sealed = feed_by_slug(session, "ncmec").sealed_credentials
    assert sealed is not None
    assert b"demo-secret" not in sealed
    said = json.loads(runtime.vault.open_own(CREDENTIALS_PURPOSE, sealed))
    assert said == {"client_id": "demo-client", "client_secret": "demo-secret"}
