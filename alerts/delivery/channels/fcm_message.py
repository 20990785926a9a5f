"""What does a phone get from FCM? Our message in FCM HTTP v1's words, for Android, iOS and web.

`data` is the contract with our apps; every value is a string:

    v          "1", the version of this list
    alert_id   public id of the alert; also the tag under which the phone shows it
    revision   "3"; an app ignores a revision older than the one it shows
    kind       alert, update, correction, all_clear, takedown, exercise
    tier       amber, endangered, missing
    language   BCP 47
    link       the poster page, opened by a tap
    silent     "true": replace what is shown, without sound
    call_tel   "+19065550100", dialled by the call button; absent in all_clear and takedown
    image_url  the photo; absent in all_clear and takedown
    title      only where the app itself must draw the notification (silent ones)
    body       the same

A loud message carries `notification`, which the system draws even if the app isn't running. A
silent one is drawn by the app on Android (only it can replace without sound) and is passive on
iOS. A takedown is data alone: the app takes the notification off the screen and forgets the case.
"""

import copy
import hashlib
import json
import re
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from firebase_admin import messaging

from alerts.alert import WaveKind
from alerts.errors import Refused
from alerts.push import PAYLOAD_LIMIT_BYTES, PushMessage, PushTarget

TTL_LIMIT_S = 2_419_200  # FCM: four weeks, for Android; Web Push services clamp alike
LONGEST_ADDRESS = 512  # FCM's own have up to some 260 characters
_APNS_COLLAPSE_LIMIT_BYTES = 64  # Apple, "Sending notification requests to APNs"
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030 5.4
_WITHOUT_CASE = frozenset({WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN})  # DOMAIN rule 15


def untargeted(message: PushMessage, now: datetime) -> messaging.Message:
    """Make the FCM message without its target; `addressed` adds one.

    Parameters
    ----------
    message: what to tell.
    now: aware; `apns-expiration` is counted from here.
    """
    shown = message
    if message.kind in _WITHOUT_CASE:
        shown = message.model_copy(update={"image_url": None, "call_label": None, "call_tel": None})
    loud = _is_loud(shown)
    return messaging.Message(
        data=_data(shown),
        notification=_notification(shown) if loud else None,
        android=_android(shown),
        apns=_apns(shown, now),
        webpush=_webpush(shown),
    )


def addressed(base: messaging.Message, target: PushTarget) -> messaging.Message:
    """Return a copy of the message for one device.

    The token is set after construction: `Message(token=...)` warns since firebase-admin 7.7,
    and silencing a warning isn't safe between threads.
    """
    message = copy.copy(base)
    if target.address_kind == "token":
        message.token = target.address
    else:
        message.fid = target.address
    return message


def encoded(message: messaging.Message, alert_id: str) -> bytes:
    """Validate the message and return its fields as compact JSON, UTF-8.

    Raises
    ------
    Refused: firebase-admin finds it invalid, or it holds half a surrogate pair.
    """
    try:
        fields = json.loads(str(message))
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise Refused(f"the push of alert {alert_id} isn't a valid FCM message: {error}") from error


def check_length(fields_bytes: int, address_bytes: int, alert_id: str) -> None:
    """Raise Refused if a push would have more than 4,096 bytes.

    Counted on the whole `message`, target included: FCM counts less, so that what passes here
    passes there. An address beyond any that FCM gives counts as `LONGEST_ADDRESS`, so that one
    made-up address doesn't hold up everybody else's push.

    Parameters
    ----------
    fields_bytes: of the message without its target.
    address_bytes: of the longest address.
    """
    size = fields_bytes + len(',"token":""') + min(address_bytes, LONGEST_ADDRESS)
    if size > PAYLOAD_LIMIT_BYTES:
        raise Refused(
            f"the push of alert {alert_id} has {size} bytes, FCM's limit is {PAYLOAD_LIMIT_BYTES}:"
            " shorten its body or its links"
        )


def topic_of(alert_id: str) -> str:
    """Return the Web Push Topic of an alert: a UUID without dashes, else a hash (RFC 8030 5.4)."""
    short = alert_id.replace("-", "")
    if _TOPIC.fullmatch(short):
        return short
    return urlsafe_b64encode(hashlib.sha256(alert_id.encode()).digest()).decode()[:32]


