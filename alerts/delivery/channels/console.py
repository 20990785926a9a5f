"""What would a phone show? One line per push on a terminal, for demos, drills and checks."""

import json
import threading
import unicodedata
from collections.abc import Callable, Sequence

from alerts.errors import Refused
from alerts.push import PAYLOAD_LIMIT_BYTES, Outcome, PushMessage, PushOutcome, PushTarget

# Cc: escape sequences, newlines; Zl, Zp: other line ends; Cs: can't be encoded.
_HARMFUL_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
# Marks that make a terminal draw text in another order (Unicode TR9); ZWJ and ZWNJ must stay.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class ConsoleChannel:
    """A channel that writes each push as one line beginning `PUSH console`.

    The address of the device is never written. Safe to use from several threads.

    Parameters
    ----------
    write: gets one whole line, its newline included, per push (`sys.stdout.write`).
    """

    name = "console"
    threads = 1

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._lock = threading.Lock()

    def send(self, message: PushMessage, targets: Sequence[PushTarget]) -> Sequence[PushOutcome]:
        """Write one line per target; every outcome is SENT.

        Raises
        ------
        Refused: the message is larger than the 4,096 bytes a real channel takes.
        """
        told = _told(message)
        size = len(told.encode())
        if size > PAYLOAD_LIMIT_BYTES:
            raise Refused(
                f"the push of alert {message.alert_id} has {size} bytes, the limit is"
                f" {PAYLOAD_LIMIT_BYTES}: shorten its body or its links"
            )
        with self._lock:
            for target in targets:
                self._write(f"PUSH console device={target.device_id} {told}\n")
        return [PushOutcome(outcome=Outcome.SENT)] * len(targets)

    def close(self) -> None:
        """Nothing is held."""


def _told(message: PushMessage) -> str:
    """Return the part of the line that is the same for every device."""
    call = " ".join(part for part in (message.call_label, message.call_tel) if part)
    return (
        f"kind={message.kind} revision={message.revision} alert={_harmless(message.alert_id)}"
        f" title={_quoted(message.title)} body={_quoted(message.body)}"
        f" link={_quoted(message.link)} call={_quoted(call)}"
    )


def _quoted(text: str) -> str:
    """Return the text in JSON quotes, so that a feed's text can't pass for another field."""
    return json.dumps(_harmless(text), ensure_ascii=False)


def _harmless(text: str) -> str:
    """Replace what would end the line, steer the terminal or reorder what is read."""
    return "".join(
        " " if c in _BIDI_CONTROLS or unicodedata.category(c) in _HARMFUL_CATEGORIES else c
        for c in text
    )
