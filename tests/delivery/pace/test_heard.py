"""What a chunk's answers say of the channel, and what they say of single devices only."""

import pytest

from alerts.delivery.pace.heard import Heard, Said, hear_chunk
from alerts.push import Outcome, PushOutcome

SENT = PushOutcome(outcome=Outcome.SENT)
GONE = PushOutcome(outcome=Outcome.GONE, reason="UNREGISTERED")
REFUSED = PushOutcome(outcome=Outcome.REFUSED, reason="INVALID_ARGUMENT")
DOWN = PushOutcome(outcome=Outcome.PENDING, reason="UNAVAILABLE", retry_after_s=10)
LOST = PushOutcome(outcome=Outcome.IN_FLIGHT, reason="TIMEOUT")
SILENT = PushOutcome(outcome=Outcome.PENDING)
BUSY = PushOutcome(outcome=Outcome.PENDING, reason="QUOTA_EXCEEDED", retry_after_s=30)
BUSIER = PushOutcome(outcome=Outcome.PENDING, reason="RESOURCE_EXHAUSTED", retry_after_s=45)
BARE = PushOutcome(outcome=Outcome.PENDING, reason="HTTP_429", retry_after_s=60)
APPLE = PushOutcome(outcome=Outcome.PENDING, reason="THIRD_PARTY_AUTH_ERROR", retry_after_s=60)
NOWHERE = PushOutcome(outcome=Outcome.GONE, reason="NO_ADDRESS")
ALIEN = PushOutcome(outcome=Outcome.REFUSED, reason="NOT_AN_FCM_ADDRESS")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([SENT, SENT], Said.ANSWERS),
        ([SENT, DOWN, DOWN], Said.ANSWERS),
        ([GONE, GONE], Said.ANSWERS),
        ([REFUSED], Said.ANSWERS),
        ([APPLE, APPLE], Said.ANSWERS),
        ([GONE, DOWN], Said.ANSWERS),
        ([DOWN, DOWN], Said.FAILS),
        ([LOST, LOST], Said.FAILS),
        ([SILENT], Said.FAILS),
        ([NOWHERE, DOWN], Said.FAILS),
        ([BUSY], Said.FAILS),
        ([SENT, BUSY], Said.ANSWERS),
        ([SENT, BUSY, BUSY], Said.OVER_QUOTA),
        ([BUSY, BUSIER, DOWN], Said.OVER_QUOTA),
        ([BARE, BARE], Said.OVER_QUOTA),
        ([NOWHERE, ALIEN], Said.NOTHING),
        ([], Said.NOTHING),
    ],
)
def test_a_chunk_speaks_of_its_channel(answers: list[PushOutcome], said: Said) -> None:
    assert hear_chunk(answers).said is said


def test_the_longest_wish_to_be_left_alone_counts() -> None:
    assert hear_chunk([BUSY, BUSIER, DOWN]) == Heard(
        said=Said.OVER_QUOTA, why="QUOTA_EXCEEDED", asked_s=45
    )
    assert hear_chunk([SILENT, DOWN]).asked_s == 10


def test_over_quota_without_a_time_means_a_minute() -> None:
    wordless = BUSY.model_copy(update={"retry_after_s": None})
    assert hear_chunk([wordless, wordless]).asked_s == 60
