"""The same story in the scaled size: PostgreSQL + PostGIS, RabbitMQ, a process for each task."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.flow.conftest import fcm_settings
from tests.flow.house import PORCHLIGHT, House, eventually
from tests.flow.test_story import NEAR, poster_of_wrenlyn
from tests.servers import rabbitmq
from tests.stand_ins.fcm import FcmStandIn
from tests.store.databases import NewDatabase


@pytest.fixture
def services(
    new_postgresql: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A database, a keyring of its own and a broker, all real, and nothing in them."""
    with (
        new_postgresql("template0") as database,
        new_postgresql("template0") as keyring,
        rabbitmq(tmp_path_factory.mktemp("mq")) as broker,
    ):
        yield {
            "PORCHLIGHT_DATABASE_URL": database,
            "PORCHLIGHT_KEYRING_URL": keyring,
            "PORCHLIGHT_BROKER_URL": broker,
        }


@pytest.mark.timeout(240)
def test_web_worker_and_scheduler_share_the_work(
    services: dict[str, str], fcm: FcmStandIn, tmp_path: Path
) -> None:
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    house = House(data_dir=data_dir, extra={**services, **fcm_settings(fcm)})
    house.cli_apart("init")
    with beside(house, "worker"), beside(house, "scheduler"):
        house.start("web")
        try:
            police = house.feed("police")
            ana = house.neighbour()
            ana.draws(*NEAR)
            ana.has_phone("phone-of-ana")

            taken = police.push(poster_of_wrenlyn())
            eventually(lambda: [m.token for m in fcm.accepted] == ["phone-of-ana"])
            page = f"{house.url}/alerts/{taken['alert_id']}"
            assert "Wrenlyn Example" in requests.get(page, timeout=10).text

            assert police.ask("DELETE", "/posters/MQPD/2026-0001").status_code == 202
            eventually(lambda: len(fcm.accepted) == 2)
            assert requests.get(page, timeout=10).status_code == 410
        finally:
            assert house.stop() == 0


@contextmanager
def beside(house: House, command: str) -> Iterator[None]:
    """Run another process of the same house."""
    with (house.data_dir / f"{command}.txt").open("wb") as out:
        process = subprocess.Popen(
            [str(PORCHLIGHT), command], env=house.env, cwd=house.data_dir, stdout=out, stderr=out
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(15) == 0
