"""Is a push that is put together from bytes what firebase-admin would have sent?"""

import json
from datetime import UTC, datetime
from typing import Literal

import pytest
from firebase_admin.messaging import _MessagingService
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import WaveKind
from alerts.delivery.channels.fcm_encoding import LIFE_S, MOST_KEPT, Encoding, Encodings
from alerts.delivery.channels.fcm_message import LONGEST_ADDRESS, addressed, untargeted
from alerts.errors import Refused
from alerts.push import PushMessage, PushTarget
from tests.contracts.push_channel import message
from tests.stand_ins.fcm_rules import refusal_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TARGET = PushTarget(device_id=1, address="token-1", address_kind="token")
# What could break out of a string, and what could be taken for the place of the target.
HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet='"\\\x00\x1f\u2028</:,{}[]', min_size=1, max_size=20),
    st.sampled_from(['","token":"x', '"}}', "-", '"token":"-"', "\\", "\\u0022", "%s%d{}", "👧🏽"]),
)


def sent_plainly(pushed: PushMessage, target: PushTarget) -> object:
    """What firebase-admin posts for the same push."""
    message_of_target = addressed(untargeted(pushed, NOW), target)
    return {"message": _MessagingService.encode_message(message_of_target)}


@given(
    st.text(max_size=60).filter(lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text)),
    HOSTILE,
    st.sampled_from(["token", "fid"]),
    st.sampled_from(list(WaveKind)),
    st.booleans(),
)
def test_the_bytes_are_what_firebase_admin_would_send(
    words: str, address: str, address_kind: str, kind: WaveKind, silent: bool
) -> None:
    pushed = message(title=words, body=words + address[:5], kind=kind, silent=silent)
    target = PushTarget(device_id=1, address=address, address_kind=address_kind)
    body = Encoding(pushed, NOW).body_for(target)
    assert json.loads(body) == sent_plainly(pushed, target)


@pytest.mark.parametrize("kind", ["token", "fid"])
def test_the_words_of_a_target_in_a_title_stay_words(kind: Literal["token", "fid"]) -> None:
    pushed = message(title='","token":"-"}}', body='"fid":"x"')
    target = PushTarget(device_id=1, address="real", address_kind=kind)
    sent = json.loads(Encoding(pushed, NOW).body_for(target))["message"]
    assert sent["notification"]["title"] == pushed.title
    assert {k: sent.get(k) for k in ("token", "fid")} == {"token": None, "fid": None} | {
        kind: "real"
    }


@given(st.integers(min_value=2500, max_value=4000), st.sampled_from(["x", "é", "子", "👧"]))
def test_what_passes_our_limit_passes_fcms_and_nothing_else_does(size: int, letter: str) -> None:
    encoding = Encoding(message(body=letter * (size // len(letter.encode()))), NOW)
    is_taken = refusal_of(encoding.body_for(TARGET)) is None
    try:
        encoding.check_size([TARGET])
        passed = True
    except Refused:
        passed = False
    assert passed == is_taken


def test_the_longest_address_counts_but_none_beyond_what_fcm_gives() -> None:
    room = next(n for n in range(4000) if not fits("x" * n, LONGEST_ADDRESS))
    assert fits("x" * (room - 1), LONGEST_ADDRESS)
    assert fits("x" * (room - 1), LONGEST_ADDRESS + 1_000)
    assert fits("x" * room, LONGEST_ADDRESS - 1)


def fits(body: str, address_bytes: int) -> bool:
    long = TARGET._replace(address="y" * address_bytes)
    try:
        Encoding(message(body=body), NOW).check_size([TARGET, long])
    except Refused:
        return False
    return True


def test_batches_of_one_alert_and_language_share_an_encoding() -> None:
    encodings = Encodings()
    first = encodings.of(message(), NOW, 0.0)
    assert encodings.of(message(), NOW, LIFE_S - 1) is first
    assert encodings.of(message(language="fr-CA"), NOW, 1.0) is not first


def test_an_encoding_ends_so_that_its_expiry_stays_true() -> None:
    encodings = Encodings()
    first = encodings.of(message(), NOW, 0.0)
    assert encodings.of(message(), NOW, LIFE_S) is not first


def test_nothing_of_a_child_lies_around() -> None:
    encodings = Encodings()
    for revision in range(100):
        encodings.of(message(revision=revision), NOW, 0.0)
    assert len(encodings) == MOST_KEPT
    encodings.forget(LIFE_S - 1)
    assert len(encodings) == MOST_KEPT
    encodings.forget(LIFE_S)
    assert len(encodings) == 0


def test_what_cannot_be_encoded_is_refused_each_time_and_not_kept() -> None:
    encodings = Encodings()
    for _ in range(2):
        with pytest.raises(Refused, match="valid"):
            encodings.of(message(title="\ud800"), NOW, 0.0)
    assert len(encodings) == 0
