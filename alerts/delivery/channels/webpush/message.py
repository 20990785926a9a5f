"""What does a browser get? The same `data` as our apps by FCM, with the words to show.

One service worker reads both: the list is in `alerts.delivery.channels.fcm_message`. Every value is
a string. A push service draws nothing, so that what FCM has in `notification` is here beside it:

    title, body            always, but in a takedown
    call_label, see_label  the words of the two buttons; a button without words isn't shown
"""

import hashlib
import json
import re
from base64 import urlsafe_b64encode

from alerts.alert import WaveKind
from alerts.delivery.channels.webpush.seal import sealed_bytes
from alerts.errors import Refused
from alerts.push import PAYLOAD_LIMIT_BYTES, PushMessage

TTL_LIMIT_S = 2_419_200  # four weeks: what Google's and Mozilla's push services keep at most
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")  # RFC 8030, 5.4
_WITHOUT_CASE = frozenset({WaveKind.ALL_CLEAR, WaveKind.TAKEDOWN})  # DOMAIN rule 15


def plain_text(message: PushMessage) -> bytes:
    """Return the message as the JSON that is sealed.

    Raises
    ------
    Refused: sealed, it has more than 4,096 bytes, or it can't be encoded.
    """
    try:
        text = json.dumps(_data(message), ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:  # half a surrogate pair
        said = f"the push of alert {message.alert_id} can't be encoded as UTF-8"
        raise Refused(said) from error
    size = sealed_bytes(len(text))
    if size > PAYLOAD_LIMIT_BYTES:
        raise Refused(
            f"the push of alert {message.alert_id} has {size} bytes when sealed, the limit is"
            f" {PAYLOAD_LIMIT_BYTES}: shorten its body or its links"
        )
    return text


def headers(message: PushMessage) -> dict[str, str]:
    """Return what the push service is told of the message (RFC 8030, 5.2 to 5.4)."""
    is_takedown = message.kind is WaveKind.TAKEDOWN
    return {
        "TTL": str(min(max(message.ttl_s, 0), TTL_LIMIT_S)),
        "Urgency": "high" if is_takedown or not message.silent else "normal",
        "Topic": topic_of(message.alert_id),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


def topic_of(alert_id: str) -> str:
    """Return the Topic of an alert: a UUID without dashes, else a hash (RFC 8030, 5.4)."""
    short = alert_id.replace("-", "")
    if _TOPIC.fullmatch(short):
        return short
    return urlsafe_b64encode(hashlib.sha256(alert_id.encode()).digest()).decode()[:32]


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
    if message.kind is not WaveKind.TAKEDOWN:
        fields |= {"title": message.title, "body": message.body}
    return fields | {name: words for name, words in _optional(message).items() if words}


def _optional(message: PushMessage) -> dict[str, str | None]:
    if message.kind is WaveKind.TAKEDOWN:
        return {}
    see = {"see_label": message.see_label}
    if message.kind in _WITHOUT_CASE:
        return see
    return see | {
        "call_tel": message.call_tel,
        "call_label": message.call_label if message.call_tel else None,
        "image_url": message.image_url,
    }
