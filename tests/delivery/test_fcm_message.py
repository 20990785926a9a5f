"""Is what FCM gets right for Android, iOS and the web, and small enough?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import WaveKind
from alerts.delivery.channels.fcm_message import addressed, topic_of, untargeted
from alerts.delivery.channels.fcm_message import encoded as encoded_bytes
from alerts.errors import Refused
from alerts.push import PushTarget
from tests.contracts.push_channel import ALERT_ID, message

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TARGET = PushTarget(device_id=1, address="token-1", address_kind="token")


def encoded(**changes: object) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(str(addressed(untargeted(message(**changes), NOW), TARGET)))
    return sent


def test_a_loud_alert_is_drawn_by_every_system() -> None:
    sent = encoded()
    assert sent["token"] == TARGET.address
    assert sent["notification"] == {
        "title": "AMBER Alert: Robin Example, 9",
        "body": "Last seen near Marquette. Do not approach. Call 911.",
        "image": "https://alerts.example/photos/1.jpg",
    }
    assert sent["android"] == {
        "collapse_key": ALERT_ID,
        "notification": {"tag": ALERT_ID},
        "priority": "high",
        "ttl": "86400s",
    }


def test_data_is_the_contract_with_our_apps() -> None:
    assert encoded()["data"] == {
        "v": "1",
        "alert_id": ALERT_ID,
        "revision": "3",
        "kind": "alert",
        "tier": "amber",
        "language": "en-US",
        "link": "https://alerts.example/alerts/1",
        "silent": "false",
        "call_tel": "+19065550100",
        "image_url": "https://alerts.example/photos/1.jpg",
    }


def test_a_loud_alert_breaks_through_on_ios() -> None:
    apns = encoded()["apns"]
    assert apns["headers"] == {
        "apns-collapse-id": ALERT_ID,
        "apns-priority": "10",
        "apns-push-type": "alert",
        "apns-expiration": str(int(NOW.timestamp()) + 86_400),
    }
    assert apns["payload"]["aps"] == {
        "sound": "default",
        "thread-id": ALERT_ID,
        "mutable-content": 1,
        "interruption-level": "time-sensitive",
    }


def test_a_loud_alert_replaces_and_rings_in_a_browser() -> None:
    web = encoded()["webpush"]
    assert web["headers"] == {"TTL": "86400", "Urgency": "high", "Topic": ALERT_ID.replace("-", "")}
    assert web["fcm_options"] == {"link": "https://alerts.example/alerts/1"}
    assert web["notification"] == {
        "tag": ALERT_ID,
        "renotify": True,
        "lang": "en-US",
        "image": "https://alerts.example/photos/1.jpg",
        "actions": [
            {"action": "call", "title": "Call Marquette Police"},
            {"action": "see", "title": "See the poster"},
        ],
    }


def test_a_silent_update_replaces_without_sound() -> None:
    sent = encoded(kind=WaveKind.UPDATE, silent=True)
    assert "notification" not in sent
    assert sent["data"]["silent"] == "true"
    assert sent["data"]["title"] == "AMBER Alert: Robin Example, 9"
    assert sent["android"]["priority"] == "normal"
    assert sent["apns"]["headers"]["apns-priority"] == "5"
    aps = sent["apns"]["payload"]["aps"]
    assert aps["interruption-level"] == "passive"
    assert aps["alert"]["title"] == "AMBER Alert: Robin Example, 9"
    assert "sound" not in aps
    web = sent["webpush"]["notification"]
    assert (web["silent"], web["renotify"], web["tag"]) == (True, False, ALERT_ID)


@pytest.mark.parametrize("kind", [WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN])
@pytest.mark.parametrize("silent", [False, True])
def test_after_the_end_no_photo_and_no_number_is_sent(kind: WaveKind, silent: bool) -> None:
    sent = json.dumps(encoded(kind=kind, silent=silent))
    assert "photos" not in sent
    assert "5550100" not in sent
    assert "Call Marquette" not in sent


@pytest.mark.parametrize("silent", [False, True])
def test_a_takedown_is_data_alone(silent: bool) -> None:
    sent = encoded(kind=WaveKind.TAKEDOWN, silent=silent)
    assert "Robin" not in json.dumps(sent)
    assert "notification" not in sent
    assert "notification" not in sent["android"]
    assert "notification" not in sent["webpush"]
    assert sent["apns"]["payload"]["aps"] == {"content-available": 1}
    assert sent["apns"]["headers"]["apns-push-type"] == "background"
    assert sent["apns"]["headers"]["apns-priority"] == "5"


def test_a_link_that_is_not_https_is_left_to_the_app() -> None:
    assert "fcm_options" not in encoded(link="http://127.0.0.1:8000/alerts/1")["webpush"]


def test_a_call_without_a_number_has_no_button() -> None:
    actions = encoded(call_tel=None)["webpush"]["notification"]["actions"]
    assert [action["action"] for action in actions] == ["see"]
    bare = encoded(call_tel=None, see_label=None)["webpush"]["notification"]
    assert "actions" not in bare


@pytest.mark.parametrize(("ttl_s", "sent_s"), [(-5, 0), (0, 0), (60, 60), (10**9, 2_419_200)])
def test_the_time_to_live_is_kept_within_four_weeks(ttl_s: int, sent_s: int) -> None:
    sent = encoded(ttl_s=ttl_s)
    assert sent["android"]["ttl"] == f"{sent_s}s"
    assert sent["webpush"]["headers"]["TTL"] == str(sent_s)
    assert sent["apns"]["headers"]["apns-expiration"] == str(int(NOW.timestamp()) + sent_s)


@given(st.text(min_size=1, max_size=200))
def test_collapse_ids_fit_whatever_the_alert_id(alert_id: str) -> None:
    topic = topic_of(alert_id)
    assert 1 <= len(topic) <= 32
    assert topic.replace("-", "").replace("_", "").isalnum()
    collapse_id = encoded(alert_id=alert_id)["apns"]["headers"]["apns-collapse-id"]
    assert len(collapse_id.encode()) <= 64


def test_alerts_with_other_ids_have_other_topics() -> None:
    assert len({topic_of(f"a rather long id of an alert, number {i}") for i in range(50)}) == 50


def test_a_message_firebase_admin_would_not_encode_is_refused() -> None:
    with pytest.raises(Refused, match="valid"):
        encoded_bytes(untargeted(message(), NOW), ALERT_ID)


def test_a_lone_surrogate_is_refused() -> None:
    sent = addressed(untargeted(message(title="\ud800"), NOW), TARGET)
    with pytest.raises(Refused):
        encoded_bytes(sent, ALERT_ID)


def test_an_installation_id_goes_where_fcm_wants_it() -> None:
    target = PushTarget(device_id=1, address="fid-1", address_kind="fid")
    sent = json.loads(str(addressed(untargeted(message(), NOW), target)))
    assert sent["fid"] == "fid-1"
    assert "token" not in sent
