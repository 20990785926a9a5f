"""What do the answers to a chunk say of the channel itself, rather than of single devices?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from alerts.delivery.retry import QUOTA_RETRY_S
from alerts.push import Outcome, PushOutcome

WAITS = frozenset({Outcome.PENDING, Outcome.IN_FLIGHT})
# FCM's 429: errorCode of its own, the status of Google's APIs for the same, or a bare one.
OVER_QUOTA_REASONS = frozenset({"QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "HTTP_429"})
# One device may be over a quota of its own (FCM: 240 a minute); two at once are the project's.
OVER_QUOTA_DEVICES = 2
# FCM answers, and Apple or a browser's push service doesn't want our key: other phones get theirs.
OF_DEVICES = frozenset({"THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"})
# Said by ourselves, without having asked the service.
UNASKED = frozenset({"NO_ADDRESS", "NOT_AN_FCM_ADDRESS"})


class Said(Enum):
    """How the channel is, by one chunk."""

    NOTHING = "nothing"  # it wasn't asked, or the answers speak of devices only
    ANSWERS = "answers"  # it works
    FAILS = "fails"
    OVER_QUOTA = "over_quota"  # it works, and wants to be left alone for a while


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a chunk's answers say of the channel."""

    said: Said
    why: str = ""  # the channel's code
    asked_s: float = 0.0  # how long it wants to be left alone


WORKS, NOTHING = Heard(said=Said.ANSWERS), Heard(said=Said.NOTHING)


def hear_chunk(answers: Sequence[PushOutcome]) -> Heard:
    """Say how the channel is; quick where all were taken."""
    outcomes = {answer.outcome for answer in answers}
    if outcomes == {Outcome.SENT}:
        return WORKS
    waits = [answer for answer in answers if answer.outcome in WAITS]
    over = [answer for answer in waits if answer.reason in OVER_QUOTA_REASONS]
    if len(over) >= OVER_QUOTA_DEVICES:
        asked_s = _asked_s(over) or QUOTA_RETRY_S
        return Heard(said=Said.OVER_QUOTA, why=over[0].reason, asked_s=asked_s)
    if any(_is_answer(answer) for answer in answers):
        return WORKS
    if not waits:
        return NOTHING
    return Heard(said=Said.FAILS, why=waits[0].reason, asked_s=_asked_s(waits))


def _is_answer(answer: PushOutcome) -> bool:
    """Say whether the service said it: of that device, or of our message."""
    if answer.outcome in WAITS:
        return answer.reason in OF_DEVICES
    return answer.reason not in UNASKED


def _asked_s(answers: Sequence[PushOutcome]) -> float:
    return max((answer.retry_after_s or 0.0 for answer in answers), default=0.0)
