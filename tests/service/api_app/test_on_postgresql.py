"""The same answers from PostgreSQL: what is written differently for it, in one story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import create_app
from service.jobs import Jobs
from service.process import Process
from service.wiring import Runtime, wire
from tests.service.api_app.conftest import MovableClock
from tests.service.api_app.people import (
    FAR_AWAY,
    MARQUETTE,
    HeardBell,
    add_feed,
    circle,
    poster,
    push,
    sign_up,
)
from tests.store.instances import settings_at

pytest_plugins = ("tests.store.databases",)


@pytest.fixture
def scaled(postgresql_url: str, tmp_path: Path, clock: MovableClock) -> Iterator[Runtime]:
    """The parts of a process on PostgreSQL, without places: posters draw their area."""
    made = wire(settings_at(tmp_path / "var", postgresql_url), clock)
    yield made
    made.close()


def test_the_story_of_a_neighbour_on_postgresql(scaled: Runtime) -> None:
    jobs = Jobs(scaled)
    bell = HeardBell("", jobs)
    client = create_app(Process(runtime=scaled, jobs=jobs, bell=bell)).test_client()
    person = sign_up(client)
    person.registers()
    person.draws(FAR_AWAY)
    home = person.draws(MARQUETTE, name="Home")
    assert person.alerts()["items"] == []
    drawn = {**circle(MARQUETTE, 16_000), "properties": {**poster(), "radius_m": 16_000}}
    taken = push(scaled, add_feed(scaled), drawn)
    jobs.run_until_quiet()

    [alert] = person.alerts()["items"]
    assert (alert["id"], alert["told"]) == (str(taken.alert_id), True)
    assert [(why["neighborhood_id"], why["overlap_percent"]) for why in alert["why"]] == [
        (home, 100)
    ]
    path = f"/v1/me/alerts/{taken.alert_id}/receipts"
    assert person.ask("POST", path, {"event": "opened"}).status_code == 204
    said = person.ask("GET", "/v1/me/export").get_json()
    assert [telling["neighborhood_id"] for telling in said["told"]] == [home]
    assert len(client.get("/v1/alerts.geojson").get_json()["features"]) == 1
    assert client.get("/health/ready").get_json()["status"] == "ready"
    assert person.ask("DELETE", "/v1/me").status_code == 204
    assert person.ask("GET", "/v1/me").status_code == 401
    bell.close()
