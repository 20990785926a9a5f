"""The same story in the scaled size: PostgreSQL + PostGIS, RabbitMQ, a process for each task."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.flow.conftest import fcm_settings
from tests.flow.house import PORCHLIGHT, House, eventually
from tests.flow.test_story import NEAR, poster_of_wrenlyn
from tests.servers import postgresql, rabbitmq
from tests.stand_ins.fcm import FcmStandIn


@pytest.fixture
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database, a keyring of its own and a broker, all real."""
    with ExitStack() as stack:
        admin = stack.enter_context(postgresql(tmp_path_factory.mktemp("pg")))
        broker = stack.enter_context(rabbitmq(tmp_path_factory.mktemp("mq")))
        yield {
            "PORCHLIGHT_DATABASE_URL": _database(admin, "porchlight"),
            "PORCHLIGHT_KEYRING_URL": _database(admin, "keyring"),
            "PORCHLIGHT_BROKER_URL": broker,
        }


@pytest.mark.xdist_group("postgresql")
@pytest.mark.timeout(240)
def test_web_worker_and_scheduler_share_the_work(
    services: dict[str, str], fcm: FcmStandIn, tmp_path: Path
) -> None:
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    house = House(data_dir=data_dir, extra={**services, **fcm_settings(fcm)})
    house.cli("init")
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


def _database(admin_url: str, name: str) -> str:
    unique = f"{name}_{uuid.uuid4().hex[:8]}"
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{unique}"'))
    engine.dispose()
    return admin_url.rsplit("/", 1)[0] + f"/{unique}"
