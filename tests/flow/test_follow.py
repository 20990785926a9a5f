"""A desk that follows a wave, a phone that is tested, and a process that is told to end."""

import json
from pathlib import Path
from typing import Any

import requests

from tests.flow.house import House, eventually, running_house
from tests.flow.test_story import NEAR, poster_of_wrenlyn
from tests.stand_ins.fcm import FcmStandIn


def stream_of(house: House, alert: str) -> requests.Response:
    house.cli("staff", "add", "vi", "--role", "viewer")
    token = house.cli("staff", "token", "vi")["token"]
    answer = requests.get(
        f"{house.url}/v1/desk/alerts/{alert}/waves/stream",
        headers={"Authorization": f"Bearer {token}"},
        stream=True,
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    return answer


def data_of(line: str) -> Any:
    return json.loads(line.removeprefix("data: "))


def test_whoever_follows_a_wave_is_let_go_when_the_process_ends(data_dir: Path) -> None:
    with running_house(data_dir) as house:  # without FCM: what is for it waits
        ana = house.neighbour()
        ana.draws(*NEAR)
        ana.has_phone("phone-of-ana")
        alert = house.feed("police").push(poster_of_wrenlyn())["alert_id"]
        with stream_of(house, alert) as answer:
            lines = answer.iter_lines(chunk_size=1, decode_unicode=True)

            def waits() -> bool:
                said = next(line for line in lines if line.startswith("data: "))
                return any(item["waiting"] for item in data_of(said)["items"])

            eventually(waits)
            assert house.process is not None
            house.process.terminate()
            assert "event: done" not in list(lines)  # it ends whole, and not by being cut off
        assert house.stop() == 0


def test_a_phone_is_tested_for_real(house: House, fcm: FcmStandIn) -> None:
    ana = house.neighbour("es")
    ana.has_phone("phone-of-ana")
    path = "/v1/me/devices/phone/self-test"
    test = ana.ask("POST", path).json()
    eventually(lambda: fcm.accepted)
    [pushed] = fcm.accepted
    assert (pushed.token, pushed.kind, pushed.alert_id) == ("phone-of-ana", "self_test", test["id"])
    assert "prueba de sus alertas" in pushed.message["notification"]["body"]
    ana.ask("POST", f"/v1/me/alerts/{test['id']}/receipts", json={"event": "shown"})
    found = ana.ask("GET", path).json()
    assert found["status"] == "shown"
    assert found["words"].startswith("Su teléfono la mostró")
