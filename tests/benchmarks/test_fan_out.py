"""The measurement of the fan-out works, small, and its stand-in of FCM counts what it took."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pyreqwest.client import SyncClientBuilder

from benchmarks.bench_fan_out import measured, one_each, options, targets
from benchmarks.fan_out.runs import steady
from benchmarks.fan_out.stand_in import Accepted, StandIn, stand_in

SEND = "/v1/projects/porchlight-example/messages:send"
ROBIN, WREN = f"{1:013x}-robin", f"{2:013x}-wren"


@pytest.fixture(scope="module")
def fcm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("fcm")) as running:
        yield running


@pytest.fixture
def bearer(fcm: StandIn) -> str:
    fcm.stats(reset=True)
    answer = requests.post(f"{fcm.url}/token", verify=str(fcm.ca_path), timeout=30)
    return str(answer.json()["access_token"])


def send(fcm: StandIn, bearer: str, body: bytes) -> int:
    headers = {"Authorization": f"Bearer {bearer}"}
    url = fcm.url + SEND
    return requests.post(
        url, data=body, headers=headers, verify=str(fcm.ca_path), timeout=30
    ).status_code


def to(**target: str) -> bytes:
    return json.dumps({"message": {**target, "data": {"v": "1"}}}).encode()


def test_the_stand_in_counts_devices_and_repeats(fcm: StandIn, bearer: str) -> None:
    for body in (to(token=ROBIN), to(fid=WREN), to(token=ROBIN)):
        assert send(fcm, bearer, body) == 200
    came = fcm.stats()
    assert (came.accepted, came.distinct, came.repeats, came.most_times) == (3, 2, 1, 2)
    assert (came.refused, sum(came.per_second)) == (0, 3)
    assert 0 < came.first_ms <= came.last_ms
    assert fcm.stats(reset=True).accepted == 3
    assert fcm.stats().accepted == 0


def test_the_stand_in_takes_only_what_fcm_would(fcm: StandIn, bearer: str) -> None:
    assert send(fcm, "another", to(token=ROBIN)) == 401
    wrong = (b"{", b"null", b"[]", to(), to(token=ROBIN, fid=WREN), to(token="no digits"))
    assert [send(fcm, bearer, body) for body in wrong] == [400] * 6
    came = fcm.stats()
    assert (came.accepted, came.refused) == (0, 7)


def test_the_stand_in_speaks_http_2(fcm: StandIn, bearer: str) -> None:
    trusting = SyncClientBuilder().add_root_certificate_pem(fcm.ca_path.read_bytes())
    with trusting.http2_prior_knowledge().build() as client:
        asked = client.post(fcm.url + SEND).bearer_auth(bearer).body_bytes(to(token=WREN))
        answer = asked.build().send()
    assert (answer.status, answer.version) == (200, "HTTP/2.0")
    assert set(answer.json()) == {"name"}
    assert fcm.stats().accepted == 1


def test_a_rate_is_that_of_whole_seconds_after_the_first() -> None:
    assert steady(accepted(per_second=[9_000, 4_000, 5_000, 100])) == 4_500
    assert steady(accepted(per_second=[50, 50])) == 50


def accepted(per_second: list[int]) -> Accepted:
    count = sum(per_second)
    return Accepted(
        accepted=count,
        distinct=count,
        repeats=0,
        most_times=1,
        refused=0,
        first_ms=1_000,
        last_ms=1_000 + len(per_second) * 1_000,
        per_second=per_second,
        body_bytes=1,
        connections=1,
        cpu_s=0,
    )


def test_a_repeat_or_a_missing_outcome_is_told() -> None:
    came = {"accepted": 3, "distinct": 3, "repeats": 0}
    figures: dict[str, Any] = {"devices": 3, "outcomes": {"SENT": 3}, "stand_in": came}
    assert one_each("sender", figures)["met"]
    assert not one_each("sender", {**figures, "outcomes": {"SENT": 2, "GONE": 1}})["met"]
    twice = {"accepted": 4, "distinct": 3, "repeats": 1}
    assert not one_each("sender", {**figures, "stand_in": twice})["met"]


def test_targets_say_whether_they_were_met() -> None:
    came = {"accepted": 1, "distinct": 1, "repeats": 0}
    figures = {"devices": 1, "outcomes": {"SENT": 1}, "stand_in": came}
    slow = {**figures, "pushes_per_core_second": 6_999, "peak_mb": 299}
    said = {one["what"]: one["met"] for one in targets({"sender": slow})}
    assert said == {
        "sender.pushes_per_core_second": False,
        "sender.peak_mb": True,
        "sender.exactly one each": True,
    }


def test_a_small_run_measures_every_part(tmp_path: Path) -> None:
    sizes = {"devices": 620, "peer-devices": 30, "paced-devices": 300, "people": 40}
    words = [f"--{name}={value}" for name, value in {**sizes, "dir": tmp_path}.items()]
    found = measured(options().parse_args(words))
    assert found["machine"]["cores"] > 0
    for part, devices in (("sender", 620), ("peer", 30), ("paced", 300), ("million", 40)):
        assert found[part]["devices"] == devices
        assert found[part]["pushes_per_core_second"] > 0
    assert found["peer"]["our_plain_path"]["outcomes"] == {"SENT": 30}
    met = {one["what"]: one["met"] for one in found["targets"]}
    assert {name: is_met for name, is_met in met.items() if name.endswith("each")} == {
        f"{part}.exactly one each": True for part in ("sender", "peer", "paced", "million")
    }
    assert met.keys() >= {
        "sender.pushes_per_core_second",
        "sender.peak_mb",
        "peer.sender_times_as_fast",
        "paced.share_of_the_rate",
        "million.first_push_s",
        "million.last_outcome_s",
    }
    assert {file.name for file in tmp_path.iterdir()} == {"fcm", "people-40"}
