"""Lists of references as senders write them."""

import pytest

from alerts.intake.cap.reader import read_cap
from alerts.intake.cap.values import CapReading
from tests.intake.cap.documents import HEAD, cap, codes

A = "alerts@police.example,EX-0,2026-03-01T11:00:00-05:00"
B = "alerts@police.example,EX-1,2026-03-01T11:30:00-05:00"
SPACED = "alerts@police.example,EX 0 b,2026-03-01T11:00:00-05:00"
COMMA = "alerts@police.example,EX,0,2026-03-01T11:00:00-05:00"


def update(references: str) -> CapReading:
    head = HEAD.replace("Alert<", "Update<")
    document = cap(head=head, after_head=f"<references>{references}</references>")
    return read_cap(document.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A, [A]),
        (f"{A} {B}", [A, B]),
        (f"\n  {A}\n\t{B}\n", [A, B]),
        (f"{SPACED} {B}", [SPACED, B]),
        (COMMA, [COMMA]),
    ],
)
def test_references_are_told_apart(text: str, expected: list[str]) -> None:
    reading = update(text)
    assert reading.problems == ()
    assert reading.alert is not None
    assert list(map(str, reading.alert.references)) == expected


@pytest.mark.parametrize("text", ["EX-0", "a,b", "a,b,c,d", ",,"])
def test_what_is_no_reference_leaves_an_update_without_one(text: str) -> None:
    reading = update(text)
    if reading.alert and reading.alert.references:
        assert "bad_reference" in codes(reading.problems)
    else:
        assert codes(reading.problems, "error") == {"missing_references"}


def test_a_reference_with_an_unreadable_time_is_kept_and_reported() -> None:
    reading = update("alerts@police.example,EX-0,yesterday")
    assert reading.alert is not None
    assert reading.alert.references[0].sent is None
    assert codes(reading.problems, "warning") == {"bad_reference"}


def test_a_reference_to_another_sender_is_reported() -> None:
    reading = update(A.replace("police", "sheriff"))
    assert codes(reading.problems, "warning") == {"foreign_reference"}
