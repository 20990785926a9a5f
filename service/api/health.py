"""Does it run, and does it work? For load balancers, operators and Prometheus; counts only."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import structlog
from flask import Blueprint, Response, current_app, request
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from alerts.audience.hidden import hide_small
from alerts.delivery.pace.standing import ChannelStanding, standings
from alerts.delivery.progress import confirmed_shares
from alerts.delivery.sweep import find_stuck
from alerts.intake.feed_health import FeedHealth, feeds_health
from alerts.store.alerts import count_by_status
from alerts.store.batches import oldest_backlog, stuck
from alerts.store.channel_states import Breaker
from alerts.store.feeds import FeedKind
from alerts.store.quarantine import count_unreviewed
from service.api.never_stored import never_stored
from service.auth import public
from service.counting import counting
from service.database import is_current
from service.http import documented, process, reply, runtime
from service.problem import ApiProblem

log = structlog.get_logger()

TAG = "Health"
MIGRATED = "porchlight.migrated"  # the tables were found current; they don't go back

health_api = Blueprint("health_api", __name__)
never_stored(health_api)


class Live(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Check(BaseModel):
    """One thing that must work."""

    ok: bool
    detail: str


class FeedState(BaseModel):
    """How one feed is; counts and times only."""

    feed: str
    kind: FeedKind
    paused: bool
    is_well: bool
    last_success: datetime | None
    silent_s: float
    lag_s: float | None = Field(description="From the source's word to ours, of its newest poster.")
    error_rate: float | None = Field(description="Refused among the documents of the last day.")
    failures: int = Field(description="Polls that failed in a row.")
    unknown_fields: int = Field(description="Fields it never sent before; nobody saw to them yet.")


class Ready(BaseModel):
    """`degraded`: it works, but a person should look; `unready`: send requests elsewhere."""

    status: Literal["ready", "degraded", "unready"]
    checks: dict[str, Check]
    feeds: list[FeedState]


# Without the queue documents are still taken in, and workers still look by themselves.
VITAL = ("database",)
UNKNOWN = Check(ok=False, detail="Not known: the database can't be read.")


@health_api.get("/health/live")
@documented(gives={200: Live}, tag=TAG)
@public
def live() -> Response:
    """Say that the process answers."""
    return reply(Live())


@health_api.get("/health/ready")
@documented(gives={200: Ready, 503: Ready}, tag=TAG)
@public
def ready() -> Response:
    """Say whether alerts get through: database, queue, age of feeds and of what waits."""
    database = _database()
    healths = _healths() if database.ok else ()
    checks = {
        "database": database,
        "queue": _queue(),
        "feeds": _feeds(healths) if database.ok else UNKNOWN,
        "backlog": _backlog() if database.ok else UNKNOWN,
        "channels": _channels() if database.ok else UNKNOWN,
    }
    if not all(checks[name].ok for name in VITAL):
        return reply(Ready(status="unready", checks=checks, feeds=[]), 503)
    well = all(check.ok for check in checks.values())
    feeds = [FeedState.model_validate(health, from_attributes=True) for health in healths]
    return reply(Ready(status="ready" if well else "degraded", checks=checks, feeds=feeds))


@health_api.get("/metrics")
@public
def metrics() -> Response:
    """Return all metrics as Prometheus reads them; with a token if the settings have one."""
    _check_token()
    try:
        _refresh_gauges()
    except SQLAlchemyError:
        log.exception("gauges_are_old")
    return Response(generate_latest(runtime().metrics.registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> Check:
    r = runtime()
    try:
        with r.store.read() as session:
            session.execute(text("SELECT 1"))
        if not current_app.extensions.get(MIGRATED):
            if not is_current(r.store.engine, r.settings.resolved_database_url):
                return Check(ok=False, detail="The tables are of another version: porchlight init")
            current_app.extensions[MIGRATED] = True
    except SQLAlchemyError:
        log.exception("database_unreachable")
        return Check(ok=False, detail="The database doesn't answer.")
    return Check(ok=True, detail="The database answers and its tables are current.")


def _queue() -> Check:
    if process().bell.is_reachable():
        return Check(ok=True, detail="The queue takes messages.")
    return Check(ok=False, detail="The queue doesn't answer; no worker can be woken.")


def _healths() -> Sequence[FeedHealth]:
    r = runtime()
    most = timedelta(seconds=r.settings.feed_stale_after_s)
    with r.store.read() as session:
        return feeds_health(session, r.clock(), most)


def _feeds(healths: Sequence[FeedHealth]) -> Check:
    unwell = [health for health in healths if not health.is_well]
    if unwell:
        words = "; ".join(map(_unwell_words, unwell))
        return Check(ok=False, detail=f"{words}. See: porchlight feed health")
    if not healths:
        return Check(ok=True, detail="There are no feeds yet.")
    return Check(ok=True, detail=f"All {len(healths)} feeds are well.")


def _unwell_words(health: FeedHealth) -> str:
    if health.suspended_why:
        return f"{health.feed} is held for the desk"
    return f"{health.feed} has been silent for {health.silent_s:,.0f} s"


def _channels() -> Check:
    r = runtime()
    now = r.clock()
    with r.store.read() as session:
        wrong = stuck(session)
        shut = standings(session, r.gate, r.channels, now, open_only=True)
    if not wrong and not shut:
        return Check(ok=True, detail="Every channel takes what is handed to it.")
    words = [_shut_words(standing, now) for standing in shut]
    words += [f"{channel}: {why} ({count} batches)" for channel, why, count in wrong]
    see = ""
    if wrong:
        see = " What was refused waits for a person. See: porchlight batch list, batch replay."
    return Check(ok=False, detail=f"Pushes wait, none is lost. {'; '.join(words)}.{see}")


def _shut_words(standing: ChannelStanding, now: datetime) -> str:
    tried = "is tried with the next push"
    if standing.breaker is Breaker.HALF_OPEN:
        tried = "is being tried now"
    elif standing.retry_at and standing.retry_at > now:
        tried = f"is tried next at {_time(standing.retry_at)}"
    since = f"{standing.channel} is left alone since {_time(standing.opened_at)} ({standing.why})"
    waits = hide_small(standing.waiting.devices)
    return f"{since} and {tried}; {standing.waiting.batches} batches wait ({waits} pushes)"


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else "long ago"


def _backlog() -> Check:
    r = runtime()
    waits_s = _waits_s()
    if waits_s > r.settings.backlog_stale_after_s:
        said = f"Pushes have been waiting for {waits_s:,.0f} s. See: porchlight batch list."
        return Check(ok=False, detail=said)
    return Check(ok=True, detail=f"The oldest push that could go out has waited {waits_s:,.0f} s.")


def _waits_s() -> float:
    r = runtime()
    now = r.clock()
    with r.store.read() as session:
        oldest = oldest_backlog(session, now)
    return (now - oldest).total_seconds() if oldest else 0.0


def _refresh_gauges() -> None:
    r = runtime()
    with r.store.read() as session:
        counts = count_by_status(session)
        r.metrics.quarantined_photos.set(count_unreviewed(session))
        r.metrics.confirmed(confirmed_shares(session, counting(), r.clock()))
        stale = timedelta(seconds=r.settings.backlog_stale_after_s)
        r.metrics.stuck(find_stuck(session, r.clock(), stale))
        shut = standings(session, r.gate, r.channels, r.clock(), open_only=True)
    r.metrics.channels({standing.channel for standing in shut}, r.channels)
    r.metrics.feeds(_healths())
    for status, count in counts.items():
        r.metrics.alerts.labels(status.value).set(count)
    r.metrics.backlog_age_s.set(_waits_s())


def _check_token() -> None:
    token = runtime().settings.metrics_token
    if token is None:
        return
    sent = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(sent, f"Bearer {token.get_secret_value()}".encode()):
        raise ApiProblem(
            401,
            "unauthorized",
            "Who are you?",
            "Send the header Authorization: Bearer, with PORCHLIGHT_METRICS_TOKEN.",
            headers={"WWW-Authenticate": "Bearer"},
        )
