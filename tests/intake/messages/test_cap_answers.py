"""Ack and Error: recorded beside what they speak of, and nothing changes by them."""

import pytest

from alerts.alert import Status
from tests.intake.messages.cap_feed import ACCEPTED, DUPLICATE, CapFeed, at, codes, ref
from tests.service.api_partner.documents import message

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")


@pytest.fixture
def police(small_police: CapFeed) -> CapFeed:
    return small_police


PARTNER = "partner@else.example"


def answer(msg_type: str, about: str, scope: str = "Private") -> bytes:
    """Return what a receiver says of a message; its sender is the receiver."""
    raw = message("R-1", msg_type=msg_type, sender=PARTNER, sent=at(3), references=about, infos="")
    return raw.replace(b"<scope>Public<", f"<scope>{scope}<".encode())


@pytest.mark.parametrize(
    ("msg_type", "word"), [("Ack", "ack_recorded"), ("Error", "error_recorded")]
)
def test_an_answer_is_recorded_beside_its_case(police: CapFeed, msg_type: str, word: str) -> None:
    first = police.alert("A")
    taken = police.send(answer(msg_type, ref("A")))
    assert (taken.outcome, taken.alert_id, taken.ended) == (ACCEPTED, first.alert_id, False)
    assert word in codes(taken)
    there = police.there(first)
    assert (there.status, there.live_revision) == (Status.ACTIVE, 1)
    assert police.submission(taken.submission_id).case_id == there.case_id
    assert ("cap_error" in police.notices()) is (msg_type == "Error")
    again = police.send(answer(msg_type, ref("A")))
    assert again.outcome is DUPLICATE


def test_an_answer_to_what_we_exported_is_recorded_beside_its_case(police: CapFeed) -> None:
    first = police.alert("A")
    about = f"porchlight@example.org,{first.alert_id}-1,{at(1)}"
    taken = police.beside("partner").send(answer("Ack", about))
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, first.alert_id)
    assert taken.case_id is None  # another feed's case: nothing of it may be changed by this


def test_an_answer_to_nothing_we_know_is_recorded_alone(police: CapFeed) -> None:
    taken = police.send(answer("Ack", ref("UNKNOWN")))
    assert (taken.outcome, taken.alert_id) == (ACCEPTED, None)
    assert police.raw(taken.submission_id) is not None


def test_an_answer_to_a_case_that_is_over_keeps_no_words(police: CapFeed) -> None:
    police.alert("A")
    police.cancel("C", 1, ref("A"))
    taken = police.send(answer("Error", ref("A")))
    assert police.raw(taken.submission_id) is None


def test_no_later_message_may_act_on_an_answer(police: CapFeed) -> None:
    first = police.alert("A")
    police.send(answer("Ack", ref("A")))
    cancel = message(
        "R-2",
        msg_type="Cancel",
        sender=PARTNER,
        sent=at(4),
        references=ref("R-1", 3, PARTNER),
        infos="",
    )
    assert not police.send(cancel).ended
    assert police.there(first).status is Status.ACTIVE
