"""Does an event arrive, signed, once or more, and never get lost on the way?"""

import json
import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from standardwebhooks import WebhookVerificationError

from alerts.outbound.ask import AskLimits
from alerts.store.webhooks import WebhookDelivery, WebhookEndpoint
from alerts.webhooks.deliver import DISABLED, Deliverer
from alerts.webhooks.post import Answer, Post
from alerts.webhooks.register import (
    Registered,
    enable_webhook,
    remove_webhook,
    replay,
    rotate_secret,
)
from alerts.webhooks.retry import JITTER, WAITS_S
from tests.audience.town import Town
from tests.webhooks.hooks import deliveries, endpoint, hook, notices, put_test
from tests.webhooks.receiver import Receiver, receiving


def registered(town: Town, url: str) -> Registered:
    made = hook(town.store, town.vault, url, town.clock())
    put_test(town.store, made, town.clock())
    return made


def only(town: Town) -> WebhookDelivery:
    [delivery] = deliveries(town.store)
    return delivery


def try_until_given_up(town: Town, deliverer: Deliverer, endpoint_id: int) -> int:
    """Let time pass until nothing waits any more; return how often it was tried."""
    for _ in range(200):
        open_ = [one for one in deliveries(town.store) if one.done_at is None]
        if not open_:
            break
        town.clock.now = max(town.clock.now, min(one.next_try_at for one in open_))
        deliverer.deliver_to(endpoint_id)
    return max(one.tries for one in deliveries(town.store))


