"""What /health/ready and /metrics say of a channel that is left alone."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from structlog.testing import capture_logs

from alerts.push import Outcome, PushOutcome
from alerts.store.feeds import Feed
from service.jobs import Jobs
from service.wiring import Runtime
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import MARQUETTE, Person, poster, push

DOWN = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE", retry_after_s=10)
SENT = PushOutcome(outcome=Outcome.SENT)


def channels(client: FlaskClient) -> tuple[str, Any]:
    said = client.get("/health/ready").get_json()
    return said["status"], said["checks"]["channels"]


def fail(runtime: Runtime) -> None:
    for _ in range(3):
        runtime.gate.hear("fcm", [DOWN], runtime.clock())


def probe(runtime: Runtime) -> None:
    with runtime.store.begin() as session:
        slot = runtime.gate.reserve(session, "fcm", 100, runtime.clock())
        assert slot is not None
        assert slot.is_probe


def test_a_channel_that_fails_is_named_with_its_times_and_what_waits(
    runtime: Runtime, clock: MovableClock, jobs: Jobs, client: FlaskClient, feed: Feed, wren: Person
) -> None:
    wren.draws(MARQUETTE)
    wren.ask("PUT", "/v1/me/devices/phone", {"channel": "fcm", "token": "phone-of-wren"})
    push(runtime, feed, poster())
    jobs.plan()
    fail(runtime)
    status, check = channels(client)
    assert (status, check["ok"]) == ("degraded", False)
    assert check["detail"].startswith(
        "Pushes wait, none is lost. fcm is left alone since 2026-11-22 12:00:00 UTC (UNAVAILABLE)"
        " and is tried next at 2026-11-22 12:00:1"
    )
    assert check["detail"].endswith("; 1 batches wait (<10 pushes).")
    clock.moves(timedelta(seconds=20))
    assert "is tried with the next push" in channels(client)[1]["detail"]
    probe(runtime)
    assert "is being tried now" in channels(client)[1]["detail"]
    runtime.gate.hear("fcm", [SENT], clock())
    assert channels(client)[1]["ok"] is True


def test_it_is_a_metric_and_one_line_in_the_log_for_who_is_called(
    runtime: Runtime, clock: MovableClock, client: FlaskClient
) -> None:
    assert 'porchlight_channel_open{channel="console"} 0.0' in client.get("/metrics").text
    with capture_logs() as logs:
        fail(runtime)
        runtime.gate.fail("fcm", "no key", clock())
    assert [(e["event"], e["log_level"], e["why"]) for e in logs] == [
        ("channel_down", "error", "UNAVAILABLE"),
        ("channel_paused", "warning", "no key"),
    ]
    said = client.get("/metrics").text
    assert 'porchlight_channel_open{channel="fcm"} 1.0' in said
    assert 'porchlight_channel_openings_total{channel="fcm"} 1.0' in said
    clock.moves(timedelta(seconds=80))
    probe(runtime)
    with capture_logs() as logs:
        runtime.gate.hear("fcm", [SENT], clock())
    assert [(e["event"], e["log_level"]) for e in logs] == [("channel_up", "info")]
    assert 'channel_open{channel="fcm"}' not in client.get("/metrics").text