def _is_loud(message: PushMessage) -> bool:
    return not message.silent and message.kind is not WaveKind.TAKEDOWN


def _ttl_s(message: PushMessage) -> int:
    return min(max(message.ttl_s, 0), TTL_LIMIT_S)


def _data(message: PushMessage) -> dict[str, str]:
    fields = {
        "v": "1",
        "alert_id": message.alert_id,
        "revision": str(message.revision),
        "kind": str(message.kind),
        "tier": str(message.tier),
        "language": message.language,
        "link": message.link,
        "silent": "true" if message.silent else "false",
    }
    if message.silent and message.kind is not WaveKind.TAKEDOWN:
        fields |= {"title": message.title, "body": message.body}
    optional = {"call_tel": message.call_tel, "image_url": message.image_url}
    return fields | {key: value for key, value in optional.items() if value}


def _notification(message: PushMessage) -> messaging.Notification:
    return messaging.Notification(title=message.title, body=message.body, image=message.image_url)


def _android(message: PushMessage) -> messaging.AndroidConfig:
    loud = _is_loud(message)
    # FCM demotes an app whose high-priority messages show nothing; a takedown is worth that.
    urgent = loud or message.kind is WaveKind.TAKEDOWN
    return messaging.AndroidConfig(
        priority="high" if urgent else "normal",
        ttl=_ttl_s(message),
        collapse_key=message.alert_id,
        notification=messaging.AndroidNotification(tag=message.alert_id) if loud else None,
    )


def _apns(message: PushMessage, now: datetime) -> messaging.APNSConfig:
    loud = _is_loud(message)
    background = message.kind is WaveKind.TAKEDOWN
    return messaging.APNSConfig(
        headers={
            "apns-collapse-id": _apns_collapse_id(message.alert_id),
            "apns-priority": "10" if loud else "5",  # Apple: 5 for background and for passive
            "apns-push-type": "background" if background else "alert",
            "apns-expiration": str(int(now.timestamp()) + _ttl_s(message)),
        },
        payload=messaging.APNSPayload(aps=_aps(message)),
    )


def _aps(message: PushMessage) -> messaging.Aps:
    if message.kind is WaveKind.TAKEDOWN:
        return messaging.Aps(content_available=True)
    if message.silent:
        return messaging.Aps(
            alert=messaging.ApsAlert(title=message.title, body=message.body),
            thread_id=message.alert_id,
            mutable_content=True,
            custom_data={"interruption-level": "passive"},
        )
    return messaging.Aps(  # title and body come from `notification`
        sound="default",
        thread_id=message.alert_id,
        mutable_content=True,
        custom_data={"interruption-level": "time-sensitive"},
    )


def _apns_collapse_id(alert_id: str) -> str:
    if len(alert_id.encode()) <= _APNS_COLLAPSE_LIMIT_BYTES:
        return alert_id
    return hashlib.sha256(alert_id.encode()).hexdigest()


def _webpush(message: PushMessage) -> messaging.WebpushConfig:
    urgent = _is_loud(message) or message.kind is WaveKind.TAKEDOWN
    secure = message.link.startswith("https://")  # firebase-admin refuses any other
    return messaging.WebpushConfig(
        headers={
            "TTL": str(_ttl_s(message)),
            "Urgency": "high" if urgent else "normal",
            "Topic": topic_of(message.alert_id),
        },
        notification=None if message.kind is WaveKind.TAKEDOWN else _web_notification(message),
        fcm_options=messaging.WebpushFCMOptions(link=message.link) if secure else None,
    )


def _web_notification(message: PushMessage) -> messaging.WebpushNotification:
    """Title and body of a loud message come from `notification`: not twice, bytes are few."""
    words: dict[str, Any] = {}
    if message.silent:
        words = {"title": message.title, "body": message.body, "silent": True}
    return messaging.WebpushNotification(
        tag=message.alert_id,
        renotify=not message.silent,
        language=message.language,
        image=message.image_url,
        actions=_web_actions(message) or None,
        **words,
    )


def _web_actions(message: PushMessage) -> list[messaging.WebpushNotificationAction]:
    """Call first, then see; a button without words in the reader's language is left out."""
    labels = (
        ("call", message.call_label if message.call_tel else None),
        ("see", message.see_label),
    )
    return [messaging.WebpushNotificationAction(a, title) for a, title in labels if title]
