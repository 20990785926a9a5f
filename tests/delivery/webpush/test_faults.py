"""What may go wrong on the way, and what is made of it?"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import trustme

from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.delivery.channels.webpush.patience import FAILURES
from alerts.push import Outcome
from tests.contracts.push_channel import outcomes
from tests.delivery.webpush.made import SHORT_S, SUBJECT, Names, made_for, push
from tests.patience import BLOW_UP_S
from tests.stand_ins.browser import target_of
from tests.stand_ins.exchange import Answered
from tests.stand_ins.push_service import PushServiceStandIn


def test_an_answer_that_was_lost_counts_as_handed_over(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    service.answer_next(Answered(hang_up=True))
    [lost] = push(channel, target_of(service.subscribe("cut")))
    assert (lost.outcome, lost.reason) == (Outcome.IN_FLIGHT, "NO_ANSWER")


def test_where_nobody_listens_nothing_was_handed_over(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    target = target_of(replace(service.subscribe(), endpoint="https://127.0.0.1:9/push/away"))
    [answer] = push(channel, target)
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "UNREACHABLE")


def test_a_server_that_we_do_not_trust_gets_nothing(
    service: PushServiceStandIn,
) -> None:
    trusting_the_public_ones = WebPushChannel(
        lambda: bytes(32), SUBJECT, allow_loopback=True, resolver=Names()
    )
    [answer] = push(trusting_the_public_ones, target_of(service.subscribe("x")))
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "UNREACHABLE")
    assert service.requests == 0
    trusting_the_public_ones.close()


def test_connections_that_end_again_and_again_lose_nobody(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    service.faults.goaway_every = 7
    targets = [target_of(service.subscribe(), i) for i in range(60)]
    waiting = list(targets)
    for _ in range(20):
        answers = push(channel, *waiting)
        again = (Outcome.PENDING, Outcome.IN_FLIGHT)
        waiting = [t for t, a in zip(waiting, answers, strict=True) if a.outcome in again]
        if not waiting:
            break
    assert waiting == []
    assert len({received.name for received in service.received}) == 60


def test_one_slow_push_service_holds_nobody_else_up(
    service: PushServiceStandIn, tmp_path: Path
) -> None:
    folder = tmp_path / "slow"
    folder.mkdir()
    with PushServiceStandIn.running(folder) as slow:
        slow.faults.delay_s = BLOW_UP_S
        both = tmp_path / "both.pem"
        both.write_bytes(service.ca_path.read_bytes() + slow.ca_path.read_bytes())
        service.ca_path = both
        channel = made_for(service, timeout_s=SHORT_S)
        stuck = [target_of(slow.subscribe(), i) for i in range(40)]
        well = [target_of(service.subscribe(), i) for i in range(40)]
        began = time.monotonic()
        answers = push(channel, *stuck, *well)
        assert outcomes(answers[40:]) == [Outcome.SENT] * 40
        assert time.monotonic() - began < BLOW_UP_S
        assert set(outcomes(answers[:40])) <= {Outcome.IN_FLIGHT, Outcome.PENDING}
        assert outcomes(answers).count(Outcome.IN_FLIGHT) == slow.requests
        push(channel, *stuck)  # the first push alone showed that nobody answers; now twenty do
        asked = slow.requests
        assert asked >= FAILURES
        answers = push(channel, *stuck)
        assert slow.requests == asked  # it is left alone now
        assert {(a.outcome, a.reason) for a in answers} == {(Outcome.PENDING, "NO_ANSWER")}
        channel.close()


def test_a_head_that_drips_is_given_up(service: PushServiceStandIn, tmp_path: Path) -> None:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    service.ca_path = tmp_path / "drips.pem"
    service.ca_path.write_bytes(authority.cert_pem.bytes())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening, context), daemon=True).start()
        channel = made_for(service, timeout_s=SHORT_S)
        port = listening.getsockname()[1]
        dripping = replace(service.subscribe(), endpoint=f"https://127.0.0.1:{port}/push/1")
        [answer] = push(channel, target_of(dripping))
        channel.close()
    assert (answer.outcome, answer.reason) == (Outcome.IN_FLIGHT, "NO_ANSWER")


def drip(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Answer one request, a byte at a time, until the other side has had enough."""
    plain, _ = listening.accept()
    with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
        connection.recv(65_536)
        for byte in b"HTTP/1.1 201 Created\r\nX: " + b"x" * 1_000:
            connection.sendall(bytes((byte,)))
            time.sleep(0.1)


def test_a_complaint_that_drips_is_read_for_a_moment_only(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    service.faults.drip_s = 0.2
    service.answer_next(Answered(status=503, body=b"x" * 1000))
    began = time.monotonic()
    [answer] = push(channel, target_of(service.subscribe("chatty")))
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "503")
    assert time.monotonic() - began < BLOW_UP_S


def test_the_head_of_an_answer_says_it_all(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    service.faults.drip_s = 0.2
    service.answer_next(Answered(status=201, body=b"x" * 1000))
    began = time.monotonic()
    assert outcomes(push(channel, target_of(service.subscribe("chatty")))) == [Outcome.SENT]
    assert time.monotonic() - began < BLOW_UP_S


def test_a_long_answer_is_not_read_to_its_end(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    service.answer_next(Answered(status=503, body=b"x" * 5_000_000))
    [answer] = push(channel, target_of(service.subscribe("long")))
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "503")
    assert outcomes(push(channel, target_of(service.subscribe("short")))) == [Outcome.SENT]
