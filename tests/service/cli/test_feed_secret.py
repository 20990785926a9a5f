"""`porchlight feed rotate-secret`: the new secret is never lost, whatever fails."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from alerts.intake.poll.stored_tokens import CREDENTIALS_PURPOSE
from alerts.store.feeds import feed_by_slug
from alerts.store.staff import AuditEntry, first_broken_link
from service.demo.cases import sparse_case
from service.demo.poster_api import RunningPosterApi, run_poster_api
from service.doorbell import Doorbell
from service.jobs import Jobs
from service.polling import Polling
from service.secret_journal import SecretJournal
from service.wiring import Runtime
from tests.service.cli.conftest import Run

ROTATED = {"feed": "ncmec", "came_from": "source", "works": True, "why": None}


@pytest.fixture
def api(quick: Run, tmp_path: Path) -> Iterator[RunningPosterApi]:
    """A stand-in that a feed of this instance is pulled from."""
    secret = tmp_path / "secret"
    secret.write_text("demo-secret\n")
    with run_poster_api() as running:
        added = quick(
            *("feed", "add", "ncmec", "--kind", "ncmec", "--url", running.url, "--json"),
            *("--client-id", "demo-client", "--client-secret-file", str(secret)),
        )
        assert added.code == 0, added.err
        yield running


@pytest.fixture
def journal(runtime: Runtime) -> SecretJournal:
    return SecretJournal(runtime.settings.data_dir, "ncmec", runtime.vault)


def stored(runtime: Runtime) -> str:
    with runtime.store.read() as session:
        sealed = feed_by_slug(session, "ncmec").sealed_credentials
    assert sealed is not None
    said: dict[str, str] = json.loads(runtime.vault.open_own(CREDENTIALS_PURPOSE, sealed))
    return said["client_secret"]


def deeds(runtime: Runtime) -> list[str]:
    with runtime.store.read() as session:
        assert first_broken_link(session) is None
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert not any(stored(runtime) in str(entry.details) for entry in entries)
        return [entry.deed for entry in entries if "secret" in entry.deed]


def test_the_secret_is_replaced_stored_tried_and_on_record(
    quick: Run, api: RunningPosterApi, runtime: Runtime, journal: SecretJournal
) -> None:
    ran = quick("feed", "rotate-secret", "ncmec", "--json")
    assert (ran.code, ran.json) == (0, ROTATED)
    assert stored(runtime) == api.stand_in.client_secret != "demo-secret"
    assert api.stand_in.client_secret not in ran.out
    assert deeds(runtime) == ["feed.secret_rotation_began", "feed.secret_rotated"]
    assert not journal.path.exists()
    assert quick("feed", "poll", "ncmec").code == 0


def test_a_server_that_runs_takes_the_new_secret_up(
    quick: Run, api: RunningPosterApi, runtime: Runtime
) -> None:
    with runtime.store.read() as session:
        feed = feed_by_slug(session, "ncmec")
    bell = Doorbell("", Jobs(runtime))
    polling = Polling(runtime, bell)
    polling.poll(feed)
    assert quick("feed", "rotate-secret", "ncmec").code == 0
    api.stand_in.add(sparse_case("1", runtime.clock())[0])
    assert polling.poll(feed) == 1  # with the feed as it was read before the rotation
    bell.close()


def test_a_rotation_that_couldnt_be_stored_is_finished_by_the_next_call(
    quick: Run, api: RunningPosterApi, runtime: Runtime, journal: SecretJournal
) -> None:
    def break_the_table() -> None:
        with runtime.store.begin() as session:
            session.execute(
                text(
                    "CREATE TRIGGER stuck BEFORE UPDATE OF sealed_credentials ON feed "
                    "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                )
            )

    api.stand_in.before_next(break_the_table, path="/Auth/RotateSecret")
    failed = quick("feed", "rotate-secret", "ncmec")
    assert failed.code == 1
    assert "run the same command again" in failed.err
    assert stored(runtime) == "demo-secret"
    assert journal.left_over() == api.stand_in.client_secret
    assert api.stand_in.client_secret.encode() not in journal.path.read_bytes()
    assert journal.path.stat().st_mode & 0o077 == 0
    with runtime.store.begin() as session:
        session.execute(text("DROP TRIGGER stuck"))
    again = quick("feed", "rotate-secret", "ncmec", "--json")
    assert (again.code, again.json["came_from"]) == (0, "earlier_rotation")
    assert stored(runtime) == api.stand_in.client_secret
    assert api.stand_in.requests.count("POST /Auth/RotateSecret") == 1
    assert not journal.path.exists()


def test_nothing_is_asked_where_nothing_could_be_kept(
    quick: Run, api: RunningPosterApi, journal: SecretJournal
) -> None:
    journal.path.mkdir()  # no file can be written there
    refused = quick("feed", "rotate-secret", "ncmec")
    assert refused.code == 1
    assert "POST /Auth/RotateSecret" not in api.stand_in.requests


def test_an_answer_that_got_lost_on_the_way_out_changed_nothing(
    quick: Run, api: RunningPosterApi, runtime: Runtime
) -> None:
    api.stand_in.fail_next(502, path="/Auth/RotateSecret")
    ran = quick("feed", "rotate-secret", "ncmec")
    assert ran.code == 1
    assert "the old secret still works" in ran.err
    assert stored(runtime) == "demo-secret"
    assert quick("feed", "rotate-secret", "ncmec", "--json").json == ROTATED


def test_a_secret_that_got_lost_is_replaced_from_a_file(
    quick: Run, api: RunningPosterApi, runtime: Runtime, tmp_path: Path
) -> None:
    api.stand_in.fail_next(502, path="/Auth/RotateSecret", after=True)
    lost = quick("feed", "rotate-secret", "ncmec")
    assert lost.code == 1
    assert "--secret-file" in lost.err
    given = tmp_path / "given"
    given.write_text(api.stand_in.client_secret + "\n")
    ran = quick("feed", "rotate-secret", "ncmec", "--secret-file", str(given), "--json")
    assert (ran.code, ran.json) == (0, ROTATED | {"came_from": "file"})
    assert stored(runtime) == api.stand_in.client_secret
    assert quick("feed", "poll", "ncmec").code == 0


def test_while_nobody_may_ask_for_a_token_nothing_is_rotated(
    quick: Run, api: RunningPosterApi, runtime: Runtime
) -> None:
    api.stand_in.fail_next(429, path="/Auth/Token", message="Try again after 3 hour(s)")
    ran = quick("feed", "rotate-secret", "ncmec")
    assert ran.code == 1
    assert stored(runtime) == api.stand_in.client_secret == "demo-secret"


def test_a_secret_that_cant_be_tried_is_stored_and_said_to_be_untried(
    quick: Run, api: RunningPosterApi, runtime: Runtime
) -> None:
    assert quick("feed", "poll", "ncmec").code == 0
    api.stand_in.fail_next(429, path="/Auth/Token", message="Try again after 3 hour(s)")
    ran = quick("feed", "rotate-secret", "ncmec", "--json")
    assert ran.code == 1
    assert ran.json["works"] is False
    assert "429" in ran.json["why"]
    assert stored(runtime) == api.stand_in.client_secret


def test_other_feeds_have_no_secret(quick: Run) -> None:
    quick("feed", "add", "police", "--kind", "poster")
    assert "only a Poster API" in quick("feed", "rotate-secret", "police").err
    assert quick("feed", "rotate-secret", "nobody").code == 1
