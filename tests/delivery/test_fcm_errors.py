"""Is each answer of FCM read as it was meant, and nothing else taken for one?"""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.channels.fcm_errors import (
    FCM_ERROR_TYPE,
    SENT,
    Answer,
    again,
    is_token_rejected,
    lost,
    verdict_of,
)
from alerts.delivery.channels.fcm_unanswered import verdict_of_causes
from alerts.errors import Misconfigured
from alerts.push import Outcome, PushOutcome
from tests.stand_ins import fcm_rules
from tests.stand_ins.exchange import Answered

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
)
SENDING = "error sending request for url (https://fcm.example/)"


def heard(answered: Answered) -> Answer:
    headers = dict(answered.headers)
    return Answer(
        status=answered.status, retry_after=headers.get("retry-after"), body=answered.body
    )


@pytest.mark.parametrize(
    ("answered", "outcome"),
    [
        (Answered(body=b'{"name": "1"}'), SENT),
        (Answered(body=b"anything"), SENT),
        (fcm_rules.unregistered(), PushOutcome(outcome=Outcome.GONE, reason="UNREGISTERED")),
        (
            fcm_rules.malformed_token(),
            PushOutcome(outcome=Outcome.GONE, reason="INVALID_ARGUMENT"),
        ),
        (
            fcm_rules.error(400, "?", violations=(("message.token", "?"),)),
            PushOutcome(outcome=Outcome.GONE, reason="INVALID_ARGUMENT"),
        ),
        (
            fcm_rules.error(400, "?", violations=(("message.token", "?"), ("message.data", "?"))),
            PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT"),
        ),
        (fcm_rules.third_party_auth(), again("THIRD_PARTY_AUTH_ERROR", 60.0)),
        (fcm_rules.error(429, "?"), again("QUOTA_EXCEEDED", 60.0)),
        (fcm_rules.error(429, "?", retry_after="7"), again("QUOTA_EXCEEDED", 7.0)),
        (fcm_rules.error(503, "?"), again("UNAVAILABLE", 10.0)),
        (Answered(status=502, body=b"<html>"), again("HTTP_502", 10.0)),
        (
            Answered(status=503, body=b'{"error": {"status": "UNAVAILABLE"}}'),
            again("UNAVAILABLE", 10.0),
        ),
        (Answered(status=307), PushOutcome(outcome=Outcome.REFUSED, reason="HTTP_307")),
    ],
)
def test_an_answer_says_what_it_says(answered: Answered, outcome: PushOutcome) -> None:
    assert verdict_of(heard(answered), NOW) == outcome


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_answer_about_the_project_is_for_the_operator(status: int) -> None:
    verdict = verdict_of(heard(fcm_rules.error(status, "?")), NOW)
    assert isinstance(verdict, Misconfigured)
    assert str(status) in str(verdict)


def test_only_our_token_is_renewed_and_not_apples() -> None:
    assert is_token_rejected(heard(fcm_rules.error(401, "?")))
    assert is_token_rejected(Answer(status=401, body=b"?"))
    assert not is_token_rejected(heard(fcm_rules.third_party_auth()))
    assert not is_token_rejected(heard(fcm_rules.error(403, "?")))


@given(st.integers(min_value=300, max_value=599), st.binary(max_size=80), st.text(max_size=20))
def test_no_bytes_upset_it(status: int, body: bytes, retry_after: str) -> None:
    verdict_of(Answer(status=status, body=body, retry_after=retry_after), NOW)


@given(st.sampled_from([400, 401, 403, 404, 429, 503]), JSON, JSON, JSON)
def test_no_document_upsets_it(status: int, error: object, detail: object, more: object) -> None:
    kinds = [FCM_ERROR_TYPE, "type.googleapis.com/google.rpc.BadRequest"]
    details = [{"@type": k, "errorCode": detail, "fieldViolations": more} for k in kinds]
    for document in ({"error": error}, {"error": {"status": detail, "details": [*details, more]}}):
        body = json.dumps(document).encode()
        verdict = verdict_of(Answer(status=status, body=body), NOW)
        assert isinstance(verdict, Misconfigured) or len(verdict.reason) <= 64


def test_a_document_nested_without_end_is_none() -> None:
    deep = b'{"error":' + b"[" * 60_000
    assert verdict_of(Answer(status=503, body=deep), NOW) == again("HTTP_503", 10.0)


@pytest.mark.parametrize(
    ("causes", "outcome"),
    [
        ((SENDING, "client error (Connect)", "dns error"), again("UNREACHABLE", 10.0)),
        ((SENDING, "client error (Connect)", "operation timed out"), again("UNREACHABLE", 10.0)),
        (
            (SENDING, "client error (SendRequest)", "http2 error", "connection error received: ?"),
            again("NOT_PROCESSED", 10.0),
        ),
        (
            (
                SENDING,
                "client error (SendRequest)",
                "stream error received: refused stream before processing any application logic",
            ),
            again("NOT_PROCESSED", 10.0),
        ),
        ((SENDING, "operation timed out"), lost("TIMEOUT")),
        ((SENDING, "client error (SendRequest)", "connection reset"), lost("CONNECTION_LOST")),
        (("words that nobody has seen yet",), lost("CONNECTION_LOST")),
        ((), lost("CONNECTION_LOST")),
    ],
)
def test_what_may_have_left_is_never_taken_for_what_has_not(
    causes: tuple[str, ...], outcome: PushOutcome
) -> None:
    assert verdict_of_causes(causes) == outcome


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("invalid peer certificate: UnknownIssuer", "CA bundle"),
        ("connection error detected: frame with invalid size", "sender to plain"),
        ("received fatal alert: NoApplicationProtocol", "sender to plain"),
    ],
)
def test_a_server_that_cannot_be_fcm_is_for_the_operator(cause: str, advice: str) -> None:
    verdict = verdict_of_causes((SENDING, "client error (Connect)", cause))
    assert isinstance(verdict, Misconfigured)
    assert advice in str(verdict)