def test_an_event_arrives_signed_and_is_done_with(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    assert deliverer.deliver_to(made.endpoint.id) == 1
    [got] = receiver.got
    said = got.checked(made.secret)
    assert said["type"] == "webhook.test"
    assert said["timestamp"] == town.clock().isoformat().replace("+00:00", "Z")
    assert said["data"] == {"webhook_id": str(made.endpoint.public_id)}
    assert got.headers["content-type"] == "application/json"
    delivery = only(town)
    assert got.id == str(delivery.public_id)
    assert (delivery.delivered, delivery.done_at) == (True, town.clock())
    assert (delivery.tries, delivery.last_status, delivery.last_error) == (1, 204, None)
    assert deliverer.deliver_to(made.endpoint.id) == 0
    assert len(receiver.got) == 1


def test_another_body_or_secret_doesnt_pass_for_ours(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    other = hook(town.store, town.vault, f"{receiver.url}/other", town.clock())
    deliverer.deliver_to(made.endpoint.id)
    [got] = receiver.got
    with pytest.raises(WebhookVerificationError):
        got.checked(other.secret)
    with pytest.raises(WebhookVerificationError):
        replace(got, body=got.body.replace(b"test", b"best")).checked(made.secret)


def test_over_tls_the_certificate_counts(
    town: Town, deliverer: Deliverer, tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    knows = Post(limits=AskLimits(ca_bundle=str(bundle), max_redirects=0), allow_loopback=True)
    with receiving(tls) as receiver:
        made = registered(town, receiver.url)
        assert deliverer.deliver_to(made.endpoint.id) == 0
        assert (only(town).last_error, receiver.got) == ("unreachable", [])
        town.clock.move_on(minutes=1)
        assert replace(deliverer, post=knows).deliver_to(made.endpoint.id) == 1
        # who signed it is checked by the clock of this machine: a minute ahead is near enough
        assert receiver.got[0].checked(made.secret)["type"] == "webhook.test"


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_anything_but_2xx_is_tried_again_under_the_same_id(
    town: Town, deliverer: Deliverer, receiver: Receiver, status: int
) -> None:
    made = registered(town, receiver.url)
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    assert deliverer.deliver_to(made.endpoint.id) == 0
    delivery = only(town)
    assert (delivery.delivered, delivery.done_at, delivery.tries) == (False, None, 1)
    waits_s = (delivery.next_try_at - town.clock()).total_seconds()
    assert WAITS_S[0] * (1 - JITTER) <= waits_s <= WAITS_S[0] * (1 + JITTER)
    assert deliverer.deliver_to(made.endpoint.id) == 0  # not yet
    assert len(receiver.got) == 1
    receiver.status = 200
    town.clock.move_on(seconds=WAITS_S[0] * (1 + JITTER))
    assert deliverer.deliver_to(made.endpoint.id) == 1
    assert receiver.got[0].id == receiver.got[1].id
    assert receiver.got[0].body == receiver.got[1].body
    assert receiver.got[1].checked(made.secret)


def test_a_redirect_is_not_followed(town: Town, deliverer: Deliverer, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        made = registered(town, receiver.url)
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        deliverer.deliver_to(made.endpoint.id)
        assert elsewhere.got == []
    assert only(town).last_error == "redirects"


@pytest.mark.parametrize(
    ("status", "asked_for", "waits_s"),
    [(503, "600", 600), (429, "86400000", 86_400), (500, "600", None), (503, "soon", None)],
)
def test_a_receiver_may_ask_to_wait(
    town: Town,
    deliverer: Deliverer,
    receiver: Receiver,
    status: int,
    asked_for: str,
    waits_s: float | None,
) -> None:
    made = registered(town, receiver.url)
    receiver.status, receiver.headers = status, {"Retry-After": asked_for}
    deliverer.deliver_to(made.endpoint.id)
    waited_s = (only(town).next_try_at - town.clock()).total_seconds()
    assert waited_s == waits_s if waits_s else waited_s <= WAITS_S[0] * (1 + JITTER)


def test_it_is_given_up_after_three_days_and_not_before(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 500
    began = town.clock()
    tries = try_until_given_up(town, deliverer, made.endpoint.id)
    delivery = only(town)
    assert delivery.done_at is not None
    assert not delivery.delivered
    assert timedelta(hours=60) < delivery.done_at - began <= timedelta(hours=72)
    assert 12 <= tries <= 25
    assert (delivery.last_status, delivery.last_error) == (500, "HTTP 500")
    assert endpoint(town.store, made).failures == 1
    assert endpoint(town.store, made).disabled_at is None


def test_410_disables_an_address_at_once_and_the_desk_hears_of_it(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    put_test(town.store, made, town.clock())
    receiver.status = 410
    deliverer.deliver_to(made.endpoint.id)
    assert endpoint(town.store, made).disabled_at == town.clock()
    assert [one.done_at for one in deliveries(town.store)] == [town.clock()] * 2
    [notice] = notices(town.store)
    assert (notice.code, notice.feed_id) == (DISABLED, made.endpoint.feed_id)
    assert "410" in notice.message
    assert receiver.url not in notice.message


def test_ten_events_given_up_in_a_row_disable_an_address(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 500
    at_once = replace(deliverer.policy, give_up_after=timedelta(seconds=1))
    impatient = replace(deliverer, policy=at_once)
    for number in range(1, 11):
        impatient.deliver_to(made.endpoint.id)
        assert endpoint(town.store, made).failures == number
        if number < 10:
            put_test(town.store, made, town.clock())
    assert endpoint(town.store, made).disabled_at is not None
    assert "10 events in a row" in notices(town.store)[0].message


def test_one_that_is_taken_begins_the_count_anew(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 500
    try_until_given_up(town, deliverer, made.endpoint.id)
    put_test(town.store, made, town.clock())
    receiver.status = 200
    deliverer.deliver_to(made.endpoint.id)
    assert endpoint(town.store, made).failures == 0


def test_an_address_that_takes_nothing_for_five_days_is_disabled(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 500
    for _ in range(4):  # an event each three days: too few to be ten in a row
        try_until_given_up(town, deliverer, made.endpoint.id)
        if endpoint(town.store, made).disabled_at:
            break
        put_test(town.store, made, town.clock())
    assert endpoint(town.store, made).disabled_at is not None
    assert endpoint(town.store, made).failures < 3
    assert "5 days" in notices(town.store)[0].message


def test_what_was_given_up_is_sent_again_when_somebody_asks(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 410
    deliverer.deliver_to(made.endpoint.id)
    receiver.status = 200
    with town.store.begin() as session:
        row = session.get_one(WebhookEndpoint, made.endpoint.id)
        assert enable_webhook(session, row, town.clock(), actor="staff:ana")
        assert not enable_webhook(session, row, town.clock(), actor="staff:ana")
        assert replay(session, row, town.clock(), actor="staff:ana") == 1
    assert deliverer.deliver_to(made.endpoint.id) == 1
    assert receiver.got[0].id == receiver.got[1].id
    with town.store.begin() as session:
        row = session.get_one(WebhookEndpoint, made.endpoint.id)
        assert replay(session, row, town.clock(), actor="staff:ana") == 0  # it was taken
        again = only(town).public_id
        assert replay(session, row, town.clock(), actor="staff:ana", only=again) == 1
    assert deliverer.deliver_to(made.endpoint.id) == 1


def test_who_dies_between_sending_and_writing_sends_it_again_under_the_same_id(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)

    class Dies(Deliverer):
        def _record(self, *_: object) -> None:
            raise KeyboardInterrupt  # as good as a kill -9: nothing is written

    dying = Dies(**{name: getattr(deliverer, name) for name in deliverer.__dataclass_fields__})
    with pytest.raises(KeyboardInterrupt):
        dying.deliver_to(made.endpoint.id)
    assert deliverer.deliver_to(made.endpoint.id) == 0  # the lease still runs
    town.clock.now += deliverer.lease
    assert deliverer.deliver_to(made.endpoint.id) == 1
    assert receiver.got[0].id == receiver.got[1].id
    assert (only(town).tries, only(town).delivered) == (2, True)


def test_whose_lease_ran_out_writes_nothing_down_any_more(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    slow = replace(deliverer)
    claimed = slow._claim(made.endpoint.id)
    assert claimed is not None
    town.clock.now += deliverer.lease
    assert deliverer.deliver_to(made.endpoint.id) == 1
    receiver.status = 500
    slow._record(claimed, Answer(status=500))
    assert (only(town).delivered, only(town).last_status) == (True, 204)


def test_a_removed_address_is_told_nothing_not_even_what_waits(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    with town.store.begin() as session:
        row = session.get_one(WebhookEndpoint, made.endpoint.id)
        remove_webhook(session, row, town.clock(), actor="staff:ana")
    assert deliverer.deliver_to(made.endpoint.id) == 0
    assert (receiver.got, deliveries(town.store)) == ([], [])


def test_while_a_secret_is_replaced_both_sign(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    with town.store.begin() as session:
        row = session.get_one(WebhookEndpoint, made.endpoint.id)
        new = rotate_secret(
            session,
            town.vault,
            row,
            town.clock(),
            overlap=timedelta(seconds=100),
            actor="staff:ana",
        )
    deliverer.deliver_to(made.endpoint.id)
    assert receiver.got[0].checked(made.secret)
    assert receiver.got[0].checked(new)
    town.clock.move_on(seconds=100)
    put_test(town.store, made, town.clock())
    deliverer.deliver_to(made.endpoint.id)
    assert receiver.got[1].checked(new)
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].checked(made.secret)


def test_the_guard_looks_again_at_every_send(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)  # allowed when it was registered, no more today
    strict = replace(deliverer, post=replace(deliverer.post, allow_loopback=False))
    assert strict.deliver_to(made.endpoint.id) == 0
    assert (only(town).last_error, receiver.got) == ("not_public", [])


def test_a_name_that_leads_to_this_machine_by_now_is_not_asked(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, "https://hooks.example/hook")
    rebound = Post(limits=deliverer.post.limits, resolver=lambda host, port: ["127.0.0.1"])
    assert replace(deliverer, post=rebound).deliver_to(made.endpoint.id) == 0
    assert only(town).last_error == "not_public"


def test_when_one_fails_the_others_of_that_address_wait_for_the_next_round(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    put_test(town.store, made, town.clock())
    receiver.status = 500
    assert deliverer.deliver_to(made.endpoint.id) == 0
    assert len(receiver.got) == 1
    receiver.status = 200
    assert deliverer.deliver_to(made.endpoint.id) == 1
    assert receiver.got[0].id != receiver.got[1].id


def test_a_secret_lies_sealed(town: Town, receiver: Receiver) -> None:
    made = registered(town, receiver.url)
    assert made.secret.startswith("whsec_")
    kept = endpoint(town.store, made).sealed_secret
    assert made.secret.encode() not in kept
    assert b"whsec" not in kept
    assert json.dumps(only(town).payload).count("whsec") == 0


def test_what_it_failed_to_take_before_it_was_enabled_isnt_held_against_it(
    town: Town, deliverer: Deliverer, receiver: Receiver
) -> None:
    made = registered(town, receiver.url)
    receiver.status = 500
    try_until_given_up(town, deliverer, made.endpoint.id)
    put_test(town.store, made, town.clock())
    try_until_given_up(town, deliverer, made.endpoint.id)
    assert endpoint(town.store, made).disabled_at is not None
    with town.store.begin() as session:
        row = session.get_one(WebhookEndpoint, made.endpoint.id)
        enable_webhook(session, row, town.clock(), actor="staff:ana")
    put_test(town.store, made, town.clock())
    deliverer.deliver_to(made.endpoint.id)  # one hiccup, and it isn't told for ever after
    assert endpoint(town.store, made).disabled_at is None
    receiver.status = 200
    town.clock.now += timedelta(hours=1)
    assert deliverer.deliver_to(made.endpoint.id) == 1
