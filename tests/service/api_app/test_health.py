from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import update

from alerts.store.feeds import Feed, FeedKind
from alerts.store.waves import Batch, BatchState
from config.settings import Settings
from service.app import create_app
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import (
    MARQUETTE,
    HeardBell,
    Person,
    add_feed,
    poster,
    push,
)


class BrokenBell(HeardBell):
    """A doorbell whose broker is down."""

    def is_reachable(self) -> bool:
        return False


def ready(client: FlaskClient, status: int = 200) -> Any:
    answer = client.get("/health/ready")
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


def test_it_lives(client: FlaskClient) -> None:
    assert client.get("/health/live").get_json() == {"status": "ok"}


def test_it_is_ready(client: FlaskClient) -> None:
    said = ready(client)
    assert said["status"] == "ready"
    assert set(said["checks"]) == {"database", "queue", "feeds", "backlog", "channels"}
    assert all(check["ok"] and check["detail"].endswith(".") for check in said["checks"].values())


def test_a_feed_that_went_quiet_degrades(
    runtime: Runtime, clock: MovableClock, client: FlaskClient
) -> None:
    quiet = add_feed(runtime, slug="ncmec", kind=FeedKind.NCMEC)
    add_feed(runtime, slug="paused", kind=FeedKind.NCMEC, paused=True)
    add_feed(runtime, slug="pushes", kind=FeedKind.POSTER)
    clock.moves(timedelta(seconds=899))
    assert ready(client)["status"] == "ready"
    clock.moves(timedelta(seconds=2))
    said = ready(client)
    assert said["status"] == "degraded"
    assert said["checks"]["feeds"]["ok"] is False
    assert "ncmec has been silent for 901 s" in said["checks"]["feeds"]["detail"]
    assert "paused" not in said["checks"]["feeds"]["detail"]
    with runtime.store.begin() as session:
        session.get_one(Feed, quiet.id).read_at = clock.now
    assert ready(client)["status"] == "ready"


def test_pushes_that_are_stuck_degrade(
    runtime: Runtime,
    clock: MovableClock,
    jobs: Jobs,
    client: FlaskClient,
    feed: Feed,
    wren: Person,
) -> None:
    wren.registers()
    wren.draws(MARQUETTE)
    push(runtime, feed, poster())
    jobs.plan()
    clock.moves(timedelta(seconds=121))
    said = ready(client)
    assert (said["status"], said["checks"]["backlog"]["ok"]) == ("degraded", False)
    assert "121 s" in said["checks"]["backlog"]["detail"]
    with runtime.store.begin() as session:
        session.execute(update(Batch).values(state=BatchState.DONE))
    assert ready(client)["status"] == "ready"


def test_without_its_queue_it_still_takes_documents_in(runtime: Runtime, jobs: Jobs) -> None:
    bell = BrokenBell("", jobs)
    app = create_app(Process(runtime=runtime, jobs=jobs, bell=bell))
    said = ready(app.test_client())
    assert (said["status"], said["checks"]["queue"]["ok"]) == ("degraded", False)
    assert said["checks"]["database"]["ok"] is True
    bell.close()


def test_a_channel_that_must_be_mended_is_named(
    runtime: Runtime, jobs: Jobs, client: FlaskClient, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    wren.ask("PUT", "/v1/me/devices/phone", {"channel": "fcm", "token": "phone-of-wren"})
    push(runtime, feed, poster())
    jobs.run_until_quiet()  # FCM isn't set up here: the batch waits
    said = ready(client)
    assert (said["status"], said["checks"]["channels"]["ok"]) == ("degraded", False)
    assert "fcm isn't set up (1 batches)" in said["checks"]["channels"]["detail"]


def test_with_old_tables_it_is_not_ready(runtime: Runtime, client: FlaskClient) -> None:
    with runtime.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'long ago'")
    said = ready(client, 503)
    assert "porchlight init" in said["checks"]["database"]["detail"]
    assert said["checks"]["feeds"]["ok"] is False


def test_without_its_database_it_lives_but_is_not_ready(
    settings: Settings, clock: MovableClock
) -> None:
    elsewhere = settings.model_copy(
        update={"database_url": "sqlite:////nowhere/at/all.sqlite3", "data_dir": settings.data_dir}
    )
    runtime = wire(Settings.model_validate(elsewhere.model_dump() | {"PORT": 8000}), clock)
    jobs = Jobs(runtime)
    bell = HeardBell("", jobs)
    client = create_app(Process(runtime=runtime, jobs=jobs, bell=bell)).test_client()
    assert client.get("/health/live").status_code == 200
    said = ready(client, 503)
    assert said["checks"]["database"]["detail"] == "The database doesn't answer."
    assert "porchlight_alerts" in client.get("/metrics").text
    bell.close()
    runtime.close()


def test_metrics_are_counts_only(
    runtime: Runtime,
    clock: MovableClock,
    jobs: Jobs,
    client: FlaskClient,
    feed: Feed,
    wren: Person,
) -> None:
    add_feed(runtime, slug="ncmec", kind=FeedKind.NCMEC)
    wren.registers("my-own-phone")
    wren.draws(MARQUETTE, name="Home of Wren")
    push(runtime, feed, poster())
    jobs.run_until_quiet()
    clock.moves(timedelta(seconds=30))
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'porchlight_alerts{status="active"} 1.0' in answer.text
    assert 'porchlight_alerts{status="held"} 0.0' in answer.text
    assert 'porchlight_feed_age_seconds{feed="ncmec"} 30.0' in answer.text
    assert "porchlight_backlog_age_seconds 0.0" in answer.text
    assert (
        'porchlight_pushes_total{channel="console",kind="alert",outcome="sent"} 1.0' in answer.text
    )
    for word in ("Wren", "Example", "my-own-phone", wren.id, wren.token, "46.5", "Marquette"):
        assert word not in answer.text


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer open-sesame", 200), ("Bearer open", 401), ("", 401), ("Basic x", 401)],
)
def test_metrics_may_ask_for_a_token(
    settings: Settings, clock: MovableClock, authorization: str, status: int
) -> None:
    guarded = settings.model_copy(update={"metrics_token": SecretStr("open-sesame")})
    runtime = wire(guarded, clock)
    jobs = Jobs(runtime)
    bell = HeardBell("", jobs)
    app: Flask = create_app(Process(runtime=runtime, jobs=jobs, bell=bell))
    answer = app.test_client().get("/metrics", headers={"Authorization": authorization})
    assert answer.status_code == status
    bell.close()
    runtime.close()
