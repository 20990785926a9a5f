"""The same message, or the same words, again: nobody is told twice, and nothing is swallowed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from alerts.alert import EndReason, Status
from alerts.store.feeds import Trust
from alerts.store.submissions import submissions_of
from tests.intake.messages.cap_feed import (
    ACCEPTED,
    DUPLICATE,
    HELD,
    START,
    CapFeed,
    at,
    codes,
    ref,
    story,
)
from tests.service.api_partner.documents import message

pytest_plugins = ("tests.store.databases", "tests.intake.messages.cap_fixtures")

LATER = START.replace(year=START.year + 1).isoformat()


def wrapped(raw: bytes) -> bytes:
    return b"<alerts>" + raw + b"</alerts>"


# --- by name


def test_the_same_message_in_another_wrapping_is_a_duplicate(police: CapFeed) -> None:
    raw = message("A", sent=at(0), infos=story("A story"))
    first = police.send(raw)
    again = police.send(wrapped(raw.replace(b"</sender>", b"</sender>\n   ")))
    assert (again.outcome, again.alert_id) == (DUPLICATE, first.alert_id)
    assert police.revisions(first) == 1


def test_other_words_under_the_same_name_are_held(police: CapFeed) -> None:
    first = police.alert("A", words="A story")
    other = police.alert("A", words="Another story")
    assert (other.outcome, codes(other) >= {"name_reused"}) == (HELD, True)
    assert police.alert("A", words="Another story").outcome is DUPLICATE  # of what is held
    assert police.alert("A", words="A story").outcome is DUPLICATE
    assert (police.revisions(first), len(police.alerts())) == (1, 1)


def test_a_cancel_in_the_name_of_an_alert_is_held(police: CapFeed) -> None:
    first = police.alert("A")
    taken = police.cancel("A", 0, ref("A"))
    assert (taken.outcome, taken.ended) == (HELD, False)
    assert police.there(first).status is Status.ACTIVE


def test_a_message_of_an_ended_case_is_a_duplicate_and_not_kept(police: CapFeed) -> None:
    police.alert("A")
    police.cancel("C", 1, ref("A"))
    again = police.alert("A")
    assert again.outcome is DUPLICATE
    assert police.raw(again.submission_id) is None


def test_what_was_refused_may_be_sent_again_under_its_name(police: CapFeed) -> None:
    broken = message("A", sent=at(0), infos=story("A story").replace("Child Abduction", ""))
    assert police.send(broken).outcome.value == "refused"
    assert police.alert("A", words="A story").outcome is ACCEPTED


def test_what_waits_for_the_desk_is_a_duplicate_and_stays_as_it_is(police: CapFeed) -> None:
    sheriff = police.beside("sheriff", Trust.REVIEW)
    first = sheriff.alert("A")
    again = sheriff.alert("A")
    assert (first.outcome, again.outcome, again.alert_id) == (HELD, DUPLICATE, first.alert_id)
    assert sheriff.submission(first.submission_id).outcome is HELD


def test_another_feed_with_the_same_message_is_no_reuse_of_its_name(police: CapFeed) -> None:
    police.alert("A")
    taken = police.beside("other").alert("A")
    assert (taken.outcome, "name_reused" in codes(taken)) == (DUPLICATE, False)
    assert len(police.alerts()) == 1


# --- by content


def test_the_same_words_under_another_name_are_a_duplicate_while_the_case_is_open(
    police: CapFeed,
) -> None:
    first = police.alert("A", words="A story")
    again = police.alert("B", 5, words="A story")
    assert (again.outcome, again.alert_id) == (DUPLICATE, first.alert_id)
    assert len(police.alerts()) == 1
    assert police.cancel("C", 6, ref("B", 5)).ended  # the name is the case's from now on


def test_the_same_words_with_more_time_are_an_update_not_a_second_alert(police: CapFeed) -> None:
    first = police.alert("A", words="A story")
    again = police.send(message("B", sent=at(5), infos=story("A story", expires=LATER)))
    assert (again.outcome, again.alert_id) == (ACCEPTED, first.alert_id)
    assert "repeated" in codes(again)
    assert police.revisions(first) == 2


def test_the_words_of_an_ended_case_come_again_and_the_desk_must_look(police: CapFeed) -> None:
    police.alert("A", words="A story")
    police.cancel("C", 1, ref("A"))
    again = police.alert("B", 5, words="A story")
    assert (again.outcome, "case_closed" in codes(again)) == (HELD, True)


def test_the_words_of_an_expired_case_begin_anew_by_decision(police: CapFeed) -> None:
    first = police.alert("A", words="A story")
    police.end(first, EndReason.EXPIRED)
    again = police.send(message("B", sent=at(5), infos=story("A story", expires=LATER)))
    assert (again.outcome, "expired_before" in codes(again)) == (HELD, True)
    assert again.alert_id not in (None, first.alert_id)


def test_alerts_that_say_nothing_of_a_child_are_never_taken_for_one(police: CapFeed) -> None:
    police.alert("A", words="")
    assert police.alert("B", 1, words="").outcome is ACCEPTED
    assert len(police.alerts()) == 2


def test_an_exercise_in_the_words_of_a_real_alert_is_no_duplicate(police: CapFeed) -> None:
    police.alert("A", words="A story")
    police.alert("B", 1, words="A story", status="Exercise")
    assert [alert.exercise for alert in police.alerts()] == [False, True]


@pytest.mark.parametrize(
    ("infos", "revisions", "outcome"),
    [
        (story("A story"), 1, DUPLICATE),
        (story("A story", expires=LATER), 2, ACCEPTED),
        (story("A story", wide_km=20), 2, ACCEPTED),
        (story("A new story"), 2, ACCEPTED),
    ],
    ids=["nothing", "time", "ground", "words"],
)
def test_an_update_is_a_duplicate_only_if_it_changes_nothing(
    police: CapFeed, infos: str, revisions: int, outcome: object
) -> None:
    first = police.alert("A", words="A story")
    taken = police.update("U", 1, ref("A"), infos=infos)
    assert (taken.outcome, taken.alert_id) == (outcome, first.alert_id)
    assert police.revisions(first) == revisions
    assert police.cancel("C", 2, ref("U", 1)).ended  # what was no news may be referred to


def test_an_older_update_that_comes_late_changes_nothing(police: CapFeed) -> None:
    first = police.alert("A")
    police.update("U2", 2, ref("A"))
    assert police.update("U1", 1, ref("A")).outcome is DUPLICATE
    assert police.revisions(first) == 2


# --- at the same moment


def outcomes(police: CapFeed, documents: list[bytes]) -> Counter[str]:
    with ThreadPoolExecutor(len(documents)) as pool:
        return Counter(taken.outcome.value for taken in pool.map(police.send, documents))


def test_the_same_message_at_once_is_one_alert(police: CapFeed) -> None:
    raw = message("A", sent=at(0), infos=story("A story"))
    assert outcomes(police, [raw] * 8) == {"accepted": 1, "duplicate": 7}
    assert len(police.alerts()) == 1


def test_the_same_words_under_eight_names_at_once_are_one_alert(police: CapFeed) -> None:
    raws = [message(f"A{n}", sent=at(0), infos=story("A story")) for n in range(8)]
    assert outcomes(police, raws) == {"accepted": 1, "duplicate": 7}
    assert len(police.alerts()) == 1


def test_an_alert_its_update_and_its_cancel_at_once_end_in_silence(police: CapFeed) -> None:
    police.alert("A")
    update = message("U", msg_type="Update", sent=at(1), references=ref("A"), infos=story("News"))
    cancels = [
        message(f"C{n}", msg_type="Cancel", sent=at(2), references=ref("A"), infos="")
        for n in range(4)
    ]
    outcomes(police, [update, *cancels])
    (alert,) = police.alerts()
    assert alert.status is Status.ENDED
    with police.runtime.store.read() as session:
        assert len(submissions_of(session, police.feed.id, None, 20)) == 6
