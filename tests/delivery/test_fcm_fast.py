"""Does the fast way to FCM lose nobody, whatever happens to its connections?"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from h2.errors import ErrorCodes

from alerts.delivery.channels.fcm_errors import again, lost
from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome, PushTarget
from tests.contracts.push_channel import message, outcomes
from tests.patience import BLOW_UP_S
from tests.stand_ins.exchange import Answered
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


@pytest.fixture
def channel(fcm: FcmStandIn) -> Iterator[FastFcmChannel]:
    channel = channel_to(fcm, timeout_s=30)
    yield channel
    channel.close()


def tokens(count: int) -> list[PushTarget]:
    return [PushTarget(device_id=i, address=f"ok-{i}", address_kind="token") for i in range(count)]


def send_in_threads(
    channel: FastFcmChannel, targets: Sequence[PushTarget], chunk: int = 100
) -> list[PushOutcome]:
    chunks = [targets[i : i + chunk] for i in range(0, len(targets), chunk)]
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(lambda part: channel.send(message(), part), chunks)
        return [answer for part in answers for answer in part]


def send_until_sent(channel: FastFcmChannel, targets: Sequence[PushTarget]) -> int:
    """Send again what isn't SENT, as the dispatcher does; return how many answers were lost."""
    losses, due, ends_at = 0, list(targets), time.monotonic() + 3 * BLOW_UP_S
    while due:
        assert time.monotonic() < ends_at, f"{len(due)} are still due"
        answers = send_in_threads(channel, due)
        assert set(outcomes(answers)) <= {Outcome.SENT, Outcome.IN_FLIGHT, Outcome.PENDING}
        losses += sum(answer.outcome is Outcome.IN_FLIGHT for answer in answers)
        pairs = zip(due, answers, strict=True)
        due = [target for target, answer in pairs if answer.outcome is not Outcome.SENT]
    return losses


