"""Does the stand-in refuse what FCM refuses, and tell what it took?"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.stand_ins.fcm import PROJECT, FcmStandIn
from tests.stand_ins.fcm_client import Client, message, wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path_factory.mktemp("fcm")) as stand_in:
        yield stand_in


@pytest.fixture
def fcm(fcm_process: FcmStandIn) -> FcmStandIn:
    fcm_process.forget()
    return fcm_process


@pytest.fixture
def client(fcm: FcmStandIn) -> Iterator[Client]:
    client = Client(fcm.account_path.parent)
    client.authorize()
    yield client
    client.session.close()


def test_a_message_is_taken_and_told(fcm: FcmStandIn, client: Client) -> None:
    answer = client.send(message())
    assert answer.status_code == 200
    assert answer.json()["name"].startswith(f"projects/{PROJECT}/messages/")
    (accepted,) = fcm.accepted
    assert (accepted.token, accepted.alert_id, accepted.kind) == ("ok-1", "a1", "alert")


def test_without_a_bearer_nothing_is_taken(fcm: FcmStandIn, client: Client) -> None:
    client.session.headers["Authorization"] = "Bearer guessed"
    assert client.send(message()).status_code == 401
    assert fcm.accepted == []


def test_an_expired_assertion_gives_no_bearer(client: Client) -> None:
    answer = client.sign_in(ends_in_s=-60)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_another_project_is_not_found(client: Client) -> None:
    assert client.send(message(), project="another").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "t", "fid": "f"},
        {"data": {}},
        "text",
        message(data={"n": 1}),
        message(data={"from": "x"}),
        message(data={"google.x": "x"}),
        message(colour="red"),
        message(notification={"body": "x" * 4096}),
        message(android={"ttl": "1 day"}),
        message(android={"priority": "urgent"}),
        message(apns={"headers": {"apns-collapse-id": "x" * 65}}),
        message(webpush={"headers": {"Topic": "not a topic"}}),
        message(webpush={"fcm_options": {"link": "http://x.example"}}),
    ],
)
def test_a_message_that_fcm_would_not_take_is_a_bad_request(
    fcm: FcmStandIn, client: Client, wrong: object
) -> None:
    answer = client.send(wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert fcm.accepted == []


def test_a_bad_request_names_the_field(client: Client) -> None:
    details = client.send(message(data={"n": 1})).json()["error"]["details"]
    assert [d["@type"].rpartition(".")[2] for d in details] == ["FcmError", "BadRequest"]
    assert details[1]["fieldViolations"][0]["field"] == "message.data.n"


@pytest.mark.parametrize(
    ("token", "statuses"),
    [
        ("gone-1", [404, 404]),
        ("bad-1", [400, 400]),
        ("mismatch-1", [403, 403]),
        ("apple-1", [401, 401]),
        ("quota-1", [429, 200]),
        ("busy-1", [503, 200]),
        ("busy-x2-1", [503, 503, 200]),
        ("ok-1", [200, 200]),
    ],
)
def test_a_tokens_beginning_scripts_the_answers(
    client: Client, token: str, statuses: list[int]
) -> None:
    assert [client.send(message(token=token)).status_code for _ in statuses] == statuses


def test_the_next_answers_can_be_scripted(fcm: FcmStandIn, client: Client) -> None:
    fcm.fail_next(503, times=2, retry_after="9")
    answers = [client.send(message()) for _ in range(3)]
    assert [a.status_code for a in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "9"
    assert fcm.requests == 3


def test_it_hangs_up_when_told(fcm: FcmStandIn, client: Client) -> None:
    fcm.hang_up_next()
    with pytest.raises(requests.ConnectionError):
        client.send(message())
    assert client.send(message()).status_code == 200


def test_as_a_process_it_logs_every_message_at_once(tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    command = [sys.executable, "-m", "tests.stand_ins.fcm", "--dir", str(tmp_path)]
    command += ["--log", str(log), "--delay-ms", "20"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            wait_for(tmp_path / "url.txt")
            client = Client(tmp_path)
            client.authorize()
            began = time.monotonic()
            assert client.send(message() | {"token": "ok-9"}).status_code == 200
            assert time.monotonic() - began >= 0.02
            client.session.close()
            lines = [json.loads(line) for line in log.read_text().splitlines()]
            assert lines == [{"token": "ok-9", "alert_id": "a1", "kind": "alert"}]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
