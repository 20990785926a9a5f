"""Do push services know who we are, and what if they don't?"""

from alerts.delivery.channels.webpush.channel import WebPushChannel
from alerts.push import Outcome
from tests.contracts.push_channel import outcomes
from tests.delivery.webpush.made import push
from tests.fakes.clock import StandingClock
from tests.stand_ins.browser import target_of
from tests.stand_ins.exchange import Answered
from tests.stand_ins.push_service import MISMATCH, PushServiceStandIn, claims_of


def test_one_proof_serves_a_push_service_for_six_hours(
    service: PushServiceStandIn, channel: WebPushChannel, clock: StandingClock
) -> None:
    targets = [target_of(service.subscribe(), i) for i in range(3)]
    push(channel, *targets)
    clock.move_on(hours=5.9)
    push(channel, *targets)
    assert len(set(service.proofs)) == 1
    assert claims_of(service.proofs[0])["aud"] == service.url
    clock.move_on(hours=0.2)
    push(channel, targets[0])
    assert len(set(service.proofs)) == 2


def test_each_push_service_has_a_proof_of_its_own(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    for host in ("push.example", "other.example"):
        subscribed = service.subscribe(f"at-{host}", host=host)
        assert outcomes(push(channel, target_of(subscribed))) == [Outcome.SENT]
    audiences = [claims_of(proof)["aud"] for proof in service.proofs]
    assert audiences == [f"https://{h}:{service.port}" for h in ("push.example", "other.example")]


def test_a_subscription_of_another_key_ends_once_our_key_was_taken_there(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    others = target_of(service.subscribe("others", server_key="BOther"))
    [unsure] = push(channel, others)
    assert unsure.outcome is Outcome.PENDING
    push(channel, target_of(service.subscribe("mine")))
    [sure] = push(channel, others)
    assert (sure.outcome, sure.reason) == (Outcome.GONE, "VAPID_MISMATCH")


def test_apple_refusing_our_key_ends_no_device_and_a_new_proof_is_tried(
    service: PushServiceStandIn, channel: WebPushChannel, clock: StandingClock
) -> None:
    target = target_of(service.subscribe("iphone", host="web.push.apple.com"))
    service.answer_next(Answered(status=403, body=b'{"reason":"BadJwtToken"}'))
    [refused] = push(channel, target)
    assert (refused.outcome, refused.reason) == (Outcome.PENDING, "VAPID_REFUSED")
    clock.move_on(seconds=300)
    assert outcomes(push(channel, target)) == [Outcome.SENT]
    assert len(set(service.proofs)) == 2


def test_a_new_key_does_not_end_everybody(
    service: PushServiceStandIn, channel: WebPushChannel
) -> None:
    targets = [target_of(service.subscribe(f"i-{i}", host="web.push.apple.com")) for i in range(30)]
    service.answer_next(Answered(status=403, body=MISMATCH), times=30)
    answers = push(channel, *targets)
    assert {(a.outcome, a.reason) for a in answers} == {(Outcome.PENDING, "VAPID_REFUSED")}