def test_a_connection_that_goes_away_after_1000_requests_loses_and_repeats_nobody(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.faults.goaway_every = 1_000
    losses = send_until_sent(channel, tokens(5_000))
    assert len(fcm.times) == 5_000
    assert fcm.connections >= 5
    assert losses == fcm.repeats == 0


def test_a_connection_that_breaks_off_repeats_no_more_than_was_in_flight(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.faults.goaway_every, fcm.faults.goaway_is_abrupt = 700, True
    losses = send_until_sent(channel, tokens(3_000))
    assert len(fcm.times) == 3_000
    assert 0 < fcm.repeats <= losses <= fcm.connections * STREAMS


def test_cut_connections_lose_nobody_and_repeat_no_more_than_was_in_flight(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.faults.cut_every = 600
    losses = send_until_sent(channel, tokens(3_000))
    assert len(fcm.times) == 3_000
    assert 0 < fcm.repeats <= losses <= fcm.connections * STREAMS


def test_what_is_cut_in_mid_air_may_have_arrived(fcm: FcmStandIn, channel: FastFcmChannel) -> None:
    fcm.faults.delay_s = 60
    when_all_are_taken = threading.Thread(target=cut_when, args=(fcm, 10))
    when_all_are_taken.start()
    assert channel.send(message(), tokens(10)) == [lost("CONNECTION_LOST")] * 10
    when_all_are_taken.join()
    assert len(fcm.accepted) == 10


def cut_when(fcm: FcmStandIn, accepted: int) -> None:
    wait_until(lambda: len(fcm.accepted) >= accepted)
    fcm.cut_now()


def wait_until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + BLOW_UP_S
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def test_answers_that_drip_end_by_the_timeout(fcm: FcmStandIn) -> None:
    channel = channel_to(fcm, timeout_s=0.6)
    fcm.faults.drip_s = 0.2
    assert channel.send(message(), tokens(3)) == [lost("TIMEOUT")] * 3
    fcm.faults.drip_s = 0
    assert outcomes(channel.send(message(), tokens(3))) == [Outcome.SENT] * 3
    channel.close()


def test_what_finds_no_stream_in_time_has_not_left(fcm: FcmStandIn) -> None:
    channel = channel_to(fcm, timeout_s=0.7)
    fcm.faults.delay_s = 60
    answers = channel.send(message(), tokens(250))
    assert answers.count(lost("TIMEOUT")) == STREAMS == fcm.requests
    assert answers.count(again("NO_STREAM", 10.0)) == 150
    channel.close()


def test_a_refused_stream_is_tried_again_at_once_and_then_later(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.reset_next()
    assert outcomes(channel.send(message(), tokens(1))) == [Outcome.SENT]
    fcm.reset_next(times=10)
    assert channel.send(message(), tokens(1)) == [again("NOT_PROCESSED", 10.0)]
    assert fcm.repeats == 0


def test_a_stream_that_is_reset_may_have_been_taken(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.reset_next(code=ErrorCodes.INTERNAL_ERROR)
    assert channel.send(message(), tokens(1)) == [lost("CONNECTION_LOST")]
    assert len(fcm.accepted) == 1


def test_no_connection_ever_has_more_streams_than_fcm_allows(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.faults.delay_s = 0.05
    assert outcomes(send_in_threads(channel, tokens(1_500))) == [Outcome.SENT] * 1_500
    assert fcm.most_streams == STREAMS


def test_connections_are_added_for_the_rate_and_the_round_trip(fcm: FcmStandIn) -> None:
    fcm.faults.delay_s = 0.2  # 500/s over each connection
    channel = channel_to(fcm, rate_per_s=1_500)
    ends_at = time.monotonic() + BLOW_UP_S
    while len(channel.in_flight) < 3 and time.monotonic() < ends_at:
        send_in_threads(channel, tokens(1_600))
    assert 3 <= len(channel.in_flight) <= 16
    assert fcm.connections >= 3
    channel.close()


def test_one_connection_is_enough_for_a_low_rate(fcm: FcmStandIn) -> None:
    fcm.faults.delay_s = 0.05
    channel = channel_to(fcm, rate_per_s=100)
    send_in_threads(channel, tokens(1_500))
    assert len(channel.in_flight) == 1
    assert fcm.connections == 2  # and the token service's
    channel.close()


def test_an_access_token_is_renewed_before_it_ends(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    fcm.tokens.lifetime_s = 200  # less than google-auth's margin
    for _ in range(2):
        assert outcomes(channel.send(message(), tokens(3))) == [Outcome.SENT] * 3
    assert (fcm.token_requests, fcm.requests) == (2, 6)


def test_only_whom_a_revoked_token_failed_are_sent_again(
    fcm: FcmStandIn, channel: FastFcmChannel
) -> None:
    channel.send(message(), tokens(1))
    fcm.fail_next(401, times=7)
    assert outcomes(channel.send(message(), tokens(100))) == [Outcome.SENT] * 100
    assert (fcm.token_requests, fcm.requests, fcm.times["ok-99"]) == (2, 108, 1)


def test_a_redirect_is_not_followed(fcm: FcmStandIn, channel: FastFcmChannel) -> None:
    elsewhere = (("location", f"{fcm.url}/v1/projects/elsewhere/messages:send"),)
    fcm.answer_next(Answered(status=307, headers=elsewhere))
    assert outcomes(channel.send(message(), tokens(1))) == [Outcome.REFUSED]
    assert fcm.requests == 1


def test_a_server_without_http_2_is_misconfigured_and_says_what_to_set(tmp_path: Path) -> None:
    with FcmStandIn.running(tmp_path, protocols=("http/1.1",)) as old:
        channel = channel_to(old)
        with pytest.raises(Misconfigured, match="sender to plain"):
            channel.send(message(), tokens(3))
        channel.close()
        assert old.requests == 0


def test_no_proxy_stands_before_this_machine(
    fcm: FcmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    channel = channel_to(fcm)
    assert outcomes(channel.send(message(), tokens(1))) == [Outcome.SENT]
    channel.close()


def test_the_environments_proxy_is_asked_for_others(
    fcm: FcmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        channel = FastFcmChannel(fcm.account_path, None, "https://fcm.invalid", fcm.ca_path)
        asked: list[bytes] = []
        thread = threading.Thread(target=refuse, args=(proxy, asked))
        thread.start()
        assert channel.send(message(), tokens(1)) == [again("UNREACHABLE", 10.0)]
        thread.join()
        channel.close()
    assert asked[0].startswith(b"CONNECT fcm.invalid:443 ")


def test_a_proxy_that_is_no_url_is_misconfigured_and_its_password_not_told(
    fcm: FcmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@[")
    with pytest.raises(Misconfigured, match="HTTPS_PROXY") as refusal:
        FastFcmChannel(fcm.account_path, None, "https://fcm.invalid", fcm.ca_path)
    assert "hush" not in str(refusal.value)


def refuse(proxy: socket.socket, asked: list[bytes]) -> None:
    connection, _ = proxy.accept()
    with connection:
        asked.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
