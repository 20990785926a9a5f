"""Does the sweep find what nobody rang for, mend what a clock did, and say what is stuck, once?"""

from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alerts.alert import Tier
from alerts.feed_events import FeedEvent
from alerts.store.webhooks import WebhookDelivery, WebhookEndpoint, endpoints_due
from service.doorbell import QUEUE, Doorbell, QuorumBroker
from service.jobs import Job, Jobs
from service.sweeping import Sweeping
from service.wiring import Runtime
from tests.audience.town import Town
from tests.fakes.push_channel import FakeChannel
from tests.servers import rabbitmq
from tests.service.test_jobs import Works, works_with
from tests.service.test_scheduler import eventually

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")

HOUR = timedelta(hours=1)


class Rung(Doorbell):
    """A bell that remembers."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__("", jobs)
        self.rung: list[Job] = []

    def ring(self, *jobs: Job, times: int = 1) -> None:
        self.rung += jobs


@pytest.fixture
def works(house: Runtime) -> Works:
    return works_with(house, FakeChannel())


@pytest.fixture
def bell(works: Works) -> Rung:
    return Rung(works.jobs)


@pytest.fixture
def sweeping(works: Works, bell: Rung) -> Sweeping:
    return Sweeping(works.runtime, works.jobs, bell)


@pytest.fixture
def town(works: Works) -> Town:
    return works.town


def test_it_rings_for_whatever_waits_and_for_nothing_else(
    works: Works, town: Town, sweeping: Sweeping, bell: Rung
) -> None:
    sweeping.sweep()
    assert bell.rung == []
    town.person()
    alert_id = town.alert()
    for job in (Job.PLAN, Job.SEND, None):
        bell.rung.clear()
        sweeping.sweep()
        assert bell.rung == ([job] if job else [])
        if job:
            works.jobs.run(job)
    town.end(alert_id)
    sweeping.sweep()
    assert bell.rung == [Job.AFTERCARE]


def test_after_the_clock_went_back_what_was_due_is_rung_for_at_once(
    works: Works, town: Town, sweeping: Sweeping, bell: Rung
) -> None:
    town.person()
    town.plan(town.alert())
    town.clock.now -= HOUR
    assert works.jobs.waiting() == set()
    with capture_logs() as logs:
        sweeping.sweep()
        sweeping.sweep()
    assert Job.SEND in bell.rung
    [line] = [line for line in logs if line["event"] == "times_mended"]
    assert (line["new"], line["leases"], line["retries"], line["webhooks"]) == (1, 0, 0, 0)


def test_an_error_of_ours_in_mending_is_counted_and_the_bell_is_rung_nonetheless(
    works: Works, town: Town, sweeping: Sweeping, bell: Rung, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setattr(sweeping, "mend", fail)
    town.person()
    town.alert()
    sweeping.sweep()
    assert bell.rung == [Job.PLAN]
    assert works.failures("mend") == 1


def test_what_is_stuck_is_said_once_and_so_is_that_it_moves_again(
    works: Works, town: Town, sweeping: Sweeping
) -> None:
    town.person()
    town.plan(town.alert(tier=Tier.MISSING))
    town.clock.move_on(seconds=works.runtime.settings.backlog_stale_after_s)
    with capture_logs() as logs:
        assert [one.channel for one in sweeping.look_for_stuck()] == ["fcm"]
        sweeping.look_for_stuck()
        works.jobs.send()
        assert sweeping.look_for_stuck() == []
        sweeping.look_for_stuck()
    said = [line for line in logs if line["event"].startswith("batches_")]
    assert [line["event"] for line in said] == ["batches_stuck", "batches_move_again"]
    assert said[0]["channel"] == "fcm"
    assert (said[0]["overdue"], said[0]["waits_s"]) == (1, 120)
    assert "porchlight batch list" in said[0]["see"]


def test_a_webhook_that_was_about_to_be_told_when_the_clock_went_back_is_told_now(
    works: Works, town: Town, sweeping: Sweeping, bell: Rung
) -> None:
    town.alert()
    now = town.clock()
    with works.runtime.store.begin() as session:
        endpoint = WebhookEndpoint(
            feed_id=1, url="https://x.example/", sealed_secret=b"s", events=[], created_at=now
        )
        session.add(endpoint)
        session.flush()
        for tries, later in ((0, timedelta()), (1, timedelta(minutes=1)), (0, -HOUR)):
            session.add(
                WebhookDelivery(
                    endpoint_id=endpoint.id,
                    event=FeedEvent.CREATED,
                    payload={"tries": tries},
                    made_at=now + min(later, timedelta()),
                    tries=tries,
                    next_try_at=now + later,
                    done_at=now if later < timedelta() else None,
                )
            )
    town.clock.now -= HOUR
    sweeping.sweep()
    assert Job.WEBHOOKS in bell.rung
    with works.runtime.store.read() as session:
        assert list(endpoints_due(session, town.clock())) == [endpoint.id]
        due = session.query(WebhookDelivery).filter_by(next_try_at=town.clock()).all()
        assert [one.payload for one in due if one.done_at is None] == [{"tries": 0}]


@pytest.mark.timeout(150)
def test_a_bell_that_the_broker_lost_is_rung_again(
    works: Works, town: Town, tmp_path: Path
) -> None:
    folder = tmp_path / "rabbit"
    folder.mkdir()
    with ExitStack() as broker:
        url = broker.enter_context(rabbitmq(folder))
        web = broker.enter_context(closing(Doorbell(url, works.jobs)))
        town.person()
        alert_id = town.alert()
        web.ring(Job.PLAN)
        rabbit = web._broker
        assert isinstance(rabbit, QuorumBroker)
        eventually(lambda: rabbit.get_queue_message_counts(QUEUE)[0] == 1)
        rabbit.flush(QUEUE)
        worker = broker.enter_context(closing(Doorbell(url, works.jobs)))
        worker.start_workers(1)
        assert town.waves(alert_id) == []
        Sweeping(works.runtime, works.jobs, web).sweep()
        eventually(lambda: town.waves(alert_id))
