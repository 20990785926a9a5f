"""Can a name that somebody else controls make us push into our own house?"""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.push import Outcome, PushTarget
from tests.contracts.push_channel import outcomes
from tests.delivery.webpush.made import SHORT_S, Names, made_for, push
from tests.patience import BLOW_UP_S
from tests.stand_ins.browser import target_of
from tests.stand_ins.push_service import PushServiceStandIn


def test_a_name_that_leads_into_our_house_is_not_followed(
    service: PushServiceStandIn, names: Names
) -> None:
    channel = made_for(service, names=names, allow_loopback=False)
    on_443 = target_of(replace(service.subscribe(), endpoint="https://push.example/push/here"))
    for private in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"):
        names.addresses = ("93.184.215.14", private)
        [answer] = push(channel, on_443)
        assert (answer.outcome, answer.reason) == (Outcome.PENDING, "NOT_PUBLIC")
        assert answer.retry_after_s == 300
    assert service.requests == 0
    channel.close()


def test_a_name_is_asked_for_again_and_a_private_answer_ends_it(
    service: PushServiceStandIn, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.channels.webpush.way.CHECKED_FOR_S", 0.0)
    channel = made_for(service, names=names)
    target = target_of(service.subscribe("rebound", host="push.example"))
    assert outcomes(push(channel, target)) == [Outcome.SENT]
    names.addresses = ("10.0.0.1",)
    [rebound] = push(channel, target)
    assert (rebound.outcome, rebound.reason) == (Outcome.PENDING, "NOT_PUBLIC")
    assert service.requests == 1
    channel.close()


def test_a_name_is_asked_for_once_a_minute_and_not_for_each_push(
    service: PushServiceStandIn, channel: WebPushChannel, names: Names
) -> None:
    targets = [target_of(service.subscribe(f"n-{i}", host="push.example"), i) for i in range(50)]
    for _ in range(3):
        assert outcomes(push(channel, *targets)) == [Outcome.SENT] * 50
    assert names.asked == 1


def test_the_connection_goes_to_the_address_that_was_checked(
    service: PushServiceStandIn, channel: WebPushChannel, names: Names
) -> None:
    target = target_of(service.subscribe("pinned", host="push.example"))
    assert outcomes(push(channel, target)) == [Outcome.SENT]
    names.addresses = ("10.0.0.1",)  # as if the name had been rebound right after
    assert outcomes(push(channel, target)) == [Outcome.SENT]


def test_another_checked_address_is_tried_when_nobody_is_at_the_first(
    service: PushServiceStandIn, channel: WebPushChannel, names: Names
) -> None:
    names.addresses = ("127.0.0.99", "127.0.0.1")
    target = target_of(service.subscribe("second", host="push.example"))
    assert outcomes(push(channel, target)) == [Outcome.SENT]
    assert outcomes(push(channel, target)) == [Outcome.SENT]


def test_a_resolver_that_is_down_does_not_end_what_works(
    service: PushServiceStandIn, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.channels.webpush.way.CHECKED_FOR_S", 0.0)
    channel = made_for(service, names=names)
    target = target_of(service.subscribe("known", host="push.example"))
    push(channel, target)
    names.addresses = ("no address",)
    assert outcomes(push(channel, target)) == [Outcome.SENT]
    [unknown] = push(channel, target_of(service.subscribe("new", host="other.example")))
    assert (unknown.outcome, unknown.reason) == (Outcome.PENDING, "UNRESOLVED")
    channel.close()


def test_a_resolver_that_hangs_holds_nobody_else_up(
    service: PushServiceStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.channels.webpush.lookup.TIMEOUT_S", SHORT_S)
    let_go = threading.Event()

    class Hanging(Names):
        def __call__(self, host: str, port: int) -> Sequence[str]:
            if host == "other.example":
                let_go.wait(BLOW_UP_S)
            return super().__call__(host, port)

    channel = made_for(service, names=Hanging())
    hung = [target_of(service.subscribe(f"h-{i}", host="other.example")) for i in range(30)]
    well = [target_of(service.subscribe(f"w-{i}", host="push.example")) for i in range(30)]
    answers = push(channel, *hung, *well)
    let_go.set()
    assert {(a.outcome, a.reason) for a in answers[:30]} == {(Outcome.PENDING, "UNRESOLVED")}
    assert outcomes(answers[30:]) == [Outcome.SENT] * 30
    channel.close()


@pytest.mark.parametrize(
    ("address", "keys", "kind", "outcome", "reason"),
    [
        ("", "k", "endpoint", Outcome.GONE, "BAD_URL"),
        ("http://push.example/1", "k", "endpoint", Outcome.GONE, "INSECURE_URL"),
        ("https://10.0.0.1/1", "good", "endpoint", Outcome.GONE, "NOT_PUBLIC"),
        ("https://push.example/1", None, "endpoint", Outcome.GONE, "BAD_KEYS"),
        ("https://push.example/1", "x.y", "endpoint", Outcome.GONE, "BAD_KEYS"),
        ("token", None, "token", Outcome.REFUSED, "NOT_A_WEB_PUSH_ENDPOINT"),
    ],
)
def test_what_can_never_be_pushed_to_is_not(
    service: PushServiceStandIn,
    channel: WebPushChannel,
    address: str,
    keys: str | None,
    kind: str,
    outcome: Outcome,
    reason: str,
) -> None:
    kept = service.subscribe().kept_keys if keys == "good" else keys
    target = PushTarget(device_id=1, address=address, address_kind=kind, keys=kept)
    [answer] = push(channel, target)
    assert (answer.outcome, answer.reason) == (outcome, reason)
    assert service.requests == 0
