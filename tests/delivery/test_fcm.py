"""Does each way to FCM read every answer of FCM right, and lose none?"""

import socket
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import firebase_admin
import pytest

from alerts.delivery.channels.fcm_errors import again, lost
from alerts.delivery.channels.fcm_fast import FastFcmChannel
from alerts.delivery.channels.fcm_plain import PlainFcmChannel
from alerts.delivery.pace.breaker import PROBE_PUSHES
from alerts.errors import Misconfigured, Refused
from alerts.push import Outcome, PushOutcome, PushTarget
from tests.contracts.push_channel import ALERT_ID, message, outcomes
from tests.stand_ins.exchange import Answered
from tests.stand_ins.fcm import FcmStandIn

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FcmChannel = FastFcmChannel | PlainFcmChannel
Way = type[FastFcmChannel] | type[PlainFcmChannel]


@pytest.fixture(scope="module")
def fcm_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FcmStandIn]:
    with FcmStandIn.running(tmp_path_factory.mktemp("fcm")) as stand_in:
        yield stand_in


@pytest.fixture
def fcm(fcm_process: FcmStandIn) -> FcmStandIn:
    fcm_process.forget()
    return fcm_process


@pytest.fixture(params=[FastFcmChannel, PlainFcmChannel], ids=["fast", "plain"])
def way(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


@pytest.fixture
def channel(way: Way, fcm: FcmStandIn) -> Iterator[FcmChannel]:
    channel = way(fcm.account_path, None, fcm.url, fcm.ca_path, 5, clock=lambda: NOW)
    yield channel
    channel.close()


def token(address: str) -> PushTarget:
    return PushTarget(device_id=1, address=address, address_kind="token")


def send_one(channel: FcmChannel, address: str = "ok-1") -> PushOutcome:
    (outcome,) = channel.send(message(), [token(address)])
    return outcome


def test_outcomes_keep_the_order_of_the_targets(fcm: FcmStandIn, channel: FcmChannel) -> None:
    addresses = ["ok-1", "gone-1", "bad-1", "quota-1", "busy-1", "mismatch-1", "apple-1", "ok-2"]
    answers = channel.send(message(), [token(address) for address in addresses])
    assert [(a.outcome, a.retry_after_s, a.reason) for a in answers] == [
        (Outcome.SENT, None, ""),
        (Outcome.GONE, None, "UNREGISTERED"),
        (Outcome.GONE, None, "INVALID_ARGUMENT"),
        (Outcome.PENDING, 1.0, "QUOTA_EXCEEDED"),
        (Outcome.PENDING, 1.0, "UNAVAILABLE"),
        (Outcome.GONE, None, "SENDER_ID_MISMATCH"),
        (Outcome.PENDING, 60.0, "THIRD_PARTY_AUTH_ERROR"),
        (Outcome.SENT, None, ""),
    ]
    assert sorted(a.token for a in fcm.accepted) == ["ok-1", "ok-2"]


def test_our_retry_rules_decide_and_not_the_librarys(fcm: FcmStandIn, channel: FcmChannel) -> None:
    assert send_one(channel, "busy-x2-1").outcome is Outcome.PENDING
    assert fcm.requests == 1
    assert send_one(channel, "busy-x2-1").outcome is Outcome.PENDING
    assert send_one(channel, "busy-x2-1").outcome is Outcome.SENT
    assert fcm.requests == 3


@pytest.mark.parametrize(
    ("status", "header", "wait_s"),
    [
        (429, None, 60.0),
        (429, "7", 7.0),
        (429, "Sun, 01 Mar 2026 12:02:00 GMT", 120.0),
        (429, "soon", 60.0),
        (500, None, 10.0),
        (502, None, 10.0),
        (503, None, 10.0),
        (503, "30", 30.0),
    ],
)
def test_a_busy_fcm_is_asked_again_when_it_says(
    fcm: FcmStandIn, channel: FcmChannel, status: int, header: str | None, wait_s: float
) -> None:
    fcm.fail_next(status, retry_after=header)
    answer = send_one(channel)
    assert (answer.outcome, answer.retry_after_s) == (Outcome.PENDING, wait_s)


def test_a_400_about_the_message_is_our_bug_and_ends_no_device(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.fail_next(400)
    assert send_one(channel).outcome is Outcome.REFUSED


@pytest.mark.parametrize(("status", "advice"), [(403, "enable"), (404, "project")])
def test_an_answer_about_the_project_stops_the_channel(
    fcm: FcmStandIn, channel: FcmChannel, status: int, advice: str
) -> None:
    fcm.fail_next(status)
    with pytest.raises(Misconfigured, match=advice):
        send_one(channel)


def test_a_revoked_access_token_is_replaced_once_and_the_push_arrives(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    send_one(channel)
    fcm.revoke_bearers()
    answers = channel.send(message(), [token(f"ok-{i}") for i in range(150)])
    assert outcomes(answers) == [Outcome.SENT] * 150
    assert fcm.token_requests == 2


def test_an_access_token_that_is_never_accepted_is_misconfigured(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.fail_next(401, times=2)
    with pytest.raises(Misconfigured, match="key and the clock"):
        send_one(channel)
    assert fcm.requests == 2


def test_a_refused_service_account_is_misconfigured_and_sends_nothing(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.fail_next_tokens(400, "invalid_grant")
    with pytest.raises(Misconfigured, match="new key"):
        send_one(channel)
    assert fcm.requests == 0
    assert send_one(channel).outcome is Outcome.SENT


def test_many_threads_and_messages_share_one_access_token(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    targets = [token(f"ok-{i}") for i in range(50)]
    threads = [threading.Thread(target=channel.send, args=(message(), targets)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(fcm.accepted), fcm.token_requests) == (200, 1)


def test_threads_that_wait_for_a_sign_in_share_its_failure(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.fail_next_tokens(503, "unavailable", times=1_000)
    assert send_one(channel) == again("NO_ACCESS_TOKEN", 10.0)
    tries_of_one = fcm.token_requests
    all_at_once = threading.Barrier(8)

    def send(_: int) -> PushOutcome:
        all_at_once.wait()
        return send_one(channel)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {again("NO_ACCESS_TOKEN", 10.0)}
    assert fcm.token_requests - tries_of_one < 8 * tries_of_one
    assert fcm.requests == 0


def test_wrong_settings_in_the_middle_lose_no_outcome(fcm: FcmStandIn, channel: FcmChannel) -> None:
    fcm.fail_next(403)
    answers = channel.send(message(), [token(f"ok-{i}") for i in range(150)])
    assert len(answers) == 150
    assert sum(a.outcome is Outcome.SENT for a in answers) == len(fcm.accepted) >= 99
    pending = [a for a in answers if a.outcome is not Outcome.SENT]
    assert set(outcomes(pending)) == {Outcome.PENDING}
    assert {a.reason for a in pending} == {"MISCONFIGURED"}


@pytest.mark.parametrize("pushes", [1, PROBE_PUSHES, 20])
def test_a_key_of_another_project_ends_no_device(channel: FcmChannel, pushes: int) -> None:
    with pytest.raises(Misconfigured, match="another FCM sender"):
        channel.send(message(), [token(f"mismatch-{i}") for i in range(pushes)])


def test_other_dead_addresses_do_not_speak_for_our_key(channel: FcmChannel) -> None:
    with pytest.raises(Misconfigured, match="another FCM sender"):
        channel.send(message(), [token("gone-1"), token("mismatch-1"), token("busy-1")])


def test_after_one_push_was_taken_a_device_of_another_sender_is_gone(channel: FcmChannel) -> None:
    with pytest.raises(Misconfigured):
        send_one(channel, "mismatch-1")
    assert send_one(channel).outcome is Outcome.SENT
    gone = PushOutcome(outcome=Outcome.GONE, reason="SENDER_ID_MISMATCH")
    assert send_one(channel, "mismatch-1") == gone
    answers = channel.send(message(), [token(f"mismatch-{i}") for i in range(20)])
    assert list(answers) == [gone] * 20


def test_while_a_push_may_have_arrived_a_device_of_another_sender_waits(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.answer_next(Answered(status=200, body=b"\xff" * 100_000))
    answers = channel.send(message(), [token("mismatch-1"), token("mismatch-2")])
    assert sorted(outcomes(answers)) == [Outcome.PENDING, Outcome.IN_FLIGHT]
    assert again("SENDER_ID_MISMATCH", 60.0) in answers


def test_a_push_whose_connection_breaks_may_have_arrived(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.hang_up_next()
    assert send_one(channel) == lost("CONNECTION_LOST")
    fcm.lose_next()
    assert send_one(channel) == lost("CONNECTION_LOST")
    assert (fcm.requests, len(fcm.accepted)) == (2, 1)


def test_an_answer_that_nobody_can_read_is_none(fcm: FcmStandIn, channel: FcmChannel) -> None:
    fcm.answer_next(Answered(status=200, body=b"\xff" * 100_000))
    answer = send_one(channel)
    assert (answer.outcome, answer.retry_after_s) == (Outcome.IN_FLIGHT, 10.0)


def test_what_may_have_arrived_keeps_wrong_settings_from_being_raised(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    fcm.fail_next(403)
    fcm.hang_up_next(times=5)
    answers = channel.send(message(), [token(f"ok-{i}") for i in range(6)])
    assert {a.outcome for a in answers} == {Outcome.IN_FLIGHT, Outcome.PENDING}


def test_an_fcm_that_is_down_is_tried_again_later(way: Way, tmp_path: Path) -> None:
    with FcmStandIn.running(tmp_path) as stopped:
        channel = way(stopped.account_path, None, stopped.url, stopped.ca_path)
    answers = channel.send(message(), [token("ok-1"), token("ok-2")])
    assert [(a.outcome, a.retry_after_s) for a in answers] == [(Outcome.PENDING, 10.0)] * 2
    channel.close()


def test_what_finds_no_connection_has_not_left(way: Way, fcm: FcmStandIn) -> None:
    for nobody in ("https://127.0.0.1:9", "https://fcm.invalid"):
        channel = way(fcm.account_path, None, nobody, fcm.ca_path)
        answers = channel.send(message(), [token("ok-1"), token("ok-2")])
        unreachable = PushOutcome(outcome=Outcome.PENDING, retry_after_s=10.0, reason="UNREACHABLE")
        assert list(answers) == [unreachable] * 2
        channel.close()


def test_who_takes_connections_and_says_nothing_has_taken_no_push(
    way: Way, fcm: FcmStandIn
) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        channel = way(fcm.account_path, None, url, fcm.ca_path, timeout_s=0.4)
        answers = channel.send(message(), [token("ok-1"), token("ok-2")])
        assert set(outcomes(answers)) <= {Outcome.PENDING, Outcome.IN_FLIGHT}
        channel.close()


def test_a_slow_fcm_is_given_up_after_the_timeout(way: Way, fcm: FcmStandIn) -> None:
    channel = way(fcm.account_path, None, fcm.url, fcm.ca_path, timeout_s=0.5)
    assert send_one(channel).outcome is Outcome.SENT
    fcm.faults.delay_s = 60
    assert send_one(channel) == lost("TIMEOUT")
    channel.close()


def test_targets_that_are_not_fcms_are_told_apart(fcm: FcmStandIn, channel: FcmChannel) -> None:
    targets = [
        PushTarget(device_id=1, address="https://push.example/1", address_kind="endpoint"),
        token("ok-1"),
        token(""),
        PushTarget(device_id=4, address="fid-1", address_kind="fid"),
    ]
    answers = channel.send(message(), targets)
    expected = [Outcome.REFUSED, Outcome.SENT, Outcome.GONE, Outcome.SENT]
    assert outcomes(answers) == expected
    assert {a.token for a in fcm.accepted} == {"ok-1", "fid-1"}


def test_a_made_up_address_of_any_length_holds_up_nobody_else(
    fcm: FcmStandIn, channel: FcmChannel
) -> None:
    long = message(body="x" * 1800)
    answers = channel.send(long, [token("ok-1"), token("y" * 2048), token("ok-2")])
    assert outcomes(answers) == [Outcome.SENT, Outcome.REFUSED, Outcome.SENT]


def test_what_is_too_large_is_not_even_tried(fcm: FcmStandIn, channel: FcmChannel) -> None:
    with pytest.raises(Refused, match="limit is 4096"):
        channel.send(message(body="x" * 4000), [token("ok-1")])
    assert (fcm.requests, fcm.token_requests) == (0, 0)


def test_the_message_arrives_as_it_was_meant(fcm: FcmStandIn, channel: FcmChannel) -> None:
    send_one(channel)
    (accepted,) = fcm.accepted
    assert (accepted.token, accepted.alert_id, accepted.kind) == ("ok-1", ALERT_ID, "alert")
    assert accepted.message["notification"]["title"] == "AMBER Alert: Robin Example, 9"
    assert accepted.message["apns"]["headers"]["apns-expiration"] == "1772452800"


def test_channels_live_side_by_side_and_leave_nothing_behind(way: Way, fcm: FcmStandIn) -> None:
    before = len(firebase_admin._apps)
    first = way(fcm.account_path, None, fcm.url, fcm.ca_path)
    second = way(fcm.account_path, None, fcm.url, fcm.ca_path)
    first.close()
    assert send_one(second).outcome is Outcome.SENT
    second.close()
    assert len(firebase_admin._apps) == before


def test_no_deprecation_warning_is_raised_or_silenced_for_a_token(channel: FcmChannel) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        send_one(channel)
    assert not [w for w in seen if issubclass(w.category, DeprecationWarning)]
