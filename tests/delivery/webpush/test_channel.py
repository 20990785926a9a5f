"""Does a push reach the browser, and do answers come back in order?"""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from alerts.delivery.channels.webpush import channel as channel_module
from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome
from tests.contracts.push_channel import outcomes
from tests.delivery.webpush.made import SUBJECT, Names, made_for, push
from tests.stand_ins.browser import target_of
from tests.stand_ins.push_service import PushServiceStandIn


class FaultyNames(Names):
    """A resolver that fails in a way that nobody has thought of."""

    def __call__(self, host: str, port: int) -> Sequence[str]:
        if host == "secret.example":
            raise LookupError(host)
        return super().__call__(host, port)


def test_the_browser_reads_the_alert(service: PushServiceStandIn, channel: WebPushChannel) -> None:
    browser = service.subscribe("mine")
    assert outcomes(push(channel, target_of(browser))) == [Outcome.SENT]
    [received] = service.received
    assert received.name == "mine"
    assert received.message["title"] == "AMBER Alert: Robin Example, 9"
    assert received.message["call_tel"] == "+19065550100"
    assert received.sealed_bytes == 2048
    assert received.headers["ttl"] == "86400"


def test_each_browser_gets_its_own_and_answers_keep_their_order(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    wanted = ["a", "gone-1", "b", "busy-1", "c", "unknown-1"]
    targets = [target_of(service.subscribe(name), i) for i, name in enumerate(wanted)]
    answers = push(channel, *targets)
    assert outcomes(answers) == [
        Outcome.SENT,
        Outcome.GONE,
        Outcome.SENT,
        Outcome.PENDING,
        Outcome.SENT,
        Outcome.GONE,
    ]
    assert sorted(received.name for received in service.received) == ["a", "b", "c"]
    assert [answer.reason for answer in answers if answer.reason] == ["410", "503", "404"]


def test_what_was_busy_gets_it_later(service: PushServiceStandIn, channel: WebPushChannel) -> None:
    service.retry_after = "70"
    target = target_of(service.subscribe("quota"))
    [first] = push(channel, target)
    assert (first.outcome, first.retry_after_s) == (Outcome.PENDING, 70)
    assert outcomes(push(channel, target)) == [Outcome.SENT]


def test_a_host_that_nobody_can_ask_for_holds_up_nobody_else(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    browsers = [target_of(service.subscribe(f"b-{i}"), i) for i in range(3)]
    made_up = target_of(service.subscribe("made-up", host="xn--a.evil.example"), 9)
    answers = push(channel, browsers[0], made_up, *browsers[1:])
    gone = PushOutcome(outcome=Outcome.GONE, reason="ODD_HOST")
    assert outcomes(answers) == [Outcome.SENT, Outcome.GONE, Outcome.SENT, Outcome.SENT]
    assert answers[1] == gone
    assert sorted(received.name for received in service.received) == ["b-0", "b-1", "b-2"]


def test_a_fault_of_ours_with_one_endpoint_holds_up_nobody_else(
    service: PushServiceStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = made_for(service, names=FaultyNames())
    browsers = [target_of(service.subscribe(f"b-{i}"), i) for i in range(3)]
    odd = target_of(service.subscribe("odd", host="secret.example"), 9)
    answers = push(channel, browsers[0], odd, *browsers[1:])
    channel.close()
    assert answers[1] == PushOutcome(outcome=Outcome.PENDING, retry_after_s=300.0, reason="FAULT")
    assert outcomes(answers) == [Outcome.SENT, Outcome.PENDING, Outcome.SENT, Outcome.SENT]
    assert sorted(received.name for received in service.received) == ["b-0", "b-1", "b-2"]
    logged = "".join(capsys.readouterr())
    assert "LookupError" in logged
    assert "secret" not in logged


def test_no_answer_and_no_log_names_an_endpoint(
    service: PushServiceStandIn,
    channel: WebPushChannel,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("gone", "busy", "redirect", "large", "odd"):
        browser = service.subscribe(f"{name}-secret")
        [answer] = push(channel, target_of(browser))
        assert "secret" not in answer.reason
    assert "secret" not in "".join(capsys.readouterr())


def test_a_redirect_is_never_followed(service: PushServiceStandIn, channel: WebPushChannel) -> None:
    [answer] = push(channel, target_of(service.subscribe("redirect")))
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "307")
    assert service.requests == 1


def test_several_threads_may_send_at_once(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    batches = [[target_of(service.subscribe(), i) for i in range(40)] for _ in range(6)]
    answers: list[PushOutcome] = []
    threads = [
        threading.Thread(target=lambda b=batch: answers.extend(push(channel, *b)))
        for batch in batches
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes(answers) == [Outcome.SENT] * 240
    assert len(service.received) == 240


def test_connections_of_many_push_services_are_not_all_kept(
    service: PushServiceStandIn, channel: WebPushChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "MOST_ORIGINS", 2)
    hosts = ("127.0.0.1", "localhost", "push.example", "other.example", "127.0.0.1")
    for number, host in enumerate(hosts):
        target = target_of(service.subscribe(f"of-{number}", host=host))
        assert outcomes(push(channel, target)) == [Outcome.SENT]
        assert len(channel._origins) <= 2
    assert [*channel._origins] == [
        f"https://{host}:{service.port}" for host in ("other.example", "127.0.0.1")
    ]


def test_the_secret_is_asked_for_once_and_only_to_send(service: PushServiceStandIn) -> None:
    asked: list[bytes] = []

    def secret() -> bytes:
        asked.append(bytes(32))
        return asked[-1]

    channel = WebPushChannel(
        secret, SUBJECT, ca_bundle=service.ca_path, allow_loopback=True, resolver=Names()
    )
    assert asked == []
    for _ in range(2):
        push(channel, target_of(service.subscribe()))
    assert len(asked) == 1
    channel.close()


def test_a_secret_that_cannot_be_read_is_a_wrong_setting(service: PushServiceStandIn) -> None:
    def secret() -> bytes:
        raise OSError("the keyring is locked")

    channel = WebPushChannel(
        secret, SUBJECT, ca_bundle=service.ca_path, allow_loopback=True, resolver=Names()
    )
    with pytest.raises(Misconfigured, match="keyring"):
        push(channel, target_of(service.subscribe()))
    channel.close()


def test_after_close_nothing_is_sent(service: PushServiceStandIn, channel: WebPushChannel) -> None:
    target = target_of(service.subscribe())
    push(channel, target)
    channel.close()
    channel.close()
    with pytest.raises(RuntimeError, match="closed"):
        push(channel, target)


def test_a_ca_bundle_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="CA bundle"):
        WebPushChannel(lambda: bytes(32), SUBJECT, ca_bundle=tmp_path / "no.pem")
