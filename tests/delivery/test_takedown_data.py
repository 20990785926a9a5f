"""When a case is taken back, does any phone get more of it than which alert to forget?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from alerts.alert import Tier, WaveKind
from alerts.delivery.channels import fcm_message
from alerts.delivery.channels.webpush import message as web_message
from alerts.push import PushMessage, PushTarget

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Sent = Callable[[PushMessage], tuple[dict[str, str], str]]

# All that an app needs to take a notification, a picture and a copy of the poster away.
NAMES_NOTHING = {"v", "alert_id", "revision", "kind", "tier", "language", "link", "silent"}


def over_fcm(message: PushMessage) -> tuple[dict[str, str], str]:
    base = fcm_message.untargeted(message, NOW)
    target = PushTarget(device_id=1, address="token", address_kind="token")
    whole = json.loads(str(fcm_message.addressed(base, target)))
    return whole["data"], json.dumps(whole)


def over_web_push(message: PushMessage) -> tuple[dict[str, str], str]:
    text = web_message.plain_text(message).decode()
    return json.loads(text), text + json.dumps(web_message.headers(message))


@pytest.mark.parametrize("sent", [over_fcm, over_web_push])
@pytest.mark.parametrize("silent", [True, False])
def test_it_carries_the_name_of_the_alert_and_nothing_else(sent: Sent, *, silent: bool) -> None:
    data, whole = sent(told_too_much(WaveKind.TAKEDOWN, silent=silent))
    assert set(data) == NAMES_NOTHING
    assert (data["kind"], data["alert_id"]) == ("takedown", "0199-an-alert")
    for word in ("Wren", "Marquette", "5550100", "photos.example"):
        assert word not in whole


@pytest.mark.parametrize("sent", [over_fcm, over_web_push])
@pytest.mark.parametrize("silent", [True, False])
def test_an_all_clear_has_no_picture_and_no_number(sent: Sent, *, silent: bool) -> None:
    _, whole = sent(told_too_much(WaveKind.ALL_CLEAR, silent=silent, title="Over", body="Over."))
    for word in ("Wren", "Marquette", "5550100", "photos.example"):
        assert word not in whole


def told_too_much(kind: WaveKind, *, silent: bool, **words: str) -> PushMessage:
    """Return a message that was written wrongly: with what no end may say."""
    said = {"title": "Wren Example, 7, Marquette", "body": "Call 906-5550100.", **words}
    return PushMessage(
        alert_id="0199-an-alert",
        revision=3,
        kind=kind,
        tier=Tier.AMBER,
        language="en",
        link="https://alerts.example/alerts/0199-an-alert",
        image_url="https://photos.example/1",
        call_label="Call Marquette Police",
        call_tel="+19065550100",
        ttl_s=60,
        silent=silent,
        title=said["title"],
        body=said["body"],
    )
