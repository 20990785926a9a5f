"""Does one of several schedulers lead, and is the work done whatever becomes of the broker?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pika  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text

from alerts.store.engine import Store
from alerts.store.subscribers import Channel
from service.doorbell import QUEUE, Doorbell
from service.jobs import Job, Jobs
from service.process import watching
from service.scheduler import Leadership
from service.wiring import Runtime, wire
from tests.servers import free_port, rabbitmq
from tests.service.test_scheduler import eventually, town_now
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases", "tests.audience.fixtures")


@pytest.fixture
def stores(postgresql_url: str) -> Iterator[tuple[Store, Store]]:
    """The database as two processes see it."""
    with closing(Store(postgresql_url)) as one, closing(Store(postgresql_url)) as other:
        yield one, other


class TestLeadership:
    def test_one_leads_and_when_it_gives_up_another_does(self, stores: tuple[Store, Store]) -> None:
        first, second = (Leadership(store) for store in stores)
        assert [first.is_ours(), second.is_ours(), first.is_ours()] == [True, False, True]
        first.give_up()
        eventually(second.is_ours)
        assert not first.is_ours()
        second.give_up()
        eventually(first.is_ours)
        first.give_up()
        first.give_up()

    def test_asked_by_many_threads_at_once_it_still_leads(
        self, stores: tuple[Store, Store]
    ) -> None:
        first, second = (Leadership(store) for store in stores)
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(lambda _: first.is_ours(), range(32)))
        assert not second.is_ours()
        first.give_up()
        eventually(second.is_ours)
        second.give_up()

    def test_a_leader_whose_connection_is_gone_leads_no_more(
        self, stores: tuple[Store, Store]
    ) -> None:
        first, second = (Leadership(store) for store in stores)
        assert first.is_ours()
        with stores[1].begin() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                )
            )
        eventually(second.is_ours)
        assert not first.is_ours()
        second.give_up()
        eventually(first.is_ours)
        first.give_up()


@pytest.fixture
def house(postgresql_url: str, tmp_path: Path) -> Iterator[Runtime]:
    with closing(wire(settings_at(tmp_path / "var", postgresql_url))) as made:
        yield made


def is_quorum(url: str) -> bool:
    """Say whether RabbitMQ refuses our queue as a classic one, because it is a quorum queue."""
    arguments = {
        "x-queue-type": "classic",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": f"{QUEUE}.XQ",
    }
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        try:
            connection.channel().queue_declare(QUEUE, durable=True, arguments=arguments)
        except pika.exceptions.ChannelClosedByBroker as error:
            return "quorum" in error.reply_text
    return False


@pytest.mark.timeout(150)
def test_a_bell_is_heard_elsewhere_and_losing_the_broker_loses_no_alert(
    house: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = town_now(house)
    town.person(phones=[Channel.CONSOLE])
    folder = tmp_path / "rabbit"
    folder.mkdir()
    with ExitStack() as broker:
        url = broker.enter_context(rabbitmq(folder))
        web, worker = Doorbell(url, Jobs(house)), Doorbell(url, Jobs(house))
        worker.start_workers(2)
        alert_id = town.alert()
        web.ring(Job.PLAN)
        eventually(lambda: town.waves(alert_id))
        eventually(lambda: "PUSH console" in capsys.readouterr().out)  # the plan rang to send
        assert web.is_reachable()
        assert is_quorum(url)
        broker.close()

        assert not web.is_reachable()
        missed = town.alert()
        web.ring(Job.PLAN)  # the request that rings isn't told: its alert is safe
        with watching(Jobs(house), 0.1):
            eventually(lambda: "PUSH console" in capsys.readouterr().out)
        assert town.waves(missed)
        worker.close(2)
        web.close()


def test_a_broker_that_never_was_is_said_to_be_unreachable_and_harms_nobody(
    house: Runtime,
) -> None:
    bell = Doorbell(f"amqp://127.0.0.1:{free_port()}", Jobs(house))
    assert not bell.is_reachable()
    bell.ring(*Job)
    bell.close()
