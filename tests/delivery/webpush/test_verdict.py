"""What does a push service's answer mean for the device and for us?"""

from datetime import UTC, datetime

import pytest
from pyreqwest.exceptions import (
    BuilderError,
    ConnectError,
    PoolTimeoutError,
    PyreqwestError,
    ReadTimeoutError,
)

from alerts.delivery.channels.webpush.verdict import (
    Service,
    is_of_browsers,
    verdict_of,
    verdict_of_address,
    verdict_of_failure,
)
from alerts.outbound.errors import OutboundRefused
from alerts.push import Outcome, PushOutcome
from tests.stand_ins.push_service import MISMATCH

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BIG = Service(is_of_browsers=True, knows_us=False)
BIG_AND_KNOWN = Service(is_of_browsers=True, knows_us=True)
ANYBODYS = Service(is_of_browsers=False, knows_us=False)
SERVICES = [BIG, BIG_AND_KNOWN, ANYBODYS]


def verdict(
    status: int, body: bytes = b"", *, after: str | None = None, service: Service = BIG
) -> PushOutcome:
    return verdict_of(status, after, body, service, NOW)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.SENT),
        (201, Outcome.SENT),
        (202, Outcome.SENT),
        (204, Outcome.SENT),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (301, Outcome.PENDING),
        (307, Outcome.PENDING),
        (408, Outcome.PENDING),
        (429, Outcome.PENDING),
        (500, Outcome.PENDING),
        (503, Outcome.PENDING),
        (507, Outcome.PENDING),
    ],
)
def test_a_status_means_the_same_whoever_says_it(
    status: int, outcome: Outcome, service: Service
) -> None:
    assert verdict(status, service=service).outcome is outcome


@pytest.mark.parametrize(
    ("status", "after", "retry_after_s"),
    [
        (429, None, 60),
        (429, "120", 120),
        (429, "Sun, 22 Nov 2026 12:01:40 GMT", 100),
        (429, "soon", 60),
        (503, None, 10),
        (503, "2", 10),
        (503, "45", 45),
        (503, "999999999", 300),  # a stranger's word: others wait in the same batch
        (500, "Fri, 31 Dec 9999 23:59:59 GMT", 300),
    ],
)
def test_a_push_service_says_when_to_come_back(
    status: int, after: str | None, retry_after_s: float
) -> None:
    assert verdict(status, after=after).retry_after_s == retry_after_s


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_for_a_person_to_look_at_and_ends_no_device(status: int) -> None:
    answer = verdict(status, b'{"reason":"BadJwtToken"}')
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "VAPID_REFUSED")
    assert answer.retry_after_s == 300


@pytest.mark.parametrize("service", [BIG_AND_KNOWN, ANYBODYS])
def test_a_made_up_endpoint_pages_nobody(service: Service) -> None:
    answer = verdict(401, service=service)
    assert (answer.outcome, answer.reason) == (Outcome.PENDING, "401")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, MISMATCH),
        (401, b'{"code":401,"errno":109,"message":"VAPID public key mismatch"}'),
        (400, b'{"reason":"VapidPkHashMismatch"}'),
    ],
)
def test_a_subscription_of_another_key_ends_where_our_key_is_known_to_be_right(
    status: int, body: bytes
) -> None:
    known = verdict(status, body, service=BIG_AND_KNOWN)
    assert (known.outcome, known.reason) == (Outcome.GONE, "VAPID_MISMATCH")
    unknown = verdict(status, body, service=BIG)
    assert (unknown.outcome, unknown.reason) == (Outcome.PENDING, "VAPID_REFUSED")
    strangers = verdict(status, body, service=ANYBODYS)
    assert (strangers.outcome, strangers.reason) == (Outcome.PENDING, str(status))


def test_what_is_too_large_for_a_browser_is_refused() -> None:
    assert verdict(413) == PushOutcome(outcome=Outcome.REFUSED, reason="TOO_LARGE")


@pytest.mark.parametrize("status", [400, 405, 413, 415, 418, 451])
def test_a_strangers_complaint_sets_no_batch_aside(status: int) -> None:
    assert verdict(status, service=ANYBODYS).outcome is Outcome.PENDING


def test_who_knows_browsers() -> None:
    for host in (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "wns2-by3p.notify.windows.com",
    ):
        assert is_of_browsers(host), host
    for host in ("push.example", "googleapis.com", "web.push.apple.com.example", "ntfy.example"):
        assert not is_of_browsers(host), host


def broken(kind: type[PyreqwestError], *causes: str) -> PyreqwestError:
    return kind("x", {"causes": [{"message": cause} for cause in causes]})


@pytest.mark.parametrize(
    "error",
    [
        broken(ConnectError, "error sending request", "client error (Connect)", "refused"),
        broken(PoolTimeoutError),
        broken(BuilderError),
        broken(
            ConnectError,
            "client error (SendRequest)",
            "http2 error",
            "connection error received: not a result of an error",
        ),
    ],
)
def test_what_nobody_can_have_heard_is_surely_undelivered(error: PyreqwestError) -> None:
    answer = verdict_of_failure(error)
    assert (answer.outcome, answer.retry_after_s) == (Outcome.PENDING, 10)


@pytest.mark.parametrize(
    "error",
    [
        broken(ConnectError, "client error (SendRequest)", "connection closed"),
        broken(ReadTimeoutError, "operation timed out"),
        broken(ConnectError),
    ],
)
def test_what_may_have_been_heard_counts_as_handed_over(error: PyreqwestError) -> None:
    answer = verdict_of_failure(error)
    assert (answer.outcome, answer.retry_after_s) == (Outcome.IN_FLIGHT, 10)


@pytest.mark.parametrize(
    ("refused", "is_of_address", "outcome", "retry_after_s"),
    [
        (OutboundRefused("unresolved", "", temporary=True), False, Outcome.PENDING, 10),
        (OutboundRefused("not_public", ""), False, Outcome.PENDING, 300),
        (OutboundRefused("not_public", ""), True, Outcome.GONE, None),
        (OutboundRefused("bad_port", ""), False, Outcome.GONE, None),
    ],
)
def test_a_host_that_may_not_be_asked_is_not_asked(
    refused: OutboundRefused, is_of_address: bool, outcome: Outcome, retry_after_s: float | None
) -> None:
    answer = verdict_of_address(refused, is_of_address=is_of_address)
    assert (answer.outcome, answer.retry_after_s) == (outcome, retry_after_s)
    assert answer.reason == refused.code.upper()
