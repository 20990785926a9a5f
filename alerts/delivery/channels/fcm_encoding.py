"""How is one message sent to a million devices? Made and validated once, the target put in each.

firebase-admin makes and validates the message; its fields are encoded once, and the bytes of a
device's push are these, the target as the last field, and two brackets. No text of a feed or of a
device is searched for or replaced, so none can get in the way.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring_ascii

from firebase_admin import messaging

from alerts.delivery.channels.fcm_message import addressed, check_length, encoded, untargeted
from alerts.push import PushMessage, PushTarget

LIFE_S = 60.0  # an encoding is kept; `apns-expiration` is at most that much too early
MOST_KEPT = 8  # alerts and languages that are on their way at once
_NOBODY = PushTarget(device_id=0, address="-", address_kind="token")
_BEGINNING = b'{"message":'
_KEYS = {"token": b',"token":', "fid": b',"fid":'}


class Encoding:
    """One message without its target.

    Parameters
    ----------
    message: what to tell.
    now: aware; `apns-expiration` is counted from here.

    Raises
    ------
    Refused: firebase-admin finds it invalid, or it can't be encoded.
    """

    def __init__(self, message: PushMessage, now: datetime) -> None:
        self.base: messaging.Message = untargeted(message, now)
        self._alert_id = message.alert_id
        fields = json.loads(encoded(addressed(self.base, _NOBODY), message.alert_id))
        del fields["token"]
        self._fields = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        self._head = _BEGINNING + self._fields[:-1]

    def body_for(self, target: PushTarget) -> bytes:
        """Return the request's body for one device; JSON, UTF-8."""
        address = encode_basestring_ascii(target.address)
        return b"%b%b%b}}" % (self._head, _KEYS[target.address_kind], address.encode())

    def check_size(self, targets: Sequence[PushTarget]) -> None:
        """Raise Refused if the push of one of these devices would have more than 4,096 bytes."""
        longest = max((len(target.address) for target in targets), default=0)
        check_length(len(self._fields), longest, self._alert_id)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    encoding: Encoding
    ends_at_s: float


class Encodings:
    """The encodings in use: a few, for a minute. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[PushMessage, _Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, message: PushMessage, now: datetime, at_s: float) -> Encoding:
        """Return the encoding of a message, making it if need be.

        Parameters
        ----------
        now: aware; for what is made.
        at_s: monotonic seconds; what is kept ends by these, whatever the clock does.

        Raises
        ------
        Refused: the message can't be encoded.
        """
        with self._lock:
            self._forget(at_s)
            kept = self._kept.get(message)
            if kept is None:
                kept = _Kept(encoding=Encoding(message, now), ends_at_s=at_s + LIFE_S)
                if len(self._kept) >= MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))  # the oldest
                self._kept[message] = kept
            return kept.encoding

    def forget(self, at_s: float) -> None:
        """Let go of what has ended: nothing of a child lies around."""
        with self._lock:
            self._forget(at_s)

    def clear(self) -> None:
        """Let go of all."""
        with self._lock:
            self._kept.clear()

    def _forget(self, at_s: float) -> None:
        for message in [m for m, kept in self._kept.items() if kept.ends_at_s <= at_s]:
            del self._kept[message]
