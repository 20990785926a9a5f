"""`porchlight feed reconcile`."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.clock import utc_now
from alerts.store.feeds import feed_by_slug
from service.demo.cases import sparse_case
from service.demo.poster_api import RunningPosterApi, run_poster_api
from service.reading_turns import ReadingTurn
from service.wiring import Runtime
from tests.service.cli.conftest import Run


@pytest.fixture
def api(quick: Run, tmp_path: Path) -> Iterator[RunningPosterApi]:
    """A stand-in of five cases, polled once."""
    secret = tmp_path / "secret"
    secret.write_text("demo-secret\n")
    with run_poster_api() as running:
        added = quick(
            *("feed", "add", "ncmec", "--kind", "ncmec", "--url", running.url),
            *("--client-id", "demo-client", "--client-secret-file", str(secret)),
        )
        assert added.code == 0, added.err
        for number in range(5):
            running.stand_in.add(sparse_case(f"C{number}", utc_now() - timedelta(hours=1))[0])
        assert quick("feed", "poll", "ncmec").code == 0
        yield running


def test_what_is_gone_is_ended_and_counted(quick: Run, api: RunningPosterApi) -> None:
    api.stand_in.remove("C0")
    ran = quick("feed", "reconcile", "ncmec", "--json")
    assert ran.code == 0
    assert ran.json == {
        "feed": "ncmec",
        "complete": True,
        "suspended": False,
        "why": None,
        "listed": 4,
        "taken_in": 1,
        "open": 5,
        "missing": 1,
        "found": 0,
        "still_there": 0,
        "unknown": 0,
        "gone": 1,
        "ended": 1,
    }
    assert "4 of its cases are open" in quick("feed", "reconcile", "ncmec").out


def test_a_feed_that_lost_too_much_is_held_until_a_person_has_looked(
    quick: Run, api: RunningPosterApi
) -> None:
    for number in range(3):
        api.stand_in.remove(f"C{number}")
    held = quick("feed", "reconcile", "ncmec", "--json")
    assert (held.code, held.json["suspended"], held.json["ended"]) == (1, True, 0)
    refused = quick("feed", "reconcile", "ncmec")
    assert refused.code == 1
    assert "--accept-vanished" in refused.err
    accepted = quick("feed", "reconcile", "ncmec", "--accept-vanished", "--json")
    assert (accepted.code, accepted.json["ended"]) == (0, 3)
    assert quick("feed", "resume", "ncmec").code == 0
    assert quick("feed", "reconcile", "ncmec", "--json").json["open"] == 2


def test_a_listing_that_contradicts_itself_is_told(quick: Run, api: RunningPosterApi) -> None:
    api.stand_in.count_is_off_by = 7
    ran = quick("feed", "reconcile", "ncmec")
    assert ran.code == 1
    assert "counts for nothing" in ran.out


def test_only_a_poster_api_that_isnt_paused_or_being_read_is_compared(
    quick: Run, api: RunningPosterApi, runtime: Runtime
) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    assert "only a Poster API" in quick("feed", "reconcile", "police").err
    with runtime.store.read() as session:
        turn = ReadingTurn(runtime.store, runtime.clock, feed_by_slug(session, "ncmec").id)
    assert turn.take(only_if_due=False, puts_off=timedelta())
    with turn:
        assert "being read" in quick("feed", "reconcile", "ncmec").err
    quick("feed", "pause", "ncmec")
    assert "paused" in quick("feed", "reconcile", "ncmec").err


def test_a_source_that_cant_be_reached_is_a_sentence(quick: Run, api: RunningPosterApi) -> None:
    api.stand_in.fail_next(503, path="/Posters")
    ran = quick("feed", "reconcile", "ncmec")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
