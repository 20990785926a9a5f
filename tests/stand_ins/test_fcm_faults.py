"""Does the stand-in fail as it is told, and count what it took all the same?"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from h2.errors import ErrorCodes
from pyreqwest.client import SyncClientBuilder
from pyreqwest.exceptions import RequestError
from pyreqwest.response import SyncResponse

from tests.stand_ins.exchange import Answered
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


class Fast:
    """A sender over HTTP/2 that is signed in."""

    def __init__(self, fcm: FcmStandIn, authorization: str) -> None:
        builder = SyncClientBuilder().http2_prior_knowledge().no_proxy()
        builder = builder.add_root_certificate_pem(fcm.ca_path.read_bytes())
        self.client = builder.default_headers({"authorization": authorization}).build()
        self._url = f"{fcm.url}/v1/projects/{PROJECT}/messages:send"

    def send(self, message: object) -> SyncResponse:
        return self.client.post(self._url).body_json({"message": message}).build().send()


@pytest.fixture
def fast(fcm: FcmStandIn, client: Client) -> Iterator[Fast]:
    fast = Fast(fcm, str(client.session.headers["Authorization"]))
    yield fast
    fast.client.close()


def test_both_protocols_are_spoken_on_one_port(fcm: FcmStandIn, client: Client, fast: Fast) -> None:
    assert client.send(message()).raw.version == 11
    answer = fast.send(message())
    assert (answer.version, answer.status) == ("HTTP/2.0", 200)
    assert fcm.times == {"ok-1": 2}
    assert fcm.repeats == 1


def test_a_connection_ends_after_so_many_requests(
    fcm: FcmStandIn, client: Client, fast: Fast
) -> None:
    fcm.faults.goaway_every = 3
    before = fcm.connections
    assert [client.send(message()).status_code for _ in range(6)] == [200] * 6
    assert [fast.send(message()).status for _ in range(6)] == [200] * 6
    assert fcm.connections - before in (3, 4)  # of HTTP/1.1, one was there


@pytest.mark.parametrize("is_abrupt", [False, True])
def test_an_abrupt_end_loses_what_was_taken(fcm: FcmStandIn, fast: Fast, is_abrupt: bool) -> None:
    fcm.faults.goaway_every, fcm.faults.goaway_is_abrupt = 1, is_abrupt
    if is_abrupt:
        with pytest.raises(RequestError):
            fast.send(message())
    else:
        assert fast.send(message()).status == 200
    assert fcm.times == {"ok-1": 1}


def test_a_lost_answer_was_a_taken_message(fcm: FcmStandIn, client: Client, fast: Fast) -> None:
    fcm.lose_next(2)
    with pytest.raises(requests.ConnectionError):
        client.send(message())
    with pytest.raises(RequestError):
        fast.send(message())
    assert fcm.times == {"ok-1": 2}


def test_connections_are_cut_now_or_after_so_many_requests(fcm: FcmStandIn, fast: Fast) -> None:
    fcm.faults.cut_every = 2
    fates = []
    for _ in range(4):
        try:
            fates.append(fast.send(message()).status)
        except RequestError:
            fates.append(0)
    assert sorted(fates) == [0, 0, 200, 200]
    assert fcm.times == {"ok-1": 4}
    fcm.faults.cut_every = 0
    fast.send(message())
    before = fcm.connections
    fcm.cut_now()
    with suppress(RequestError):
        fast.send(message())
    fast.send(message())
    assert fcm.connections == before + 1


@pytest.mark.parametrize(
    ("code", "taken"), [(ErrorCodes.REFUSED_STREAM, 0), (ErrorCodes.INTERNAL_ERROR, 1)]
)
def test_a_stream_is_reset_when_told(
    fcm: FcmStandIn, fast: Fast, code: ErrorCodes, taken: int
) -> None:
    fcm.reset_next(10 if code is ErrorCodes.REFUSED_STREAM else 1, code)
    with pytest.raises(RequestError):  # a refused stream is tried again a few times
        fast.send(message())
    fcm.forget_script()
    assert fast.send(message()).status == 200
    assert len(fcm.accepted) == 1 + taken


def test_answers_drip_and_come_late_when_told(fcm: FcmStandIn, client: Client, fast: Fast) -> None:
    fcm.faults.drip_s, fcm.faults.delay_s = 0.002, 0.05
    began = time.monotonic()
    names = [client.send(message()).json()["name"], fast.send(message()).json()["name"]]
    assert time.monotonic() - began >= 2 * 0.05 + sum(map(len, names)) * 0.002
    assert all(name.startswith(f"projects/{PROJECT}/messages/") for name in names)


def test_an_answer_of_any_size_arrives(fcm: FcmStandIn, fast: Fast) -> None:
    fcm.answer_next(Answered(body=b"x" * 300_000))
    assert len(fast.send(message()).bytes()) == 300_000


def test_a_status_lasts_until_it_is_over(fcm: FcmStandIn, client: Client) -> None:
    over = False
    fcm.fail_until(503, lambda: over, retry_after="4")
    answers = [client.send(message()) for _ in range(3)]
    assert [a.status_code for a in answers] == [503] * 3
    assert answers[0].headers["Retry-After"] == "4"
    over = True
    assert client.send(message()).status_code == 200
    fcm.fail_for(429, 0.0)
    assert client.send(message()).status_code == 200


def test_access_tokens_end_when_told(fcm: FcmStandIn, client: Client) -> None:
    fcm.tokens.lifetime_s = 0.0
    client.authorize()
    assert client.send(message()).status_code == 401
    fcm.forget()
    client.authorize()
    assert client.send(message()).status_code == 200
    fcm.revoke_bearers()
    assert client.send(message()).status_code == 401


def test_an_account_is_refused_until_told_otherwise(fcm: FcmStandIn, client: Client) -> None:
    fcm.tokens.account_is_refused = True
    assert [client.sign_in().json() for _ in range(2)] == [{"error": "invalid_grant"}] * 2
    fcm.tokens.account_is_refused = False
    assert client.sign_in().status_code == 200


def test_as_a_process_it_has_faults_and_tells_what_it_saw(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.stand_ins.fcm", "--dir", str(tmp_path)]
    with subprocess.Popen([*command, "--goaway-every", "2"], cwd=ROOT) as process:
        try:
            wait_for(tmp_path / "url.txt")
            client = Client(tmp_path)
            client.authorize()
            assert [client.send(message()).status_code for _ in range(3)] == [200] * 3
            seen = client.session.get(f"{client.url}/stats", timeout=5).json()
            assert (seen["accepted"], seen["addresses"], seen["repeats"]) == (3, 1, 2)
            assert seen["connections"] >= 2
            client.session.close()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
