"""Does the fast way to FCM end when told, and say what became of each push?"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from alerts.delivery.channels.fcm_errors import again, lost
from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.push import PushTarget
from tests.contracts.push_channel import message
from tests.patience import BLOW_UP_S
from tests.stand_ins.fcm import FcmStandIn

ROOT = Path(__file__).parents[2]
STREAMS = 100


@pytest.fixture(scope="module")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path_factory.mktemp("fcm")) as stand_in:
        yield stand_in


@pytest.fixture
def fcm(fcm_process: FcmStandIn) -> FcmStandIn:
    fcm_process.forget()
    return fcm_process


def channel_to(
    fcm: FcmStandIn, *, timeout_s: float = 10, rate_per_s: float = 10_000
) -> FastFcmChannel:
    return FastFcmChannel(
        fcm.account_path, None, fcm.url, fcm.ca_path, timeout_s, rate_per_s=rate_per_s
    )


def tokens(count: int) -> list[PushTarget]:
    return [PushTarget(device_id=i, address=f"ok-{i}", address_kind="token") for i in range(count)]


def wait_until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + BLOW_UP_S
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def test_closing_ends_what_is_on_its_way_and_says_so(fcm: FcmStandIn) -> None:
    channel = channel_to(fcm, timeout_s=60)
    fcm.faults.delay_s = 60
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(channel.send, message(), tokens(150))
        wait_until(lambda: len(fcm.accepted) == STREAMS)
        channel.close()
        answers = list(sending.result(timeout=BLOW_UP_S))
    assert answers.count(lost("CONNECTION_LOST")) == STREAMS
    assert answers.count(again("NO_STREAM", 10.0)) == 50


def test_closing_is_harmless_twice_at_once_and_before_anything_was_sent(fcm: FcmStandIn) -> None:
    channel = channel_to(fcm)
    with ThreadPoolExecutor(4) as pool:
        closings = [pool.submit(channel.close) for _ in range(4)]
        for closing in closings:
            closing.result(timeout=BLOW_UP_S)
    with pytest.raises(RuntimeError, match="closed"):
        channel.send(message(), tokens(1))


PROGRAM = """
import sys
from pathlib import Path
from alerts.delivery.channels.fcm_fast import FastFcmChannel
from tests.contracts.push_channel import message
from alerts.push import PushTarget
account, url, ca, closes = sys.argv[1:]
channel = FastFcmChannel(Path(account), None, url, Path(ca))
targets = [PushTarget(device_id=i, address=f"ok-{i}", address_kind="token") for i in range(200)]
print(sum(answer.outcome.name == "SENT" for answer in channel.send(message(), targets)))
if closes == "True":
    channel.close()
"""


@pytest.mark.parametrize("closes", [True, False])
def test_a_program_ends_in_peace(fcm: FcmStandIn, closes: bool) -> None:
    arguments = [str(fcm.account_path), fcm.url, str(fcm.ca_path), str(closes)]
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (0, "200\n"), ended.stderr
