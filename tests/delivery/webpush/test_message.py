"""Does a browser get what an app gets, and the push service only what it must know?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.alert import WaveKind
from alerts.delivery.channels import fcm_message
from alerts.delivery.channels.webpush.message import headers, plain_text, topic_of
from alerts.errors import Refused
from alerts.push import SELF_TEST
from tests.contracts.push_channel import ALERT_ID, message

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = {"title", "body", "call_label", "see_label"}  # FCM has them in `notification`


def read(**changes: object) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(plain_text(message(**changes)))
    return sent


def test_an_alert_has_all_that_is_shown() -> None:
    assert read() == {
        "v": "1",
        "alert_id": ALERT_ID,
        "revision": "3",
        "kind": "alert",
        "tier": "amber",
        "language": "en-US",
        "link": "https://alerts.example/alerts/1",
        "silent": "false",
        "title": "AMBER Alert: Robin Example, 9",
        "body": "Last seen near Marquette. Do not approach. Call 911.",
        "call_tel": "+19065550100",
        "call_label": "Call Marquette Police",
        "see_label": "See the poster",
        "image_url": "https://alerts.example/photos/1.jpg",
    }


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("kind", [*WaveKind, SELF_TEST])
def test_one_service_worker_reads_fcms_data_and_ours(kind: str, silent: bool) -> None:
    told = message(kind=kind, silent=silent)
    by_fcm = fcm_message.untargeted(told, NOW).data
    ours = json.loads(plain_text(told))
    assert {k: v for k, v in by_fcm.items() if k not in WORDS} == {
        k: v for k, v in ours.items() if k not in WORDS
    }
    assert WORDS & set(by_fcm) <= set(ours)


def test_the_end_of_an_alert_names_nobody() -> None:
    ended = read(kind=WaveKind.ALL_CLEAR)
    assert not {"image_url", "call_tel", "call_label"} & set(ended)
    assert ended["body"]


def test_a_takedown_has_no_words() -> None:
    assert not (WORDS | {"image_url", "call_tel"}) & set(read(kind=WaveKind.TAKEDOWN))


def test_a_button_needs_a_number_to_call() -> None:
    assert "call_label" not in read(call_tel=None)


def test_the_push_service_hears_of_urgency_and_which_push_to_replace() -> None:
    assert headers(message()) == {
        "TTL": "86400",
        "Urgency": "high",
        "Topic": "01890a5dac96774bbcceb302099a8057",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


@pytest.mark.parametrize(
    ("kind", "silent", "urgency"),
    [
        (WaveKind.ALERT, False, "high"),
        (WaveKind.UPDATE, True, "normal"),
        (WaveKind.ALL_CLEAR, True, "normal"),
        (WaveKind.TAKEDOWN, True, "high"),
        (SELF_TEST, False, "high"),
    ],
)
def test_what_is_loud_or_takes_down_is_urgent(kind: str, silent: bool, urgency: str) -> None:
    assert headers(message(kind=kind, silent=silent))["Urgency"] == urgency


@pytest.mark.parametrize(("ttl_s", "told"), [(-5, "0"), (0, "0"), (9_999_999, "2419200")])
def test_a_push_is_kept_for_no_time_that_nobody_keeps(ttl_s: int, told: str) -> None:
    assert headers(message(ttl_s=ttl_s))["TTL"] == told


@pytest.mark.parametrize("alert_id", [ALERT_ID, "not a topic!", "x" * 33, "ümlaut", ""])
def test_the_topic_is_the_one_that_fcm_uses(alert_id: str) -> None:
    assert topic_of(alert_id) == fcm_message.topic_of(alert_id)


def test_what_is_too_long_names_its_size_and_nobody() -> None:
    with pytest.raises(Refused, match=r"4\d\d\d bytes") as refused:
        plain_text(message(body="x" * 4000))
    assert "Robin" not in str(refused.value)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="UTF-8"):
        plain_text(message(title="\ud83d"))
